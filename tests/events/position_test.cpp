#include "api/events/position.h"

#include <gtest/gtest.h>

namespace confab::events {
namespace {

Position at(std::initializer_list<Position::Node> nodes) {
  Position position;
  for (const auto& [node, pos] : nodes) position.advance(node, pos);
  return position;
}

TEST(Position, PrintsItsNodesInOrderAndReadsThemBack) {
  const auto position = at({{2, 77}, {1, 5042}});
  EXPECT_EQ(position.text("3fa90c12"), "3fa90c12:1.5042-2.77");
  const auto parsed = Position::parse("3fa90c12:1.5042-2.77");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->tag, "3fa90c12");
  EXPECT_EQ(parsed->position, position);
}

TEST(Position, OfNothingSeenHasAFormToo) {
  EXPECT_EQ(Position().text("tag"), "tag:");
  const auto parsed = Position::parse("tag:");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->position.nodes().empty());
}

TEST(Position, RefusesWhatIsNone) {
  for (const char* text : {"",
                           ":",
                           ":1.2",
                           "tag",
                           "tag:1",
                           "tag:1.",
                           "tag:.1",
                           "tag:1.2-",
                           "tag:1.2-1.3",
                           "tag:2.1-1.1",
                           "tag:0.1",
                           "tag:1024.1",
                           "tag:1.2 ",
                           "tag: 1.2",
                           "tag:1.-2",
                           "tag:+1.2",
                           "tag:1.99999999999999999999",
                           "a-tag-that-is-much-too-long:1.2",
                           "tag:1.2-3",
                           "tag:1,2"}) {
    EXPECT_FALSE(Position::parse(text)) << text;
  }
}

TEST(Position, NeverGoesBack) {
  auto position = at({{1, 10}});
  position.advance(1, 7);
  EXPECT_EQ(position.of(1), 10U);
  EXPECT_EQ(position.of(2), 0U);
}

TEST(Position, CoversAnotherOnlyInEveryNode) {
  const auto position = at({{1, 10}, {3, 5}});
  EXPECT_TRUE(position.covers(Position()));
  EXPECT_TRUE(position.covers(at({{1, 10}})));
  EXPECT_TRUE(position.covers(3, 5));
  EXPECT_FALSE(position.covers(3, 6));
  EXPECT_FALSE(position.covers(at({{1, 11}})));
  EXPECT_FALSE(position.covers(at({{1, 1}, {2, 1}})));
}

}  // namespace
}  // namespace confab::events
