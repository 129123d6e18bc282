#include <gtest/gtest.h>

#include "api/base/error.h"
#include "api/base/json.h"
#include "tests/stage.h"

namespace confab::events {
namespace {

using test::Ear;
using test::Heard;
using test::name_of;
using test::Stage;
using Names = std::vector<std::string>;

constexpr UserId kAna{11}, kBen{12}, kCy{13};
constexpr RoomId kDen{101}, kLab{102};

Names names(std::initializer_list<EventPtr> events) {
  Names out;
  for (const auto& event : events) out.push_back(name_of(*event));
  return out;
}

TEST(Stream, BeginsWithHello) {
  Stage stage({.heartbeat_s = 15});
  stage.say(to_everyone());
  Ear ear = stage.listen(kAna, {kDen});
  const auto hello = ear.next();
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->type, "hello");
  EXPECT_EQ(hello->id, "");
  const auto data = json::parse_own(hello->data);
  EXPECT_EQ(data["position"].asString(), stage.text(stage.made()));
  EXPECT_EQ(data["oldest"].asString(), "stage:");
  EXPECT_EQ(data["heartbeat_s"].asInt(), 15);
  EXPECT_EQ(data["present"][0].asString(), kAna.text());
}

TEST(Stream, CarriesTheWholeEventUnderItsPosition) {
  Stage stage;
  Ear ear = stage.listen(kAna, {kDen});
  ear.wait_for("hello");
  const auto said = stage.say(to_room(kDen), {.room = kDen, .actor = kBen, .client_ref = "k\"1"});
  const auto heard = ear.wait_for("said");
  EXPECT_EQ(heard.id, stage.text(stage.made()));
  const auto envelope = json::parse_own(heard.data);
  EXPECT_EQ(envelope["id"].asString(), said->id.text());
  EXPECT_EQ(envelope["type"].asString(), "said");
  EXPECT_EQ(envelope["at"].asString(), to_rfc3339(said->at));
  EXPECT_EQ(envelope["room_id"].asString(), kDen.text());
  EXPECT_EQ(envelope["actor_id"].asString(), kBen.text());
  EXPECT_EQ(envelope["client_ref"].asString(), "k\"1");
}

TEST(Stream, KeepsTheOrderOfCommits) {
  Stage stage;
  Ear ear = stage.listen(kAna, {kDen});
  Names wanted;
  EventPtr last;
  for (int i = 0; i < 5000; ++i) {
    last = stage.say(i % 3 == 0 ? to_user(kAna) : to_room(kDen));
    wanted.push_back(name_of(*last));
  }
  EXPECT_EQ(Stage::until(ear, last), wanted);
}

TEST(Stream, HearsItsOwnAudiencesAndNoOther) {
  Stage stage;
  Ear ana = stage.listen(kAna, {kDen});
  Ear ben = stage.listen(kBen, {kDen, kLab});
  const auto den = stage.say(to_room(kDen));
  const auto lab = stage.say(to_room(kLab));
  const auto to_ana = stage.say(to_user(kAna));
  const auto to_ben = stage.say(to_user(kBen));
  const auto all = stage.say(to_everyone());
  EXPECT_EQ(Stage::until(ana, all), names({den, to_ana, all}));
  EXPECT_EQ(Stage::until(ben, all), names({den, lab, to_ben, all}));
}

TEST(Stream, EachOfAPersonsStreamsHearsEverything) {
  Stage stage;
  Ear one = stage.listen(kAna, {kDen});
  Ear two = stage.listen(kAna, {kDen});
  const auto said = stage.say(to_room(kDen));
  EXPECT_EQ(Stage::until(one, said), names({said}));
  EXPECT_EQ(Stage::until(two, said), names({said}));
}

TEST(Stream, HearsARoomFromItsJoinToItsLeaveInclusive) {
  Stage stage;
  Ear ear = stage.listen(kAna, {});
  stage.say(to_room(kDen));
  const auto joined = stage.join(kAna, kDen);
  const auto inside = stage.say(to_room(kDen));
  const auto left = stage.leave(kAna, kDen);
  stage.say(to_room(kDen));
  const auto again = stage.join(kAna, kDen);
  const auto end = stage.say(to_everyone());
  EXPECT_EQ(Stage::until(ear, end), names({joined, inside, left, again, end}));
}

TEST(Stream, OthersJoinsAndLeavesChangeNothingForMe) {
  Stage stage;
  Ear ear = stage.listen(kAna, {kDen});
  const auto joined = stage.join(kBen, kDen);
  const auto left = stage.leave(kBen, kDen);
  const auto said = stage.say(to_room(kDen));
  EXPECT_EQ(Stage::until(ear, said), names({joined, left, said}));
}

TEST(Stream, OfASecondDeviceHasTheRoomsAsTheyAreNow) {
  Stage stage;
  Ear first = stage.listen(kAna, {});
  stage.join(kAna, kDen);
  Ear second = stage.listen(kAna, {kDen});
  const auto said = stage.say(to_room(kDen));
  EXPECT_EQ(Stage::until(second, said), names({said}));
}

TEST(Stream, OpenedByASnapshotThatKnowsMoreWaitsForTheHub) {
  Stage stage;
  // Ana was in the den before it; the snapshot has seen her leave it.
  const auto before = stage.made();
  const auto inside = stage.make(to_room(kDen));
  const auto left = stage.make(to_room(kDen), {.effect = Effect::leave, .subject = kAna}, "left");
  const auto after = stage.make(to_room(kDen));
  Ear ear = stage.listen(kAna, {}, before);
  EXPECT_FALSE(ear.next(50));
  stage.hub.publish({inside, left, after});
  const auto end = stage.say(to_everyone());
  EXPECT_EQ(Stage::until(ear, end), names({inside, left, end}));
}

TEST(Stream, TellsWhatIsNeverReplayedToThoseWhoListenNow) {
  Stage stage;
  Ear ana = stage.listen(kAna, {kDen});
  Ear ben = stage.listen(kBen, {});
  stage.hub.tell(to_room(kDen), "typing", R"({"user_id":"13"})", kDen, kCy);
  const auto end = stage.say(to_everyone());
  const auto typing = ana.wait_for("typing");
  EXPECT_EQ(typing.id, "");
  const auto data = json::parse_own(typing.data);
  EXPECT_EQ(data["room_id"].asString(), kDen.text());
  EXPECT_EQ(data["actor_id"].asString(), kCy.text());
  EXPECT_EQ(data["data"]["user_id"].asString(), "13");
  Heard heard;
  while (heard.id.empty()) {
    heard = *ben.next();
    EXPECT_NE(heard.type, "typing");
  }
  EXPECT_EQ(name_of(heard), name_of(*end));
}

TEST(Stream, OfAnEndedSessionHearsSoAndNothingAfter) {
  Stage stage;
  Ear ended = stage.listen(kAna, {kDen}, {}, SessionId{7});
  Ear other = stage.listen(kAna, {kDen}, {}, SessionId{8});
  const auto before = stage.say(to_room(kDen));
  const auto end = stage.end_session(kAna, SessionId{7});
  const auto after = stage.say(to_room(kDen));
  EXPECT_EQ(Stage::until(ended, end), names({before, end}));
  const auto next = ended.next(1000);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->type, "closed");
  EXPECT_EQ(Stage::until(other, after), names({before, end, after}));
}

