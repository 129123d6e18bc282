#include <gtest/gtest.h>

#include "tests/audit/support.h"

namespace confab::test {
namespace {

using audit::Action;
using audit::Filter;

void disable(World& world, UserId user, const std::string& actor = "cli:root") {
  accounts::set_disabled(world.app, user, true, {.name = actor}, "spam");
}

TEST(AuditFind, SaysWhoDidWhatToWhomAndWhy) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana, ben});
  rooms::change_member(world.app, ana, room, ben, {.role = rooms::Role::moderator});
  disable(world, ben);

  const auto found = entries(world);
  ASSERT_EQ(found.size(), 5u);
  EXPECT_EQ(found[0].action, "account.disabled");
  EXPECT_EQ(found[0].actor, "cli:root");
  EXPECT_EQ(found[0].subject_kind, "user");
  EXPECT_EQ(found[0].subject_id, ben.text());
  EXPECT_EQ(found[0].reason, "spam");
  EXPECT_EQ(found[0].at, world.clock.now());
  EXPECT_EQ(found[1].action, "member.role_changed");
  EXPECT_EQ(found[1].actor, ana.text());
  EXPECT_EQ(found[1].room_id, room);
  EXPECT_EQ(found[1].details.text, R"({"from":"member","to":"moderator"})");
}

TEST(AuditFind, FiltersByEveryPart) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana});
  rooms::add(world.app, ben, room, ben);
  world.clock.advance(kHour);
  const auto later = world.clock.now();
  disable(world, ben);
  const auto count = [&](const Filter& filter) { return entries(world, filter).size(); };
  EXPECT_EQ(count({.actor = ana.text()}), 1u);
  EXPECT_EQ(count({.actor = "system"}), 2u);
  EXPECT_EQ(count({.actor = "nobody"}), 0u);
  EXPECT_EQ(count({.action = Action::account_created}), 2u);
  EXPECT_EQ(count({.subject = ben}), 3u);
  EXPECT_EQ(count({.subject = room}), 1u);
  EXPECT_EQ(count({.room = room}), 2u);
  EXPECT_EQ(count({.since = later}), 1u);
  EXPECT_EQ(count({.since = later + 1}), 0u);
  EXPECT_EQ(count({.actor = ben.text(), .action = Action::member_added, .subject = ben}), 1u);
  EXPECT_EQ(code_of([&] { count({.actor = "j\xC3\xB6rg"}); }), Code::invalid_value);
}

TEST(AuditFind, PagesGoThroughAllAndBack) {
  World world;
  for (std::uint64_t i = 1; i <= 25; ++i) {
    world.writer.run([&](db::Tx& tx) {
      audit::record(tx, {}, {.action = Action::account_changed, .subject = UserId{i}});
    });
  }
  const auto page = [&](const std::optional<std::string>& cursor) {
    return world.pool.read([&](db::Tx& tx) {
      return audit::find(tx, {}, 10, cursor ? std::optional(Cursor::parse(*cursor)) : std::nullopt);
    });
  };
  const auto first = page(std::nullopt), second = page(first.next), third = page(second.next);
  EXPECT_FALSE(first.prev);
  EXPECT_EQ(first.items.front().subject_id, "25");
  EXPECT_EQ(second.items.front().subject_id, "15");
  EXPECT_EQ(third.items.size(), 5u);
  EXPECT_FALSE(third.next);
  const auto back = page(third.prev);
  EXPECT_EQ(back.items.front().subject_id, "15");
  EXPECT_EQ(page(back.prev).items.front().subject_id, "25");
  EXPECT_EQ(code_of([&] { page(Cursor{.key = "x"}.text()); }), Code::cursor_invalid);
}

TEST(AuditFind, ReadsNoMoreThanThePage) {
  World world;
  for (std::uint64_t batch = 0; batch < 4; ++batch) {
    world.writer.run([&](db::Tx& tx) {
      for (std::uint64_t i = 0; i < 500; ++i) {
        audit::record(tx, {.name = std::to_string(i % 100 + 1)},
                      {.action = i % 50 == 0 ? Action::room_created : Action::member_added,
                       .subject = UserId{i % 100 + 1},
                       .room = RoomId{i % 100 + 1}});
      }
    });
  }
  const std::vector<Filter> filters = {
      {},
      {.actor = "7"},
      {.action = Action::room_created},
      {.subject = UserId{7}},
      {.room = RoomId{7}},
      {.actor = "7", .since = Time{1}},
  };
  for (const Filter& filter : filters) {
    world.pool.read([&](db::Tx& tx) {
      const auto count = [&](const char* what) {
        std::uint64_t sum = 0;
        tx.each([&](const db::Row& row) { sum += std::stoull(row.get<std::string>()); },
                std::string("SELECT variable_value FROM information_schema.session_status WHERE "
                            "variable_name LIKE ") +
                    what);
        return sum;
      };
      tx.connection().command("FLUSH STATUS");
      EXPECT_EQ(audit::find(tx, filter, 10, std::nullopt).items.size(), 10u);
      EXPECT_EQ(count("'SORT_%'"), 0u);
      const auto read = count("'ROWS_READ'");
      EXPECT_GE(read, 11u);
      EXPECT_LE(read, 20u);
    });
  }
}

TEST(AuditSubject, IsReadFromItsText) {
  EXPECT_EQ(audit::Subject::parse("user:12")->id, 12u);
  EXPECT_EQ(audit::Subject::parse("room:12")->kind, audit::SubjectKind::room);
  for (const char* bad : {"", "user", "user:", "user:0", "user:x", "user:1 ", "cat:1", ":1"}) {
    EXPECT_FALSE(audit::Subject::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace confab::test
