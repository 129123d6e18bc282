#include <gtest/gtest.h>

#include "tests/world.h"

namespace confab::test {
namespace {

using rooms::Kind;
using rooms::Role;
using rooms::Visibility;
using Types = std::vector<std::string>;

rooms::Created create(World& world, UserId me, const rooms::NewRoom& draft) {
  return rooms::create(world.app, me, draft).value;
}

accounts::IdempotencyKey key(const std::string& text, char request = 'a') {
  return {.key = text, .request_hash = std::string(32, request)};
}

TEST(CreateRoom, GivesAChannelToItsMaker) {
  World world;
  const auto ana = world.person("ana");

  const auto room = create(world, ana, {.name = "  General  ", .topic = "Everything"}).room;

  EXPECT_EQ(room.name, "General");
  EXPECT_EQ(room.topic, "Everything");
  EXPECT_EQ(room.kind, Kind::channel);
  EXPECT_EQ(room.visibility, Visibility::everyone);
  EXPECT_EQ(room.role, Role::owner);
  EXPECT_EQ(room.created_by, ana);
  EXPECT_EQ(room.created_at, world.clock.now());
  EXPECT_EQ(room.member_count, 1);
  EXPECT_TRUE(room.member_ids.empty());
  const auto found = world.read([&](db::Tx& tx) { return rooms::find(tx, ana, room.id); });
  EXPECT_EQ(to_json(found), to_json(room));
}

TEST(CreateRoom, TellsEveryMember) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben"), eve = world.person("eve");

  const auto room = create(world, ana, {.kind = Kind::group, .member_ids = {ben, ana, ben}}).room;

  EXPECT_EQ(room.member_ids, (std::vector{ana, ben}));
  EXPECT_EQ(room.visibility, Visibility::members);
  EXPECT_EQ(world.heard_by(ana), (Types{"member.added", "member.added", "room.created"}));
  EXPECT_EQ(world.heard_by(ben), (Types{"member.added", "room.created"}));
  EXPECT_EQ(world.heard_by(eve), Types{});
  const auto added = json::parse_own(world.events_for(ben).front()->data);
  EXPECT_EQ(added["member"]["user_id"], ben.text());
  EXPECT_EQ(added["user"]["username"], "ben");
  EXPECT_EQ(added["room"]["id"], room.id.text());
  EXPECT_EQ(added["room"]["member_ids"].size(), 2u);
}

TEST(CreateRoom, FindsTheDirectRoomOfAPairFromBothSides) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");

  const auto first = create(world, ana, {.kind = Kind::direct, .member_ids = {ben}});
  world.listen();
  const auto again = create(world, ben, {.kind = Kind::direct, .member_ids = {ana}});

  EXPECT_TRUE(first.is_new);
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(first.room.id, again.room.id);
  EXPECT_EQ(again.room.role, Role::member);
  EXPECT_EQ(world.heard_by(ana), Types{});
}

TEST(CreateRoom, RetryReturnsTheFirstRoom) {
  World world;
  const auto ana = world.person("ana");

  const auto first = rooms::create(world.app, ana, {.name = "general"}, key("k1"));
  const auto again = rooms::create(world.app, ana, {.name = "general"}, key("k1"));

  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(to_json(first.value.room), to_json(again.value.room));
  EXPECT_TRUE(again.value.is_new);
  EXPECT_EQ(world.heard_by(ana), (Types{"member.added", "room.created"}));
  EXPECT_EQ(world.events_for(ana).back()->about.client_ref, "k1");
}

TEST(CreateRoom, RefusesAKeyOfAnotherRequest) {
  World world;
  const auto ana = world.person("ana");
  rooms::create(world.app, ana, {.name = "general"}, key("k1"));

  EXPECT_EQ(code_of([&] { rooms::create(world.app, ana, {.name = "other"}, key("k1", 'b')); }),
            Code::idempotency_mismatch);
  EXPECT_EQ(world.read([&](db::Tx& tx) { return rooms::mine(tx, ana); }).size(), 1u);
}

TEST(CreateRoom, SaysWhichFieldDoesNotFit) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const UserId nobody{12345};
  const std::vector<std::pair<rooms::NewRoom, std::string>> cases = {
      {{}, "/name"},
      {{.name = " \t "}, "/name"},
      {{.name = "a\nb"}, "/name"},
      {{.name = "a", .topic = "b\x07"}, "/topic"},
      {{.name = "a", .member_ids = {nobody}}, "/member_ids"},
      {{.kind = Kind::direct}, "/member_ids"},
      {{.kind = Kind::direct, .member_ids = {ana}}, "/member_ids"},
      {{.kind = Kind::direct, .name = "a", .member_ids = {ben}}, "/name"},
      {{.kind = Kind::direct, .topic = "a", .member_ids = {ben}}, "/topic"},
      {{.kind = Kind::group}, "/member_ids"},
      {{.kind = Kind::group, .visibility = Visibility::everyone, .member_ids = {ben}},
       "/visibility"},
  };
  for (const auto& [draft, pointer] : cases) {
    try {
      rooms::create(world.app, ana, draft);
      ADD_FAILURE() << pointer;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::invalid_value) << pointer;
      ASSERT_EQ(error.fields().size(), 1u);
      EXPECT_EQ(error.fields().front().pointer, pointer);
    }
  }
  EXPECT_EQ(world.heard_by(ana), Types{});
}

TEST(CreateRoom, KeepsWhatAFoldedNameHasRoomFor) {
  World world;
  const auto ana = world.person("ana");
  // This one character folds to eighteen.
  std::string name;
  for (int i = 0; i < 100; ++i) name += "\xEF\xB7\xBA";

  EXPECT_EQ(create(world, ana, {.name = name}).room.name, name);
}

}  // namespace
}  // namespace confab::test
