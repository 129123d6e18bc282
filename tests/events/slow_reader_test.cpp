#include <gtest/gtest.h>

#include "tests/stage.h"

namespace confab::events {
namespace {

using test::Ear;
using test::name_of;
using test::Stage;

constexpr UserId kAna{11}, kBen{12};
constexpr RoomId kDen{101}, kLab{102};
constexpr int kKernelBytes = 4096;

/// An event of about `bytes`.
EventPtr say_much(Stage& stage, RoomId room, std::size_t bytes) {
  return stage.say(to_room(room), {.room = room, .client_ref = std::string(bytes, 'x')});
}

TEST(SlowReader, IsCutAtTheLimitOfItsQueueAndHurtsNobody) {
  Stage stage({.queue_bytes = 64 * 1024});
  Ear slow = stage.listen(kAna, {kDen}, {}, {1}, kKernelBytes);
  Ear quick = stage.listen(kBen, {kDen});
  std::vector<std::string> wanted;
  EventPtr last;
  for (int i = 0; i < 300; ++i) {
    last = say_much(stage, kDen, 1000);
    wanted.push_back(name_of(*last));
    if (i % 16 == 0) {
      ASSERT_TRUE(test::eventually([&] { return stage.hub.position() == stage.made(); }));
    }
    if (i % 32 == 31) {
      ASSERT_EQ(Stage::until(quick, last), wanted);
      wanted.clear();
    }
  }
  EXPECT_EQ(Stage::until(quick, last), wanted);
  EXPECT_TRUE(slow.closed());
  EXPECT_EQ(stage.hub.stats().cut, 1U);
}

TEST(SlowReader, ThatWasCutResumesWithoutAGap) {
  Stage stage({.queue_bytes = 16 * 1024});
  std::vector<std::string> wanted, got;
  Ear slow = stage.listen(kAna, {kDen}, {}, {1}, kKernelBytes);
  slow.wait_for("hello");
  EventPtr last;
  std::string cursor;
  for (int i = 0; i < 100; ++i) {
    last = say_much(stage, kDen, 500);
    wanted.push_back(name_of(*last));
    if (i >= 5) continue;  // reads a little, and then no more
    const auto heard = slow.wait_for("said");
    cursor = heard.id;
    got.push_back(name_of(heard));
  }
  while (auto heard = slow.next()) {
    if (heard->type == "closed") break;
    if (heard->id.empty()) continue;
    cursor = heard->id;
    got.push_back(name_of(*heard));
  }
  ASSERT_LT(got.size(), wanted.size());
  ASSERT_FALSE(got.empty());
  Ear again = stage.listen(kAna, {kDen}, Position::parse(cursor)->position);
  for (auto& name : Stage::until(again, last)) got.push_back(std::move(name));
  EXPECT_EQ(got, wanted);
}

TEST(SlowReader, IsCutAtTheLimitOfRuns) {
  Stage stage({.queue_runs = 8});
  Ear slow = stage.listen(kAna, {kDen}, {}, {1}, kKernelBytes);
  for (int i = 0; i < 30; ++i) {
    say_much(stage, kDen, 1000);
    say_much(stage, kLab, 10);
  }
  EXPECT_TRUE(slow.closed());
  EXPECT_EQ(stage.hub.stats().cut, 1U);
}

TEST(SlowReader, IsCutWhenItTakesNothingForAWhile) {
  Stage stage({.stall_ms = 200});
  Ear slow = stage.listen(kAna, {kDen}, {}, {1}, kKernelBytes);
  Ear idle = stage.listen(kBen, {});
  slow.wait_for("hello");
  idle.wait_for("hello");
  for (int i = 0; i < 40; ++i) say_much(stage, kDen, 1000);
  EXPECT_TRUE(test::eventually([&] { return stage.hub.stats().cut == 1; }));
  EXPECT_TRUE(slow.closed());
  EXPECT_FALSE(idle.closed(0));
}

TEST(SlowReader, IsNotCutForHavingBeenAway) {
  Stage stage({.queue_bytes = 8 * 1024, .queue_runs = 4});
  const auto after = stage.made();
  std::vector<std::string> wanted;
  for (int i = 0; i < 60; ++i) {
    wanted.push_back(name_of(*say_much(stage, kDen, 1000)));
    say_much(stage, kLab, 10);
  }
  // Far more than the limit to catch up with, and life goes on meanwhile.
  Ear ear = stage.listen(kAna, {kDen}, after, {1}, kKernelBytes);
  const auto live = stage.say(to_room(kDen));
  wanted.push_back(name_of(*live));
  ASSERT_TRUE(test::eventually([&] { return stage.hub.position() == stage.made(); }));
  EXPECT_EQ(Stage::until(ear, live), wanted);
  EXPECT_EQ(stage.hub.stats().cut, 0U);
}

TEST(SlowReader, OfAnEndedSessionIsClosedThoughItReadsNothing) {
  Stage stage;
  Ear slow = stage.listen(kAna, {kDen}, {}, SessionId{7}, kKernelBytes);
  slow.wait_for("hello");
  for (int i = 0; i < 40; ++i) say_much(stage, kDen, 1000);
  stage.end_session(kAna, SessionId{7});
  EXPECT_TRUE(test::eventually([&] { return stage.hub.stats().streams == 0; }));
}

}  // namespace
}  // namespace confab::events
