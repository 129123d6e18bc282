#include <gtest/gtest.h>

#include "tests/sync/studio.h"

namespace confab::sync {
namespace {

using test::code_of;
using test::World;

class EventPages : public testing::Test {
 protected:
  std::string here() { return event_page(world_.app, ana_, "", 1).next; }
  std::vector<std::string> types(UserId user, std::string cursor, std::size_t limit) {
    std::vector<std::string> out;
    while (true) {
      const auto page = event_page(world_.app, user, cursor, limit);
      EXPECT_FALSE(page.reset);
      EXPECT_LE(page.items.size(), limit);
      for (const auto& item : page.items) out.push_back(item.type);
      if (page.next == cursor) return out;
      cursor = page.next;
    }
  }

  World world_;
  const UserId ana_ = world_.person("ana");
  const UserId ben_ = world_.person("ben");
  const RoomId room_ = world_.room("general", {ana_});
};

TEST_F(EventPages, HoldTheSameInPagesOfAnySize) {
  const auto start = here();
  for (int i = 0; i < 10; ++i) {
    world_.post(ana_, room_, std::to_string(i));
    if (i % 3 == 0) rooms::add(world_.app, ben_, room_, ben_);
    if (i % 3 == 2) rooms::remove(world_.app, ben_, room_, ben_);
  }
  for (const UserId user : {ana_, ben_}) {
    const auto whole = types(user, start, 1000);
    EXPECT_EQ(whole.size(), user == ana_ ? 17U : 13U);
    for (const std::size_t limit : {1U, 2U, 3U, 5U, 16U}) {
      EXPECT_EQ(types(user, start, limit), whole) << limit;
    }
  }
}

TEST_F(EventPages, GoOnFromEveryItemsPosition) {
  const auto start = here();
  for (int i = 0; i < 5; ++i) world_.post(ana_, room_, std::to_string(i));
  const auto whole = event_page(world_.app, ana_, start, 100);
  ASSERT_EQ(whole.items.size(), 5U);
  for (std::size_t i = 0; i < whole.items.size(); ++i) {
    const auto rest = event_page(world_.app, ana_, whole.items[i].position, 100);
    ASSERT_EQ(rest.items.size(), 4 - i);
    if (!rest.items.empty()) {
      EXPECT_EQ(rest.items[0].id, whole.items[i + 1].id);
    }
    EXPECT_EQ(rest.next, whole.next);
  }
}

TEST_F(EventPages, WithoutACursorSayOnlyWhereTheLogStands) {
  const auto page = event_page(world_.app, ana_, "", 10);
  EXPECT_TRUE(page.items.empty());
  EXPECT_FALSE(page.reset);
  EXPECT_FALSE(page.next.empty());
}

TEST_F(EventPages, RefuseOrResetForeignCursors) {
  EXPECT_EQ(code_of([&] { event_page(world_.app, ana_, "nonsense", 10); }), Code::cursor_invalid);
  EXPECT_TRUE(event_page(world_.app, ana_, "00000000:1.1", 10).reset);
  const auto future = here().substr(0, 9) + "1.999999";
  EXPECT_TRUE(event_page(world_.app, ana_, future, 10).reset);
}

TEST_F(EventPages, OfADeletedMessageShowNothingOfIt) {
  const auto start = here();
  const auto message = world_.post(ana_, room_, "a secret");
  messages::remove(world_.app, ana_, message.id);
  const auto page = event_page(world_.app, ana_, start, 10);
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(to_json(page).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace confab::sync
