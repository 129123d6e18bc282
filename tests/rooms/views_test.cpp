#include <gtest/gtest.h>

#include "tests/world.h"

namespace confab::test {
namespace {

using rooms::Role;

std::vector<rooms::MyRoom> mine(World& world, UserId me) {
  return world.read([&](db::Tx& tx) { return rooms::mine(tx, me); });
}

std::vector<std::string> names_of(const std::vector<rooms::FoundRoom>& rooms) {
  std::vector<std::string> names;
  for (const auto& room : rooms) names.push_back(room.name);
  return names;
}

Page<rooms::FoundRoom> discover(World& world, UserId me, std::string_view query,
                                std::size_t limit = 50,
                                const std::optional<std::string>& cursor = {}) {
  const auto place = cursor ? std::optional(Cursor::parse(*cursor)) : std::nullopt;
  return world.read([&](db::Tx& tx) { return rooms::discover(tx, me, query, limit, place); });
}

TEST(MyRooms, CarryCountsAndPeople) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto general = world.room("general", {ana, ben});
  const auto direct = world.direct(ben, ana);
  world.room("not mine", {ben});
  world.post(ben, general, "one");
  world.post(ben, general, "two");
  world.post(ana, general, "my own");
  const auto gone = world.post(ben, general, "gone");
  messages::remove(world.app, ben, gone.id);

  const auto rooms = mine(world, ana);

  ASSERT_EQ(rooms.size(), 2u);
  EXPECT_EQ(rooms[0].id, general);
  EXPECT_EQ(rooms[0].last_seq, 4);
  EXPECT_EQ(rooms[0].last_message_at, world.clock.now());
  EXPECT_EQ(rooms[0].read_seq, 0);
  EXPECT_EQ(rooms[0].unread_count, 2);
  EXPECT_EQ(rooms[0].role, Role::owner);
  EXPECT_TRUE(rooms[0].member_ids.empty());
  EXPECT_EQ(rooms[1].id, direct);
  EXPECT_EQ(rooms[1].member_ids, (std::vector{ana, ben}));
  EXPECT_EQ(rooms[1].unread_count, 0);
  for (const auto& room : rooms) {
    const auto alone = world.read([&](db::Tx& tx) { return rooms::find(tx, ana, room.id); });
    EXPECT_EQ(to_json(alone), to_json(room));
  }
}

TEST(MyRooms, NeedThreeStatementsHoweverManyThereAre) {
  World world;
  const auto ana = world.person("ana");
  for (int i = 0; i < 12; ++i) world.room("room " + std::to_string(i), {ana});

  const auto questions = world.read([&](db::Tx& tx) {
    const auto count = [&] {
      std::int64_t value = 0;
      tx.each([&](const db::Row& row) { value = std::stoll(row.get<std::string>(1)); },
              "SHOW SESSION STATUS LIKE 'Com_stmt_execute'");
      return value;
    };
    const auto before = count();
    EXPECT_EQ(rooms::mine(tx, ana).size(), 12u);
    return count() - before - 1;
  });

  EXPECT_EQ(questions, 3);
}

TEST(FindRoom, ShowsAPublicChannelToStrangers) {
  World world;
  const auto ana = world.person("ana"), eve = world.person("eve");
  const auto room = world.room("general", {ana});
  world.post(ana, room, "hello");

  const auto seen = world.read([&](db::Tx& tx) { return rooms::find(tx, eve, room); });

  EXPECT_FALSE(seen.role);
  EXPECT_EQ(seen.unread_count, 0);
  EXPECT_NE(to_json(seen).find("\"role\":null"), std::string::npos);
}

TEST(Discover, FindsPublicChannelsByTheWordsOfTheirNames) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  world.room("Release notes", {ana});
  world.room("dev_tools 100%", {ana, ben});
  world.room(
      "\xC3\x9C"
      "bersicht",
      {ana});
  world.private_room("release secrets", {ana});
  rooms::archive(world.app, ana, world.room("release archive", {ana}));
  using Names = std::vector<std::string>;

