#include "api/base/clock.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/faults/load.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kLibrary = "/usr/lib/" CONFAB_MULTIARCH "/faketime/libfaketimeMT.so.1";

/// The clock of server, worker and database is set forward and back while people write and
/// listen: `seq`, positions and ids must not care.
TEST(ClockJumps, AnHourForthAndBackUnderLoadLosesNothing) {
  if (!std::filesystem::exists(kLibrary)) GTEST_SKIP() << "needs the package faketime";
  const auto offset =
      std::filesystem::temp_directory_path() / ("confab-clock-" + std::to_string(seed()));
  const auto set_clock = [&](const std::string& to) {
    const auto next = offset.string() + ".next";
    std::ofstream(next) << to << '\n';
    std::filesystem::rename(next, offset);
  };
  set_clock("+0");
  {
    Instance instance(
        {.environment = {"LD_PRELOAD=" + std::string(kLibrary),
                         "FAKETIME_TIMESTAMP_FILE=" + offset.string(), "FAKETIME_NO_CACHE=1",
                         "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_RESET=1"}});
    instance.start();
    Load load(instance, {});
    const auto go_on = [&] {
      const auto before = load.acked();
      return eventually(30s, [&] { return load.acked() > before + 200; });
    };
    ASSERT_TRUE(go_on());
    Person witness(instance.port(), "witness");
    const auto room = witness.room("clock");
    for (const char* to : {"+3600", "-3600", "+0"}) {
      set_clock(to);
      ASSERT_TRUE(go_on()) << "clock at " << to;
      const auto told = parse_rfc3339(witness.say(room, to, to)["created_at"].asString()).value();
      ASSERT_NEAR(static_cast<double>(told - SystemClock().now()), std::atof(to) * kSecond,
                  kMinute);
      // A new process finds ids and events that are ahead of its clock.
      instance.kill(Part::api);
      ASSERT_TRUE(instance.ready());
      ASSERT_TRUE(go_on()) << "started anew with the clock at " << to;
    }
    const Evidence evidence = load.finish();
    EXPECT_EQ(load.refusals(), std::vector<std::string>{});
    EXPECT_EQ(contradictions(evidence), std::vector<std::string>{});
    EXPECT_EQ(load.resets(), std::vector<std::string>{});
  }
  std::filesystem::remove(offset);
}

}  // namespace
}  // namespace confab::test