TEST(Stream, OpenedWhileItsSessionEndsIsEndedToo) {
  Stage stage;
  const auto before = stage.made();
  const auto said = stage.say(to_room(kDen));
  const auto end = stage.end_session(kAna, SessionId{7});
  stage.say(to_room(kDen));
  Ear ear = stage.listen(kAna, {kDen}, before, SessionId{7});
  EXPECT_EQ(Stage::until(ear, end), names({said, end}));
  EXPECT_EQ(ear.next(1000)->type, "closed");
}

TEST(Stream, ThatIsClosedIsNoticedWithoutASend) {
  Stage stage;
  Ear ear = stage.listen(kAna, {});
  ear.wait_for("hello");
  EXPECT_EQ(stage.hub.stats().streams, 1U);
  ear.close();
  EXPECT_TRUE(test::eventually([&] { return stage.hub.stats().streams == 0; }));
}

TEST(Stream, BeatsWhileNothingHappens) {
  Stage stage({.heartbeat_s = 1});
  Ear ear = stage.listen(kAna, {});
  EXPECT_TRUE(test::eventually([&] {
    ear.next(100);
    return ear.comments() >= 2;
  }));
}

TEST(Stream, HasAPlaceAmongSixteenOfItsPerson) {
  Stage stage;
  std::vector<Ear> ears;
  for (int i = 0; i < 16; ++i) ears.push_back(stage.listen(kAna, {}));
  try {
    stage.hub.take_slot(kAna);
    FAIL() << "a 17th stream was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::too_many_streams);
    EXPECT_TRUE(error.retry_after());
  }
  stage.hub.take_slot(kBen);
  ears.back().wait_for("hello");
  ears.pop_back();
  EXPECT_TRUE(test::eventually([&] {
    try {
      stage.hub.take_slot(kAna);
      return true;
    } catch (const Error&) {
      return false;
    }
  }));
}

TEST(Stream, ThatNeverOpenedGivesItsPlaceBack) {
  Stage stage({.streams_per_user = 1});
  stage.hub.take_slot(kAna).reset();
  EXPECT_NO_THROW(stage.hub.take_slot(kAna));
}

TEST(Hub, SkipsWhatItHasPublishedAlready) {
  Stage stage;
  Ear ear = stage.listen(kAna, {kDen});
  const auto said = stage.say(to_room(kDen));
  stage.hub.publish({said});
  const auto next = stage.say(to_room(kDen));
  EXPECT_EQ(Stage::until(ear, next), names({said, next}));
}

TEST(Hub, EndsItsStreamsWhenItGoes) {
  Ear ear;
  {
    Stage stage;
    stage.hub.subscribe({.user = kAna,
                         .session = {},
                         .after = {},
                         .rooms = {},
                         .known = {},
                         .first = {},
                         .slot = stage.hub.take_slot(kAna)},
                        ear.give());
    ear.wait_for("hello");
  }
  EXPECT_TRUE(ear.closed());
}

}  // namespace
}  // namespace confab::events
