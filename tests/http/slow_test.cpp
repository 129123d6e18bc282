#include <sstream>
#include <string>
#include <thread>

#include "api/base/log.h"
#include "api/base/waited.h"
#include "tests/http/fixture.h"

namespace confab::test {
namespace {

/// The lines of the log that a test makes, without those below warn.
class SlowLog : public testing::Test {
 protected:
  void SetUp() override {
    testing::internal::CaptureStderr();
    log::start("test", log::Level::warn, true);
  }
  std::vector<Json::Value> lines() {
    std::istringstream text(testing::internal::GetCapturedStderr());
    std::vector<Json::Value> out;
    for (std::string line; std::getline(text, line);) {
      const Json::Value value = json::parse_own(line);
      if (value["at"] == "http.slow") out.push_back(value);
    }
    log::start("test", log::Level::info, true);
    return out;
  }
};

Site::Adjust slow_at(int ms, metrics::Registry* registry = nullptr) {
  return [ms, registry](http::Server::Settings& settings) {
    settings.slow_ms = ms;
    settings.metrics = registry;
  };
}

TEST_F(SlowLog, SaysWhereTheTimeWent) {
  {
    metrics::Registry registry;
    Site site(slow_at(50, &registry), 1);
    std::thread first([&] { site.client().get("/api/v1/slow?"); });
    site.gate.wait_for_waiters(1);
    // With one thread the second one stands in the queue.
    std::thread second([&] {
      site.client().get("/api/v1/notes/7?fields=secret", {{"X-Request-Id", "second"}});
    });
    const auto& in_flight = registry.gauge("confab_http_requests_in_flight", "");
    EXPECT_TRUE(eventually([&] { return in_flight.value() == 2; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    site.gate.open();
    first.join();
    second.join();
  }
  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["route"], "/slow");
  EXPECT_GE(all[0]["handler_ms"].asInt(), 50);
  EXPECT_EQ(all[0]["status"], 200);
  EXPECT_EQ(all[0]["level"], "warn");
  EXPECT_EQ(all[1]["request_id"], "second");
  EXPECT_EQ(all[1]["method"], "GET");
  EXPECT_EQ(all[1]["route"], "/notes/{id}");
  EXPECT_GE(all[1]["queue_ms"].asInt(), 50);
  EXPECT_EQ(json::print(all[1]).find("secret"), std::string::npos) << "never the query";
}

TEST_F(SlowLog, IsSilentAboutFastOnesAndWhenItIsOff) {
  {
    Site fast(slow_at(60'000));
    fast.client().get("/api/v1/notes/1");
    Site off(slow_at(0));
    std::thread waiting([&] { off.client().get("/api/v1/slow"); });
    off.gate.wait_for_waiters(1);
    off.gate.open();
    waiting.join();
  }
  EXPECT_TRUE(lines().empty());
}

TEST_F(SlowLog, DoesNotBlameTheServerForASlowSender) {
  {
    Site site(slow_at(1000));
    auto connection = site.connect();
    connection.send(
        "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 13\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    connection.send(R"({"text":"hi"})");
    EXPECT_EQ(connection.read().status, 201);
  }
  EXPECT_TRUE(lines().empty());
}

TEST(Waited, AddsUpWhatAThreadWaitsFor) {
  waited() = {};
  {
    const WaitTimer timer(&Waited::database);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_GE(waited().database, std::chrono::milliseconds(5));
  EXPECT_EQ(waited().writer.count(), 0);
  std::thread([] { EXPECT_EQ(waited().database.count(), 0); }).join();
}

}  // namespace
}  // namespace confab::test
