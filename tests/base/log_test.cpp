#include "api/base/log.h"

#include <limits>
#include <sstream>
#include <thread>
#include <vector>

#include "api/base/clock.h"
#include "api/base/json.h"
#include "tests/base/support.h"

namespace confab {
namespace {

/// What `run` writes to the standard error stream, line by line.
std::vector<std::string> logged(const std::function<void()>& run) {
  testing::internal::CaptureStderr();
  run();
  std::istringstream text(testing::internal::GetCapturedStderr());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

class Log : public testing::Test {
 protected:
  ~Log() override { log::start("test", log::Level::info, true); }
};

TEST_F(Log, WritesOneJsonObjectPerEvent) {
  log::start("confab-api", log::Level::info, true);
  const auto lines = logged([] {
    log::warn(
        "db.pool",
        {{"what", "a \"quoted\"\nline"}, {"ms", 4}, {"rate", 0.5}, {"user", std::string("é")}});
  });
  ASSERT_EQ(lines.size(), 1U);
  const auto line = json::parse(lines[0]);
  EXPECT_EQ(line["at"], "db.pool");
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["program"], "confab-api");
  EXPECT_EQ(line["what"], "a \"quoted\"\nline");
  EXPECT_EQ(line["ms"].asInt(), 4);
  EXPECT_EQ(line["rate"].asDouble(), 0.5);
  EXPECT_EQ(line["user"], "é");
  EXPECT_TRUE(parse_rfc3339(line["time"].asString()));
  EXPECT_EQ(lines[0].substr(0, 34), R"({"at":"db.pool","level":"warn","ti)");
}

TEST_F(Log, WritesPairsOnATerminal) {
  log::start("confab", log::Level::info, false);
  const auto lines = logged([] {
    log::info("messages.post",
              {{"request", "7f3a"}, {"ms", 4}, {"what", "two words\nb"}, {"none", ""}});
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].find("at=messages.post level=info time="), 0U) << lines[0];
  EXPECT_NE(lines[0].find(R"( program=confab request=7f3a ms=4 what="two words\nb" none="")"),
            std::string::npos)
      << lines[0];
}

TEST_F(Log, KeepsQuietBelowItsLevel) {
  log::start("test", log::Level::warn, true);
  EXPECT_FALSE(log::enabled(log::Level::info));
  EXPECT_TRUE(log::enabled(log::Level::error));
  EXPECT_EQ(logged([] {
              log::debug("a.b");
              log::info("a.b");
              log::warn("a.b");
              log::error("a.b");
            }).size(),
            2U);
  log::start("test", log::Level::off, true);
  EXPECT_FALSE(log::enabled(log::Level::error));
  EXPECT_TRUE(logged([] { log::error("a.b"); }).empty());
}

TEST_F(Log, MakesAnythingALineOfValidJson) {
  log::start("test", log::Level::info, true);
  const auto lines = logged([] {
    log::info("a.b", {{"bytes", std::string("\xFF\x00\x1B[2J", 6)},
                      {"c1", "a\u009Bé"},
                      {"nan", std::numeric_limits<double>::quiet_NaN()},
                      {"huge", std::numeric_limits<double>::max()},
                      {"long", std::string(100'000, 'x')},
                      {"cut", std::string(4095, 'x') + "€"}});
  });
  ASSERT_EQ(lines.size(), 1U);
  const auto line = json::parse(lines[0]);
  EXPECT_EQ(line["bytes"], std::string("??\x1B[2J"));
  EXPECT_EQ(line["c1"], "a??é");
  EXPECT_EQ(line["nan"], "nan");
  EXPECT_EQ(line["long"].asString().size(), 4099U);
  EXPECT_EQ(line["cut"].asString(), std::string(4095, 'x') + "...");
}

TEST_F(Log, KeepsLinesOfManyThreadsApart) {
  log::start("test", log::Level::info, true);
  const auto lines = logged([] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < 250; ++i) log::info("a.b", {{"thread", t}, {"i", i}});
      });
    }
    for (auto& thread : threads) thread.join();
  });
  ASSERT_EQ(lines.size(), 1000U);
  for (const auto& line : lines) EXPECT_TRUE(json::parse(line).isMember("i"));
}

}  // namespace
}  // namespace confab
