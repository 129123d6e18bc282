#include <gtest/gtest.h>

#include "tests/world.h"

namespace confab::test {
namespace {

using rooms::Kind;
using rooms::Notifications;
using rooms::Role;
using Types = std::vector<std::string>;

rooms::MyRoom find(World& world, UserId me, RoomId room) {
  return world.read([&](db::Tx& tx) { return rooms::find(tx, me, room); });
}

void set_role(World& world, UserId me, RoomId room, UserId person, Role role) {
  rooms::change_member(world.app, me, room, person, {.role = role});
}

TEST(JoinRoom, HearsTheRoomFromThereOn) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana});
  world.post(ana, room, "before");

  const auto joined = rooms::add(world.app, ben, room, ben);
  world.post(ana, room, "after");

  EXPECT_TRUE(joined.is_new);
  EXPECT_EQ(joined.member.role, Role::member);
  EXPECT_EQ(world.heard_by(ben), (Types{"member.added", "message.created"}));
  const auto mine = find(world, ben, room);
  EXPECT_EQ(mine.member_count, 2);
  EXPECT_EQ(mine.read_seq, 1);
  EXPECT_EQ(mine.unread_count, 1);
}

TEST(JoinRoom, TwiceChangesNothing) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana, ben});

  EXPECT_FALSE(rooms::add(world.app, ben, room, ben).is_new);
  EXPECT_FALSE(rooms::add(world.app, ben, room, ana).is_new);
  EXPECT_EQ(find(world, ana, room).member_count, 2);
  EXPECT_EQ(world.heard_by(ana), Types{});
}

TEST(AddMember, IsForMembersOnly) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben"), eve = world.person("eve");
  const auto open = world.room("open", {ana});
  const auto closed = world.private_room("closed", {ana});

  EXPECT_EQ(code_of([&] { rooms::add(world.app, eve, open, ben); }), Code::not_member);
  EXPECT_EQ(code_of([&] { rooms::add(world.app, eve, closed, eve); }), Code::not_found);
  EXPECT_EQ(code_of([&] { rooms::add(world.app, ana, closed, UserId{99}); }), Code::not_found);
  EXPECT_EQ(code_of([&] { rooms::add(world.app, ana, RoomId{99}, ben); }), Code::not_found);
  rooms::add(world.app, ana, closed, ben);
  EXPECT_TRUE(rooms::add(world.app, ben, closed, eve).is_new);
  EXPECT_EQ(find(world, eve, closed).role, Role::member);
}

TEST(AddMember, NamesAllOfAGroup) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben"), eve = world.person("eve");
  const auto group =
      rooms::create(world.app, ana, {.kind = Kind::group, .member_ids = {ben}}).value.room.id;
  world.listen();

  rooms::add(world.app, ben, group, eve);

  const auto data = json::parse_own(world.events_for(eve).front()->data);
  EXPECT_EQ(data["room"]["member_ids"].size(), 3u);
  EXPECT_EQ(data["room"]["member_count"], 3);
}

TEST(LeaveRoom, HearsNothingAfterOwnLeaving) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana, ben});

  rooms::remove(world.app, ben, room, ben);
  world.post(ana, room, "behind their back");

  EXPECT_EQ(world.heard_by(ben), Types{"member.removed"});
  EXPECT_EQ(json::parse_own(world.events_for(ben).front()->data)["member_count"], 1);
  EXPECT_EQ(code_of([&] { world.post(ben, room, "x"); }), Code::not_member);
  EXPECT_FALSE(find(world, ben, room).role);
  EXPECT_EQ(
      world.read([&](db::Tx& tx) { return rooms::past_room_ids(tx, ben, world.clock.now()); }),
      std::vector{room});
  EXPECT_EQ(code_of([&] { rooms::remove(world.app, ben, room, ben); }), Code::not_member);
}

TEST(LeaveRoom, ComingBackStartsAnew) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana, ben});
  set_role(world, ana, room, ben, Role::moderator);
  rooms::remove(world.app, ben, room, ben);
  world.post(ana, room, "missed");
  world.clock.advance(kMinute);
  world.listen();

  const auto joined = rooms::add(world.app, ben, room, ben);

  EXPECT_TRUE(joined.is_new);
  EXPECT_EQ(joined.member.role, Role::member);
  EXPECT_EQ(joined.member.joined_at, world.clock.now());
  EXPECT_GT(joined.member.version, 1);
  EXPECT_EQ(find(world, ben, room).unread_count, 0);
  EXPECT_EQ(world.heard_by(ben), Types{"member.added"});
  EXPECT_TRUE(world.read([&](db::Tx& tx) { return rooms::past_room_ids(tx, ben, {}); }).empty());
}

