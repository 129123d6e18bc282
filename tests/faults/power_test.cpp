#include "tests/faults/power.h"

#include <gtest/gtest.h>

#include <iostream>

#include "ops/ctl/run/port.h"
#include "tests/faults/load.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

int power_cuts() {
  const std::string given = choice("CONFAB_FAULT_POWER_CUTS");
  constexpr int kShort = 3;
  return given.empty() ? kShort : std::stoi(given);
}

/// An instance whose data lie on a disk that can lose its power.
class PowerCut : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = PowerDisk::why_not(); !why.empty()) GTEST_SKIP() << why;
    instance.emplace(Instance::Options{.port = ctl::run::require_free_port("127.0.0.1", 0)});
    // Real disks take their time, and the cut may fall into it.
    disk.emplace(instance->folder() / "data", PowerDisk::Options{.sync_us = 300});
    instance->start();
  }

  void TearDown() override {
    if (instance && disk) instance->stop();
    disk.reset();
  }

  /// Cuts at a random moment of the work, and starts again with what the disk has kept.
  void cut_and_start() {
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + random() % 1200));
    // Nobody is answered any more, not even that the disk fails.
    instance->signal(Part::api, SIGSTOP);
    disk->cut();
    instance->kill_all();
    // At every fourth cut all that is not synced is lost, at the others chance decides.
    const auto chance = random();
    disk->mount(chance % 4 == 0 ? std::nullopt : std::optional(chance));
    instance->start();
  }

  std::mt19937_64 random{seed()};
  std::optional<Instance> instance;
  std::optional<PowerDisk> disk;
};

TEST_F(PowerCut, UnderLoadLosesNothing) {
  constexpr int kOfOneLoad = 10;
  std::int64_t acked = 0;
  int streams = 0, left = power_cuts(), done = 0;
  while (left > 0) {
    Load load(*instance, {.name = "round" + std::to_string(left)});
    for (int cut = 0; cut < kOfOneLoad && left > 0; ++cut, --left, ++done) {
      cut_and_start();
      const auto before = load.acked();
      ASSERT_TRUE(eventually(10s, [&] { return load.acked() > before + 20; }))
          << "after cut " << done;
    }
    const Evidence evidence = load.finish();
    EXPECT_EQ(load.refusals(), std::vector<std::string>{});
    EXPECT_EQ(load.resets(), std::vector<std::string>{});
    const auto findings = contradictions(evidence);
    acked += load.acked();
    streams += load.streams();
    std::cout << done << " power cuts, " << acked << " messages acknowledged, " << streams
              << " streams, " << findings.size() << " contradictions" << std::endl;
    ASSERT_TRUE(findings.empty()) << findings.front();
  }
}

/// The proof that the test proves something: commits that are written but not synced survive
/// every kill, and are lost with the power.
TEST_F(PowerCut, SabotagedByCommitsThatAreNotSyncedIsFound) {
  constexpr int kMost = 5;
  for (int cuts = 1; cuts <= kMost; ++cuts) {
    Load load(*instance, {.name = "round" + std::to_string(cuts), .listeners = 0});
    instance->database().command("SET GLOBAL innodb_flush_log_at_trx_commit = 2");
    cut_and_start();
    int lost = 0;
    for (const auto& finding : contradictions(load.finish())) {
      lost += finding.starts_with("lost: s") ? 1 : 0;
    }
    if (lost == 0) continue;
    std::cout << "found after " << cuts << " power cuts: " << lost << " of " << load.acked()
              << " acknowledged messages are lost" << std::endl;
    return;
  }
  FAIL() << "not found in " << kMost << " power cuts";
}

}  // namespace
}  // namespace confab::test
