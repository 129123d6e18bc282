#include <gtest/gtest.h>

#include <iostream>

#include "tests/faults/load.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

int cycles() {
  const std::string given = choice("CONFAB_FAULT_CYCLES");
  constexpr int kShort = 20;
  return given.empty() ? kShort : std::stoi(given);
}

/// At a random moment once it serves, so that it dies in the midst of the work.
void kill_once(const Instance& instance, Part part, std::mt19937_64& random) {
  std::this_thread::sleep_for(std::chrono::milliseconds(300 + random() % 1200));
  instance.kill(part);
}

void expect_none(const std::vector<std::string>& findings) {
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < findings.size() && i < kShown; ++i) ADD_FAILURE() << findings[i];
  EXPECT_EQ(findings.size(), 0u);
}

class KillLoop : public testing::Test {
 protected:
  void SetUp() override { instance.start(); }

  void run(Part part) {
    std::mt19937_64 random(seed());
    Load load(instance, {});
    for (int cycle = 0; cycle < cycles(); ++cycle) {
      kill_once(instance, part, random);
      const auto before = load.acked();
      ASSERT_TRUE(instance.ready()) << "after kill " << cycle;
      // The promise is kept by a server that works on, not by one that refuses all.
      ASSERT_TRUE(eventually(10s, [&] { return load.acked() > before + 20; })) << "after kill " << cycle;
    }
    const Evidence evidence = load.finish();
    expect_none(load.refusals());
    expect_none(contradictions(evidence));
    expect_none(load.resets());
    std::cout << cycles() << " kills, " << load.acked() << " messages acknowledged, "
              << load.streams() << " streams" << std::endl;
  }

  Instance instance;
};

TEST_F(KillLoop, ApiKilledUnderLoadLosesNothing) { run(Part::api); }

TEST_F(KillLoop, DatabaseKilledUnderLoadLosesNothingAndTheApiStays) {
  const pid_t api = instance.pid(Part::api);
  run(Part::database);
  EXPECT_EQ(instance.pid(Part::api), api);
}

/// The proof that the loop proves something: on a server that acknowledges before it
/// commits, it finds what was lost.
TEST(Sabotage, AcknowledgingBeforeTheCommitIsFound) {
  Instance instance({.program = std::filesystem::path(CONFAB_ACK_FIRST_FOLDER) / "confab"});
  instance.start();
  std::mt19937_64 random(seed());
  constexpr int kMost = 20;
  for (int kill = 1; kill <= kMost; ++kill) {
    Load load(instance, {.name = "round" + std::to_string(kill), .listeners = 0});
    kill_once(instance, Part::api, random);
    ASSERT_TRUE(instance.ready());
    for (const auto& finding : contradictions(load.finish())) {
      if (!finding.starts_with("lost: ")) continue;
      std::cout << "found after " << kill << " kills: " << finding << std::endl;
      return;
    }
  }
  FAIL() << "not found in " << kMost << " kills";
}

}  // namespace
}  // namespace confab::test
