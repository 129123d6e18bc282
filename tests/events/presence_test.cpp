#include <gtest/gtest.h>

#include "api/base/json.h"
#include "tests/stage.h"

namespace confab::events {
namespace {

using test::Ear;
using test::Stage;

constexpr UserId kAna{11}, kBen{12}, kCy{13};
constexpr RoomId kDen{101}, kLab{102};

/// The next presence told: `12 online`.
std::string next_presence(Ear& ear) {
  const auto data = json::parse_own(ear.wait_for("presence.updated").data)["data"];
  return data["user_id"].asString() + ' ' + data["presence"].asString();
}

TEST(Presence, IsOnlineFromTheFirstStreamOn) {
  Stage stage;
  EXPECT_EQ(stage.hub.presence(kBen), Presence::offline);
  Ear ana = stage.listen(kAna, {kDen});
  EXPECT_EQ(next_presence(ana), "11 online");
  Ear ben = stage.listen(kBen, {kDen});
  EXPECT_EQ(next_presence(ana), "12 online");
  EXPECT_EQ(stage.hub.presence(kBen), Presence::online);
  Ear again = stage.listen(kBen, {kDen});
  Ear cy = stage.listen(kCy, {kDen});
  EXPECT_EQ(next_presence(ana), "13 online");  // and not ben's once more
}

TEST(Presence, IsToldOnlyToThoseWhoShareARoom) {
  Stage stage;
  Ear ana = stage.listen(kAna, {kDen});
  EXPECT_EQ(next_presence(ana), "11 online");
  Ear ben = stage.listen(kBen, {kLab});
  ben.wait_for("hello");
  Ear cy = stage.listen(kCy, {kDen, kLab});
  EXPECT_EQ(next_presence(ana), "13 online");
}

TEST(Presence, OfNewcomersAndMembersIsToldWhenTheyMeet) {
  Stage stage;
  Ear ana = stage.listen(kAna, {kDen});
  EXPECT_EQ(next_presence(ana), "11 online");
  Ear ben = stage.listen(kBen, {kLab});
  EXPECT_EQ(next_presence(ben), "12 online");
  stage.join(kBen, kDen);
  EXPECT_EQ(next_presence(ana), "12 online");
  EXPECT_EQ(next_presence(ben), "11 online");
}

TEST(Presence, IsOfflineOnlyAfterTheGrace) {
  Stage stage({.offline_after_ms = 400});
  Ear ana = stage.listen(kAna, {kDen});
  EXPECT_EQ(next_presence(ana), "11 online");
  {
    Ear ben = stage.listen(kBen, {kDen});
    EXPECT_EQ(next_presence(ana), "12 online");
  }
  const auto left_at = monotonic_ms();
  EXPECT_EQ(next_presence(ana), "12 offline");
  EXPECT_GE(monotonic_ms() - left_at, 350);
  EXPECT_EQ(stage.hub.presence(kBen), Presence::offline);
}

TEST(Presence, SurvivesAReconnect) {
  Stage stage({.offline_after_ms = 60'000});
  Ear ana = stage.listen(kAna, {kDen});
  EXPECT_EQ(next_presence(ana), "11 online");
  for (int i = 0; i < 3; ++i) {
    Ear ben = stage.listen(kBen, {kDen});
    ben.wait_for("hello");
    if (i == 0) {
      EXPECT_EQ(next_presence(ana), "12 online");
    }
  }
  EXPECT_FALSE(ana.next(100));
  EXPECT_EQ(stage.hub.presence(kBen), Presence::online);
}

TEST(Presence, StandsInHelloForTheRoomsOfTheListener) {
  Stage stage;
  Ear ana = stage.listen(kAna, {kDen});
  Ear ben = stage.listen(kBen, {kLab});
  ben.wait_for("hello");
  Ear cy = stage.listen(kCy, {kDen});
  const auto present = json::parse_own(cy.wait_for("hello").data)["present"];
  ASSERT_EQ(present.size(), 2U);
  EXPECT_EQ(present[0].asString(), kAna.text());
  EXPECT_EQ(present[1].asString(), kCy.text());
  EXPECT_EQ(stage.hub.presence_in({kDen}).size(), 2U);
  EXPECT_EQ(stage.hub.presence_in({kDen, kLab}).size(), 3U);
}

TEST(Presence, IsNotToldInACrowd) {
  Stage stage({.presence_most = 2});
  Ear ana = stage.listen(kAna, {kDen, kLab});
  EXPECT_EQ(next_presence(ana), "11 online");
  Ear ben = stage.listen(kBen, {kDen});
  EXPECT_EQ(next_presence(ana), "12 online");
  // With the third it is a crowd; whoever shares a smaller room still hears of the others.
  Ear cy = stage.listen(kCy, {kDen, kLab});
  const auto present = json::parse_own(cy.wait_for("hello").data)["present"];
  ASSERT_EQ(present.size(), 2U);
  EXPECT_EQ(present[0].asString(), kAna.text());
  EXPECT_EQ(present[1].asString(), kCy.text());
  EXPECT_EQ(next_presence(ana), "13 online");
  EXPECT_EQ(next_presence(ben), "12 online");
  const auto said = stage.say(to_room(kDen));
  EXPECT_EQ(Stage::until(ben, said).size(), 1U);
  EXPECT_EQ(stage.hub.presence_in({kDen}).size(), 0U);
}

TEST(Presence, FollowsMembershipWhileAway) {
  Stage stage({.offline_after_ms = 60'000});
  {
    Ear ben = stage.listen(kBen, {});
    ben.wait_for("hello");
  }
  stage.join(kBen, kDen);
  Ear back = stage.listen(kBen, {kDen});
  const auto said = stage.say(to_room(kDen));
  EXPECT_EQ(Stage::until(back, said).size(), 1U);
}

}  // namespace
}  // namespace confab::events
