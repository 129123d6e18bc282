#include <gtest/gtest.h>

#include "tests/world.h"

namespace confab::messages {
namespace {

using test::code_of;
using test::World;
using Kind = Window::Kind;

/// Ten messages of a room: `3..5` are the seqs of a page, `<` and `>` tell that
/// there are more on that side.
class MessageHistory : public testing::Test {
 protected:
  MessageHistory() {
    for (int i = 1; i <= 10; ++i) world_.post(ana_, room_, std::to_string(i));
  }
  std::string page(Kind kind, std::int64_t seq, int limit) {
    return shown(history(world_.app, ana_, room_, {.kind = kind, .seq = seq, .limit = limit}));
  }
  static std::string shown(const History& page) {
    std::string out = page.more_before ? "<" : "";
    if (!page.items.empty()) {
      out += std::to_string(page.items.front().seq) + ".." + std::to_string(page.items.back().seq);
    }
    for (std::size_t i = 1; i < page.items.size(); ++i) {
      EXPECT_EQ(page.items[i].seq, page.items[i - 1].seq + 1);
    }
    return out + (page.more_after ? ">" : "");
  }

  World world_;
  const UserId ana_ = world_.person("ana");
  const UserId ben_ = world_.person("ben");
  const RoomId room_ = world_.room("general", {ana_});
};

TEST_F(MessageHistory, NewestEndsAtTheEnd) {
  EXPECT_EQ(page(Kind::newest, 0, 3), "<8..10");
  EXPECT_EQ(page(Kind::newest, 0, 10), "1..10");
  EXPECT_EQ(page(Kind::newest, 0, 9), "<2..10");
  EXPECT_EQ(page(Kind::newest, 0, 200), "1..10");
}

TEST_F(MessageHistory, BeforeASeqLeavesItOut) {
  EXPECT_EQ(page(Kind::before, 8, 3), "<5..7>");
  EXPECT_EQ(page(Kind::before, 4, 3), "1..3>");
  EXPECT_EQ(page(Kind::before, 3, 3), "1..2>");
  EXPECT_EQ(page(Kind::before, 1, 3), ">");
  EXPECT_EQ(page(Kind::before, 0, 3), ">");
  EXPECT_EQ(page(Kind::before, 10, 200), "1..9>");
  EXPECT_EQ(page(Kind::before, 11, 3), "<8..10");
  EXPECT_EQ(page(Kind::before, std::int64_t{1} << 53, 3), "<8..10");
}

TEST_F(MessageHistory, AfterASeqLeavesItOut) {
  EXPECT_EQ(page(Kind::after, 0, 3), "1..3>");
  EXPECT_EQ(page(Kind::after, 1, 3), "<2..4>");
  EXPECT_EQ(page(Kind::after, 7, 3), "<8..10");
  EXPECT_EQ(page(Kind::after, 8, 3), "<9..10");
  EXPECT_EQ(page(Kind::after, 10, 3), "<");
  EXPECT_EQ(page(Kind::after, std::int64_t{1} << 53, 3), "<");
  EXPECT_EQ(page(Kind::after, 0, 200), "1..10");
}

TEST_F(MessageHistory, AroundASeqHoldsItInTheMiddle) {
  EXPECT_EQ(page(Kind::around, 5, 4), "<3..6>");
  EXPECT_EQ(page(Kind::around, 5, 5), "<3..7>");
  EXPECT_EQ(page(Kind::around, 1, 4), "1..2>");
  EXPECT_EQ(page(Kind::around, 10, 4), "<8..10");
  EXPECT_EQ(page(Kind::around, 5, 1), "<5..5>");
  EXPECT_EQ(page(Kind::around, 5, 200), "1..10");
  EXPECT_EQ(page(Kind::around, 99, 4), "<9..10");
  EXPECT_EQ(page(Kind::around, 0, 4), "1..2>");
}

TEST_F(MessageHistory, OfAnEmptyRoomIsEmpty) {
  const auto empty = world_.room("empty", {ana_});
  for (const auto kind : {Kind::newest, Kind::before, Kind::after, Kind::around}) {
    EXPECT_EQ(shown(history(world_.app, ana_, empty, {.kind = kind, .seq = 1, .limit = 5})), "");
  }
}

TEST_F(MessageHistory, IsForThoseWhoMayReadTheRoom) {
  EXPECT_EQ(code_of([&] { history(world_.app, ben_, room_, {}); }), Code::not_member);
  const auto den = world_.private_room("den", {ana_});
  EXPECT_EQ(code_of([&] { history(world_.app, ben_, den, {}); }), Code::not_found);
  EXPECT_EQ(code_of([&] { history(world_.app, ben_, RoomId{404}, {}); }), Code::not_found);
}

TEST_F(MessageHistory, CanStillBeReadInAnArchivedRoom) {
  rooms::archive(world_.app, ana_, room_);
  EXPECT_EQ(page(Kind::newest, 0, 3), "<8..10");
}

TEST_F(MessageHistory, OfOneRoomHoldsNothingOfAnother) {
  const auto lab = world_.room("lab", {ana_});
  const auto message = world_.post(ana_, lab, "in the lab");
  const auto found = history(world_.app, ana_, lab, {.limit = 200});
  ASSERT_EQ(found.items.size(), 1U);
  EXPECT_EQ(to_json(found.items[0]), to_json(message));
}

}  // namespace
}  // namespace confab::messages