  EXPECT_EQ(names_of(discover(world, ben, "REL").items), Names{"Release notes"});
  EXPECT_EQ(names_of(discover(world, ben, "note rel").items), Names{"Release notes"});
  EXPECT_EQ(names_of(discover(world, ben, "otes").items), Names{});
  EXPECT_EQ(names_of(discover(world, ben, "tools").items), Names{"dev_tools 100%"});
  EXPECT_EQ(names_of(discover(world, ben,
                              "\xC3\xBC"
                              "bers")
                         .items),
            Names{"\xC3\x9C"
                  "bersicht"});
  EXPECT_EQ(names_of(discover(world, ben, "%").items), Names{});
  EXPECT_EQ(names_of(discover(world, ben, "").items).size(), 3u);
  EXPECT_TRUE(discover(world, ben, "dev").items.front().is_member);
  EXPECT_FALSE(discover(world, ben, "notes").items.front().is_member);
  EXPECT_EQ(code_of([&] { discover(world, ben, std::string(101, 'a')); }), Code::invalid_value);
}

TEST(Discover, TurnsPagesForwardAndBack) {
  World world;
  const auto ana = world.person("ana");
  for (const char* name : {"d", "a", "e", "b", "b"}) world.room(name, {ana});
  using Names = std::vector<std::string>;

  const auto first = discover(world, ana, "", 2);
  const auto second = discover(world, ana, "", 2, first.next);
  const auto third = discover(world, ana, "", 2, second.next);
  const auto back = discover(world, ana, "", 2, third.prev);

  EXPECT_EQ(names_of(first.items), (Names{"a", "b"}));
  EXPECT_EQ(names_of(second.items), (Names{"b", "d"}));
  EXPECT_EQ(names_of(third.items), (Names{"e"}));
  EXPECT_EQ(names_of(back.items), (Names{"b", "d"}));
  EXPECT_FALSE(first.prev);
  EXPECT_FALSE(third.next);
  EXPECT_NE(first.items[1].id, second.items[0].id);
  const Cursor nowhere{.key = "12345"}, nonsense{.key = "x"};
  EXPECT_EQ(code_of([&] { discover(world, ana, "", 2, nowhere.text()); }), Code::cursor_invalid);
  EXPECT_EQ(code_of([&] { discover(world, ana, "", 2, nonsense.text()); }), Code::cursor_invalid);
  EXPECT_EQ(code_of([&] { discover(world, ana, "", 2, "~"); }), Code::cursor_invalid);
}

TEST(Members, ComeWithTheirPeopleAPageAtATime) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben"), eve = world.person("eve");
  const auto zoe = world.person("zoe");
  const auto room = world.room("general", {ana, ben, eve});
  const auto page = [&](UserId me, const std::optional<std::string>& cursor = {}) {
    const auto place = cursor ? std::optional(Cursor::parse(*cursor)) : std::nullopt;
    return world.read([&](db::Tx& tx) { return rooms::members(tx, me, room, 2, place); });
  };

  const auto first = page(ben);
  const auto second = page(ben, first.next);

  ASSERT_EQ(first.items.size(), 2u);
  EXPECT_EQ(first.items[0].user.username, "ana");
  EXPECT_EQ(first.items[0].role, Role::owner);
  EXPECT_EQ(first.items[1].user_id, ben);
  ASSERT_EQ(second.items.size(), 1u);
  EXPECT_EQ(second.items[0].user.username, "eve");
  EXPECT_EQ(page(ben, second.prev).items.size(), 2u);
  EXPECT_EQ(code_of([&] { page(zoe); }), Code::not_member);
  EXPECT_EQ(code_of([&] { page(ben, Cursor{.key = "x"}.text()); }), Code::cursor_invalid);
}

}  // namespace
}  // namespace confab::test
