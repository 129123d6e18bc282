#include <gtest/gtest.h>

#include "api/people/people.h"
#include "tests/world.h"

namespace confab::test {
namespace {

using Names = std::vector<std::string>;

UserId named(World& world, const std::string& username, const std::string& display_name) {
  return accounts::create_person(world.app,
                                 {.email = username + "@example.org",
                                  .username = username,
                                  .display_name = display_name,
                                  .password = World::kPassword},
                                 accounts::ServerRole::member)
      .id;
}

Page<accounts::User> search(World& world, const std::string& query, std::size_t limit = 50,
                            const std::optional<std::string>& cursor = std::nullopt) {
  return world.read([&](db::Tx& tx) { return people::search(tx, query, limit, cursor); });
}

Names names(const Page<accounts::User>& page) {
  Names out;
  for (const auto& user : page.items) out.push_back(user.username);
  return out;
}

TEST(SearchPeople, FindsByTheBeginningOfUsernameOrAnyWordOfTheName) {
  World world;
  named(world, "zoe", "Zoë van der Ána-Maria");
  named(world, "ana", "Ana Torres");
  named(world, "banana", "Somebody else");
  EXPECT_EQ(names(search(world, "ana")), (Names{"ana"}));
  EXPECT_EQ(names(search(world, "ána")), (Names{"zoe"}));
  EXPECT_EQ(names(search(world, "MARIA")), (Names{"zoe"}));
  EXPECT_EQ(names(search(world, "tor")), (Names{"ana"}));
  EXPECT_EQ(names(search(world, "van d")), (Names{"zoe"}));
  EXPECT_EQ(names(search(world, " Ban ")), (Names{"banana"}));
  EXPECT_EQ(names(search(world, "")), (Names{"ana", "banana", "zoe"}));
  EXPECT_EQ(names(search(world, "orres")), Names{});
}

TEST(SearchPeople, TakesPatternCharactersAsTheyAre) {
  World world;
  named(world, "a_b", "First");
  named(world, "axb", "Second 100%");
  EXPECT_EQ(names(search(world, "a_")), (Names{"a_b"}));
  EXPECT_EQ(names(search(world, "%")), Names{});
  EXPECT_EQ(names(search(world, "!")), Names{});
  EXPECT_EQ(names(search(world, "日本")), Names{});
  EXPECT_EQ(names(search(world, "...")), Names{});
}

TEST(SearchPeople, LeavesOutTheDisabledWhoAreStillFoundById) {
  World world;
  const auto ana = named(world, "ana", "Ana");
  accounts::set_disabled(world.app, ana, true);
  EXPECT_EQ(names(search(world, "ana")), Names{});
  const auto page = world.read([&](db::Tx& tx) { return people::by_ids(tx, ana.text()); });
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_TRUE(page.items[0].deactivated_at);
}

TEST(SearchPeople, PagesLeadOnAndBack) {
  World world;
  for (const char* name : {"p1a", "p2b", "p3c", "p4d", "p5e"}) named(world, name, name);
  const auto first = search(world, "p", 2);
  EXPECT_EQ(names(first), (Names{"p1a", "p2b"}));
  EXPECT_FALSE(first.prev);
  const auto second = search(world, "p", 2, first.next);
  EXPECT_EQ(names(second), (Names{"p3c", "p4d"}));
  const auto third = search(world, "p", 2, second.next);
  EXPECT_EQ(names(third), (Names{"p5e"}));
  EXPECT_FALSE(third.next);
  const auto back = search(world, "p", 2, third.prev);
  EXPECT_EQ(names(back), names(second));
  const auto start = search(world, "p", 2, back.prev);
  EXPECT_EQ(names(start), names(first));
  EXPECT_FALSE(start.prev);
  EXPECT_EQ(start.next, first.next);
}

TEST(SearchPeople, RefusesCursorsOfOthers) {
  World world;
  for (const char* cursor : {"", "x", "!!!", "YW5h", "PgAB", "PsO8w7zDvA"}) {
    EXPECT_EQ(code_of([&] { search(world, "", 2, cursor); }), Code::cursor_invalid) << cursor;
  }
}

TEST(PeopleByIds, RefusesWhatIsNoListOfIds) {
  World world;
  const auto refusal = [&](const std::string& list) {
    return code_of([&] { world.read([&](db::Tx& tx) { return people::by_ids(tx, list); }); });
  };
  for (const char* list : {"", ",", "1,", "1,,2", "x", "-1", "01", "1;2"}) {
    EXPECT_EQ(refusal(list), Code::invalid_value) << list;
  }
  std::string many = "1";
  for (int i = 0; i < 199; ++i) many += ",1";
  EXPECT_TRUE(world.read([&](db::Tx& tx) { return people::by_ids(tx, many); }).items.empty());
  EXPECT_EQ(refusal(many + ",1"), Code::invalid_value);
}

}  // namespace
}  // namespace confab::test
