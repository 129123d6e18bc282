#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <utility>

#include "tests/faults/load.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

int cycles() {
  const std::string given = choice("CONFAB_FAULT_CYCLES");
  constexpr int kShort = 20;
  return given.empty() ? kShort : std::stoi(given);
}

/// A random moment once it serves, in the midst of the work.
void wait_for_the_moment(std::mt19937_64& random) {
  std::this_thread::sleep_for(std::chrono::milliseconds(300 + random() % 1200));
}

void expect_none(const std::vector<std::string>& findings) {
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < findings.size() && i < kShown; ++i) ADD_FAILURE() << findings[i];
  EXPECT_EQ(findings.size(), 0u);
}

class KillLoop : public testing::Test {
 protected:
  void SetUp() override { instance.start(); }

  /// `harm` again and again under load; then everybody is asked.
  void run(int times, const std::function<void()>& harm) {
    std::mt19937_64 random(seed());
    Load load(instance, {});
    for (int cycle = 0; cycle < times; ++cycle) {
      wait_for_the_moment(random);
      harm();
      const auto before = load.acked();
      ASSERT_TRUE(instance.ready()) << "after harm " << cycle;
      // The promise is kept by a server that works on, not by one that refuses all.
      ASSERT_TRUE(eventually(10s, [&] { return load.acked() > before + 20; }))
          << "after harm " << cycle;
    }
    const Evidence evidence = load.finish();
    expect_none(load.refusals());
    expect_none(contradictions(evidence));
    expect_none(load.resets());
    std::cout << times << " times, " << load.acked() << " messages acknowledged, " << load.streams()
              << " streams" << std::endl;
  }

  Instance instance;
};

TEST_F(KillLoop, ApiKilledUnderLoadLosesNothing) {
  run(cycles(), [this] { instance.kill(Part::api); });
}

TEST_F(KillLoop, DatabaseKilledUnderLoadLosesNothingAndTheApiStays) {
  const pid_t api = instance.pid(Part::api);
  run(cycles(), [this] { instance.kill(Part::database); });
  EXPECT_EQ(instance.pid(Part::api), api);
}

/// What was being committed when it stopped is committed after all, much later than anybody
/// has waited for.
TEST_F(KillLoop, DatabaseStoppedUnderLoadLosesNothingAndTheApiStays) {
  const pid_t api = instance.pid(Part::api);
  // Once for as long as a machine may hang; else just longer than anybody waits.
  std::chrono::milliseconds length = 30s;
  run(std::max(1, cycles() / 4), [&] {
    instance.signal(Part::database, SIGSTOP);
    std::this_thread::sleep_for(std::exchange(length, 2500ms));
    instance.signal(Part::database, SIGCONT);
  });
  EXPECT_EQ(instance.pid(Part::api), api);
}

/// The proof that the loop proves something: on a server with one promise broken, it finds
/// what that broke, and not before somebody has harmed it.
class KillSabotage : public testing::Test {
 protected:
  static void run(const std::string& program, Part victim, const std::string& finding) {
    Instance instance(
        {.program = std::filesystem::path(CONFAB_SABOTAGE_FOLDER) / program / "confab"});
    instance.start();
    std::mt19937_64 random(seed());
    constexpr int kMost = 20;
    for (int kills = 0; kills <= kMost; ++kills) {
      Load load(instance, {.name = "round" + std::to_string(kills), .listeners = 2});
      wait_for_the_moment(random);
      if (kills > 0) instance.kill(victim);
      ASSERT_TRUE(instance.ready());
      wait_for_the_moment(random);
      for (const auto& found : contradictions(load.finish())) {
        ASSERT_GT(kills, 0) << found;
        if (!found.starts_with(finding)) continue;
        std::cout << "found after " << kills << " kills: " << found << std::endl;
        return;
      }
    }
    FAIL() << "not found in " << kMost << " kills";
  }
};

TEST_F(KillSabotage, AcknowledgingBeforeTheCommitIsFound) { run("ack-first", Part::api, "lost: "); }

TEST_F(KillSabotage, CountersThatOutliveTheirBatchAreFound) {
  run("kept-counters", Part::database, "gap: ");
}

}  // namespace
}  // namespace confab::test
