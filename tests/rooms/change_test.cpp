#include <gtest/gtest.h>

#include "tests/world.h"

namespace confab::test {
namespace {

using rooms::Role;
using rooms::RoomChange;
using rooms::Visibility;
using Types = std::vector<std::string>;

void promote(World& world, UserId owner, RoomId room, UserId person, Role role) {
  rooms::change_member(world.app, owner, room, person, {.role = role});
}

TEST(ChangeRoom, RenamesForEveryone) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana, ben});

  const auto changed = rooms::change(world.app, ana, room, {.name = "Lobby", .topic = "hi"});

  EXPECT_EQ(changed.name, "Lobby");
  EXPECT_EQ(changed.topic, "hi");
  EXPECT_EQ(changed.version, 2);
  EXPECT_EQ(world.heard_by(ben), Types{"room.updated"});
  EXPECT_EQ(json::parse_own(world.events_for(ben).front()->data)["name"], "Lobby");
}

TEST(ChangeRoom, SaysNothingWhenNothingChanges) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});

  EXPECT_EQ(rooms::change(world.app, ana, room, {.name = "general"}).version, 1);
  EXPECT_EQ(world.heard_by(ana), Types{});
}

TEST(ChangeRoom, RefusesAnotherVersion) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});
  const auto require = [](std::int64_t version) {
    if (version != 7) throw Error(Code::version_mismatch, "");
  };

  EXPECT_EQ(code_of([&] { rooms::change(world.app, ana, room, {.name = "x"}, require); }),
            Code::version_mismatch);
  EXPECT_EQ(code_of([&] { rooms::archive(world.app, ana, room, require); }),
            Code::version_mismatch);
}

TEST(ChangeRoom, LetsModeratorsEditAndOwnersAll) {
  World world;
  const auto ana = world.person("ana"), mia = world.person("mia"), ben = world.person("ben");
  const auto eve = world.person("eve");
  const auto room = world.room("general", {ana, mia, ben});
  promote(world, ana, room, mia, Role::moderator);
  const RoomChange name{.name = "x"}, hidden{.visibility = Visibility::members};

  EXPECT_EQ(code_of([&] { rooms::change(world.app, ben, room, name); }), Code::insufficient_role);
  EXPECT_EQ(code_of([&] { rooms::change(world.app, eve, room, name); }), Code::not_member);
  EXPECT_NO_THROW(rooms::change(world.app, mia, room, name));
  EXPECT_EQ(code_of([&] { rooms::change(world.app, mia, room, hidden); }), Code::insufficient_role);
  EXPECT_EQ(code_of([&] { rooms::archive(world.app, mia, room); }), Code::insufficient_role);
  EXPECT_NO_THROW(rooms::change(world.app, ana, room, hidden));
  EXPECT_EQ(code_of([&] { rooms::change(world.app, eve, room, name); }), Code::not_found);
}

TEST(ChangeRoom, LeavesAPrivateRoomToItsMembersEvenBeforeAdmins) {
  World world;
  const auto root = world.person("root", accounts::ServerRole::owner);
  const auto ana = world.person("ana");
  const auto room = world.private_room("board", {ana});

  const auto see = [&] { world.read([&](db::Tx& tx) { return rooms::find(tx, root, room); }); };
  EXPECT_EQ(code_of(see), Code::not_found);
  EXPECT_EQ(code_of([&] { rooms::change(world.app, root, room, {.name = "x"}); }), Code::not_found);
  EXPECT_EQ(code_of([&] { rooms::archive(world.app, root, room); }), Code::not_found);
  EXPECT_EQ(code_of([&] { rooms::add(world.app, root, room, root); }), Code::not_found);
}

TEST(ChangeRoom, RefusesWhatAKindDoesNotHave) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto direct = world.direct(ana, ben);
  const auto group =
      rooms::create(world.app, ana, {.kind = rooms::Kind::group, .member_ids = {ben}})
          .value.room.id;

  EXPECT_EQ(code_of([&] { rooms::change(world.app, ana, direct, {.name = "x"}); }), Code::conflict);
  EXPECT_EQ(code_of([&] { rooms::archive(world.app, ana, direct); }), Code::conflict);
  EXPECT_EQ(
      code_of([&] { rooms::change(world.app, ana, group, {.visibility = Visibility::everyone}); }),
      Code::invalid_value);
  EXPECT_EQ(code_of([&] { rooms::change(world.app, ana, group, {.archived = true}); }),
            Code::invalid_value);
  EXPECT_EQ(rooms::change(world.app, ana, group, {.name = "us"}).member_ids,
            (std::vector{ana, ben}));
}

TEST(ArchiveRoom, ClosesItForWritingUntilItIsRestored) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben"), eve = world.person("eve");
  const auto room = world.room("general", {ana, ben});
  world.post(ben, room, "first");
  world.listen();

  rooms::archive(world.app, ana, room);
  rooms::archive(world.app, ana, room);

  EXPECT_EQ(world.heard_by(ben), Types{"room.archived"});
  EXPECT_EQ(code_of([&] { world.post(ben, room, "x"); }), Code::room_archived);
  EXPECT_EQ(code_of([&] { rooms::add(world.app, eve, room, eve); }), Code::room_archived);
  EXPECT_EQ(code_of([&] { rooms::change(world.app, ana, room, {.name = "x"}); }),
            Code::room_archived);
  EXPECT_EQ(code_of([&] { rooms::change(world.app, ben, room, {.archived = false}); }),
            Code::insufficient_role);

  const auto restored = rooms::change(world.app, ana, room, {.name = "again", .archived = false});
  EXPECT_FALSE(restored.archived_at);
  EXPECT_EQ(restored.name, "again");
  EXPECT_EQ(world.post(ben, room, "second").seq, 2);
  EXPECT_EQ(world.heard_by(ben), (Types{"room.archived", "room.updated", "message.created"}));
}

}  // namespace
}  // namespace confab::test
