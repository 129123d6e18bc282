#include <gtest/gtest.h>

#include "api/base/json.h"
#include "tests/stage.h"

namespace confab::events {
namespace {

using test::Ear;
using test::name_of;
using test::Stage;
using Names = std::vector<std::string>;

constexpr UserId kAna{11}, kBen{12};
constexpr RoomId kDen{101}, kLab{102};

Names names(std::initializer_list<EventPtr> events) {
  Names out;
  for (const auto& event : events) out.push_back(name_of(*event));
  return out;
}

std::string reset_reason(Ear& ear) {
  const auto reset = ear.wait_for("reset");
  EXPECT_EQ(reset.id, "");
  EXPECT_TRUE(ear.closed());
  return json::parse_own(reset.data)["reason"].asString();
}

TEST(Resume, GoesOnBehindTheLastEventHeard) {
  Stage stage;
  stage.say(to_room(kDen));
  const auto after = stage.made();
  const auto first = stage.say(to_room(kDen));
  const auto mine = stage.say(to_user(kAna));
  stage.say(to_room(kLab));
  stage.say(to_user(kBen));
  const auto last = stage.say(to_everyone());
  Ear ear = stage.listen(kAna, {kDen}, after);
  EXPECT_EQ(Stage::until(ear, last), names({first, mine, last}));
  const auto live = stage.say(to_room(kDen));
  EXPECT_EQ(Stage::until(ear, live), names({live}));
}

TEST(Resume, HasNothingToRepeatWhenNothingWasMissed) {
  Stage stage;
  stage.say(to_room(kDen));
  Ear ear = stage.listen(kAna, {kDen}, stage.made());
  const auto live = stage.say(to_room(kDen));
  EXPECT_EQ(Stage::until(ear, live), names({live}));
}

TEST(Resume, HearsARoomJoinedMeanwhileFromItsJoinOn) {
  Stage stage;
  const auto after = stage.made();
  stage.say(to_room(kDen));
  const auto joined = stage.join(kAna, kDen);
  const auto said = stage.say(to_room(kDen));
  Ear ear = stage.listen(kAna, {kDen}, after);
  EXPECT_EQ(Stage::until(ear, said), names({joined, said}));
}

TEST(Resume, HearsARoomLeftMeanwhileUpToTheLeave) {
  Stage stage;
  const auto after = stage.made();
  const auto said = stage.say(to_room(kDen));
  const auto left = stage.leave(kAna, kDen);
  stage.say(to_room(kDen));
  const auto end = stage.say(to_everyone());
  Ear ear = stage.listen(kAna, {}, after);
  EXPECT_EQ(Stage::until(ear, end), names({said, left, end}));
  stage.say(to_room(kDen));
  const auto later = stage.say(to_everyone());
  EXPECT_EQ(Stage::until(ear, later), names({later}));
}

TEST(Resume, UndoesAndRedoesJoinedLeftJoined) {
  Stage stage;
  const auto after = stage.made();
  stage.say(to_room(kDen));
  const auto joined = stage.join(kAna, kDen);
  const auto inside = stage.say(to_room(kDen));
  const auto left = stage.leave(kAna, kDen);
  stage.say(to_room(kDen));
  const auto again = stage.join(kAna, kDen);
  const auto end = stage.say(to_room(kDen));
  Ear ear = stage.listen(kAna, {kDen}, after);
  EXPECT_EQ(Stage::until(ear, end), names({joined, inside, left, again, end}));
}

TEST(Resume, UndoesAndRedoesLeftJoinedLeft) {
  Stage stage;
  const auto after = stage.made();
  const auto first = stage.say(to_room(kDen));
  const auto left = stage.leave(kAna, kDen);
  stage.say(to_room(kDen));
  const auto joined = stage.join(kAna, kDen);
  const auto inside = stage.say(to_room(kDen));
  const auto gone = stage.leave(kAna, kDen);
  stage.say(to_room(kDen));
  const auto end = stage.say(to_everyone());
  Ear ear = stage.listen(kAna, {}, after);
  EXPECT_EQ(Stage::until(ear, end), names({first, left, joined, inside, gone, end}));
}

TEST(Resume, BetweenTwoNodesRepeatsAndMissesNothing) {
  Stage stage;
  const auto a1 = stage.say(to_room(kDen), {}, "said", 1);
  Position after = stage.made();
  const auto b1 = stage.say(to_room(kDen), {}, "said", 2);
  const auto a2 = stage.say(to_room(kDen), {}, "said", 1);
  const auto b2 = stage.say(to_room(kDen), {}, "said", 2);
  const auto a3 = stage.say(to_room(kDen), {}, "said", 1);
  {
    Ear ear = stage.listen(kAna, {kDen}, after);
    EXPECT_EQ(Stage::until(ear, a3), names({b1, a2, b2, a3}));
  }
  // As a page of the log could leave it: far in one node, behind in the other.
  after.advance(2, 2);
  Ear ear = stage.listen(kAna, {kDen}, after);
  EXPECT_EQ(Stage::until(ear, a3), names({a2, a3}));
}

TEST(Resume, FromBeforeTheMemoryIsReset) {
  Stage stage({.ring_events = 3});
  stage.say(to_room(kDen));
  const auto after = stage.made();
  for (int i = 0; i < 4; ++i) stage.say(to_room(kDen));
  ASSERT_TRUE(test::eventually([&] { return stage.hub.position() == stage.made(); }));
  EXPECT_FALSE(stage.hub.remembers(after, stage.hub.position()));
  Ear ear = stage.listen(kAna, {kDen}, after);
  EXPECT_EQ(reset_reason(ear), "too_old");
  EXPECT_EQ(stage.hub.stats().resets, 1U);
}

TEST(Resume, FromTheFutureIsReset) {
  Stage stage;
  stage.say(to_room(kDen));
  auto after = stage.made();
  after.advance(1, 99);
  Ear ear = stage.listen(kAna, {kDen}, after);
  EXPECT_EQ(reset_reason(ear), "unknown");
}

TEST(Resume, FromAnUnknownNodeIsReset) {
  Stage stage;
  stage.say(to_room(kDen));
  auto after = stage.made();
  after.advance(9, 1);
  Ear ear = stage.listen(kAna, {kDen}, after);
  EXPECT_EQ(reset_reason(ear), "unknown");
}

TEST(Resume, WorksFromWhatTheHubWasWarmedWith) {
  Stage stage({.ring_events = 1000});
  Position before;
  before.advance(1, 1);
  stage.make(to_room(kDen));  // forgotten
  std::vector<EventPtr> recent;
  for (int i = 0; i < 3; ++i) recent.push_back(stage.make(to_room(kDen)));
  stage.hub.warm(before, recent);
  Ear ear = stage.listen(kAna, {kDen}, before);
  EXPECT_EQ(Stage::until(ear, recent.back()), names({recent[0], recent[1], recent[2]}));
  Ear late = stage.listen(kAna, {kDen}, Position());
  EXPECT_EQ(reset_reason(late), "too_old");
}

TEST(Resume, SendsWhatWasReplayedFirst) {
  Stage stage;
  const auto after = stage.made();
  const auto said = stage.say(to_room(kDen));
  Ear ear;
  stage.hub.subscribe({.user = kAna,
                       .session = {},
                       .after = after,
                       .rooms = {kDen},
                       .known = stage.made(),
                       .first = "id: stage:1.0\nevent: old\ndata: {\"data\":\"0.0\"}\n\n",
                       .slot = stage.hub.take_slot(kAna)},
                      ear.give());
  EXPECT_EQ(ear.next()->type, "hello");
  EXPECT_EQ(ear.next()->type, "old");
  EXPECT_EQ(Stage::until(ear, said), names({said}));
}

}  // namespace
}  // namespace confab::events