TEST(LeaveRoom, KeepsTheLastOwnerWhileOthersAreIn) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana, ben});

  EXPECT_EQ(code_of([&] { rooms::remove(world.app, ana, room, ana); }), Code::last_owner);
  EXPECT_EQ(code_of([&] { set_role(world, ana, room, ana, Role::member); }), Code::last_owner);
  set_role(world, ana, room, ben, Role::owner);
  EXPECT_NO_THROW(rooms::remove(world.app, ana, room, ana));
}

TEST(LeaveRoom, ArchivesADesertedRoom) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});

  rooms::remove(world.app, ana, room, ana);

  EXPECT_EQ(world.heard_by(ana), (Types{"room.archived", "member.removed"}));
  const auto left = find(world, ana, room);
  EXPECT_TRUE(left.archived_at);
  EXPECT_EQ(left.member_count, 0);
}

TEST(LeaveRoom, IsNotForConversationsOfTwo) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben"), eve = world.person("eve");
  const auto room = world.direct(ana, ben);

  EXPECT_EQ(code_of([&] { rooms::remove(world.app, ana, room, ana); }), Code::conflict);
  EXPECT_EQ(code_of([&] { rooms::remove(world.app, ana, room, ben); }), Code::conflict);
  EXPECT_EQ(code_of([&] { rooms::add(world.app, ana, room, eve); }), Code::conflict);
  EXPECT_EQ(code_of([&] { set_role(world, ana, room, ben, Role::owner); }), Code::conflict);
}

TEST(RemoveMember, GoesDownwardsOnly) {
  World world;
  const auto ana = world.person("ana"), mia = world.person("mia"), max = world.person("max");
  const auto ben = world.person("ben"), eve = world.person("eve");
  const auto room = world.room("general", {ana, mia, max, ben, eve});
  set_role(world, ana, room, mia, Role::moderator);
  set_role(world, ana, room, max, Role::moderator);
  const auto remove = [&](UserId me, UserId person) {
    return [&world, room, me, person] { rooms::remove(world.app, me, room, person); };
  };

  EXPECT_EQ(code_of(remove(ben, eve)), Code::insufficient_role);
  EXPECT_EQ(code_of(remove(mia, max)), Code::insufficient_role);
  EXPECT_EQ(code_of(remove(mia, ana)), Code::insufficient_role);
  EXPECT_EQ(code_of(remove(mia, UserId{99})), Code::not_found);
  EXPECT_NO_THROW(remove(mia, ben)());
  EXPECT_NO_THROW(remove(ana, mia)());
  EXPECT_EQ(find(world, ana, room).member_count, 3);
}

TEST(ChangeMember, RolesAreTheOwnersToGive) {
  World world;
  const auto ana = world.person("ana"), mia = world.person("mia"), ben = world.person("ben");
  const auto room = world.room("general", {ana, mia, ben});
  set_role(world, ana, room, mia, Role::moderator);
  world.listen();

  EXPECT_EQ(code_of([&] { set_role(world, mia, room, ben, Role::moderator); }),
            Code::insufficient_role);
  EXPECT_EQ(code_of([&] { set_role(world, ben, room, ben, Role::owner); }),
            Code::insufficient_role);
  EXPECT_EQ(code_of([&] { set_role(world, ana, room, UserId{99}, Role::owner); }), Code::not_found);
  const auto member = rooms::change_member(world.app, ana, room, ben, {.role = Role::owner});
  EXPECT_EQ(member.role, Role::owner);
  EXPECT_EQ(member.version, 2);
  EXPECT_EQ(world.heard_by(mia), Types{"member.updated"});
  EXPECT_EQ(find(world, ben, room).role, Role::owner);
}

TEST(ChangeMember, NotificationsAreOnesOwnAffair) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana, ben});
  const rooms::MemberChange quiet{.notifications = Notifications::nothing};

  EXPECT_EQ(code_of([&] { rooms::change_member(world.app, ana, room, ben, quiet); }),
            Code::insufficient_role);
  rooms::change_member(world.app, ben, room, ben, quiet);
  rooms::change_member(world.app, ben, room, ben, quiet);

  EXPECT_EQ(find(world, ben, room).notifications, Notifications::nothing);
  EXPECT_EQ(world.heard_by(ana), Types{});
  ASSERT_EQ(world.heard_by(ben), Types{"member.updated"});
  EXPECT_EQ(json::parse_own(world.events_for(ben).front()->data)["notifications"], "nothing");
}

TEST(ChangeMember, RefusesAnotherVersion) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana, ben});
  const auto require = [](std::int64_t version) {
    if (version != 7) throw Error(Code::version_mismatch, "");
  };
  const auto change = [&] {
    rooms::change_member(world.app, ana, room, ben, {.role = Role::owner}, require);
  };

  EXPECT_EQ(code_of(change), Code::version_mismatch);
}

}  // namespace
}  // namespace confab::test
