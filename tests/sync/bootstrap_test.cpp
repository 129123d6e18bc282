#include <gtest/gtest.h>

#include <set>

#include "tests/sync/studio.h"

namespace confab::sync {
namespace {

using test::code_of;
using test::Studio;

class BootstrapTest : public testing::Test {
 protected:
  Bootstrap of(UserId user) { return bootstrap(studio_.app(), user, studio_.session(user)); }
  static std::set<std::string> names(const Bootstrap& bootstrap) {
    std::set<std::string> out;
    for (const auto& user : bootstrap.users) out.insert(user.username);
    return out;
  }

  Studio studio_;
  const UserId ana_ = studio_.person("ana");
  const UserId ben_ = studio_.person("ben");
  const UserId cyd_ = studio_.person("cyd");
};

TEST_F(BootstrapTest, OfANewcomerHoldsOnlyThemselves) {
  const auto start = of(ana_);
  EXPECT_EQ(start.me.username, "ana");
  EXPECT_EQ(start.me.email, "ana@example.com");
  EXPECT_TRUE(start.rooms.empty());
  EXPECT_EQ(names(start), std::set<std::string>{"ana"});
  ASSERT_TRUE(start.session);
  EXPECT_EQ(start.session->id, studio_.session(ana_));
  EXPECT_TRUE(start.session->current);
}

TEST_F(BootstrapTest, HoldsThePeopleOfDirectRoomsAndGroupsOnly) {
  studio_.world.room("general", {ana_, cyd_});
  EXPECT_EQ(names(of(ana_)), std::set<std::string>{"ana"});
  studio_.world.direct(ana_, ben_);
  EXPECT_EQ(names(of(ana_)), (std::set<std::string>{"ana", "ben"}));
  rooms::create(studio_.app(), cyd_, {.kind = rooms::Kind::group, .member_ids = {ana_}});
  EXPECT_EQ(names(of(ana_)), (std::set<std::string>{"ana", "ben", "cyd"}));
}

TEST_F(BootstrapTest, CountsWhatIsUnread) {
  const auto room = studio_.world.room("general", {ana_, ben_});
  studio_.world.post(ben_, room, "one");
  const auto second = studio_.world.post(ben_, room, "two");
  studio_.world.post(ana_, room, "mine");
  messages::remove(studio_.app(), ben_, second.id);
  const auto start = of(ana_);
  ASSERT_EQ(start.rooms.size(), 1U);
  EXPECT_EQ(start.rooms[0].unread_count, 1);
  EXPECT_EQ(start.rooms[0].last_seq, 3);
}

TEST_F(BootstrapTest, ShowsWhoOfMyRoomsIsOnline) {
  studio_.world.room("general", {ana_, ben_});
  auto ben = studio_.open(ben_, "");
  auto cyd = studio_.open(cyd_, "");
  ben.ear->wait_for("presence.updated");
  cyd.ear->wait_for("presence.updated");
  const auto start = of(ana_);
  ASSERT_EQ(start.presence.size(), 1U);
  EXPECT_EQ(start.presence[0].user_id, ben_);
  EXPECT_EQ(start.presence[0].presence, events::Presence::online);
}

TEST_F(BootstrapTest, OfNobodyIsNotFound) {
  EXPECT_EQ(code_of([&] { bootstrap(studio_.app(), UserId{77}, SessionId{1}); }), Code::not_found);
}

}  // namespace
}  // namespace confab::sync
