#include "api/events/frames.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "api/events/ring.h"

namespace confab::events {
namespace {

using std::string_view;

std::string text_of(const Queue& queue) {
  std::string out;
  for (std::size_t i = 0; i < queue.runs(); ++i) out += queue.at(i).text();
  return out;
}

TEST(FrameLog, KeepsAFrameInOnePiece) {
  FrameLog log;
  const events::Run first = log.append(string_view("id: "), std::string("7"), string_view("\n\n"));
  EXPECT_EQ(first.text(), "id: 7\n\n");
  const std::string large(FrameLog::kChunk + 1, 'x');
  EXPECT_EQ(log.append(large).text(), large);
  EXPECT_EQ(first.text(), "id: 7\n\n");
}

TEST(Queue, MakesOneRunOfFramesThatFollowEachOther) {
  FrameLog log;
  Queue queue;
  queue.push(log.append(string_view("a")));
  queue.push(log.append(string_view("b")));
  EXPECT_EQ(queue.runs(), 1U);
  log.append(string_view("for somebody else"));
  queue.push(log.append(string_view("c")));
  EXPECT_EQ(queue.runs(), 2U);
  EXPECT_EQ(text_of(queue), "abc");
  EXPECT_EQ(queue.bytes(), 3U);
}

TEST(Queue, GivesBackWhatWasNotSentYetByteForByte) {
  std::mt19937 random(7);
  const auto upto = [&](std::size_t most) { return std::size_t{random()} % (most + 1); };
  FrameLog log;
  Queue queue;
  std::string wanted;
  for (int i = 0; i < 20'000; ++i) {
    const std::string frame(1 + upto(40), static_cast<char>('a' + i % 26));
    const events::Run run = log.append(frame);
    if (upto(3) != 0) {
      queue.push(run);
      wanted += frame;
    }
    const auto sent = upto(std::min<std::size_t>(wanted.size(), 45));
    if (sent != 0) queue.sent(sent);
    wanted.erase(0, sent);
    ASSERT_EQ(queue.bytes(), wanted.size());
    ASSERT_EQ(queue.empty(), wanted.empty());
    if (i % 500 == 0) {
      ASSERT_EQ(text_of(queue), wanted);
    }
  }
  EXPECT_EQ(text_of(queue), wanted);
}

TEST(Queue, LetsGoOfTheChunksItHasSent) {
  FrameLog log;
  Queue queue;
  events::Run first = log.append(string_view("first"));
  const std::weak_ptr<const Chunk> chunk = first.chunk;
  queue.push(first);
  first = {};
  queue.push(log.append(std::string(FrameLog::kChunk, 'x')));
  queue.sent(5);
  EXPECT_TRUE(chunk.expired());
  EXPECT_FALSE(queue.empty());
}

class RingTest : public testing::Test {
 protected:
  void push(Ring& ring, std::uint32_t node, std::uint64_t pos, std::size_t bytes = 10) {
    ring.push({.node = node,
               .effect = Effect::none,
               .pos = pos,
               .audience = {},
               .subject = {},
               .ref = 0,
               .frame = log_.append(std::string(bytes, 'x'))});
  }

  static Position at(std::initializer_list<Position::Node> nodes) {
    Position position;
    for (const auto& [node, pos] : nodes) position.advance(node, pos);
    return position;
  }

 private:
  FrameLog log_;
};

TEST_F(RingTest, KnowsWhatItHasForgotten) {
  Ring ring(1000, 3);
  ring.start_at(at({{1, 100}}));
  EXPECT_TRUE(ring.reaches(at({{1, 100}})));
  EXPECT_FALSE(ring.reaches(at({{1, 99}})));
  for (std::uint64_t pos = 101; pos <= 105; ++pos) push(ring, 1, pos);
  EXPECT_EQ(ring.size(), 3U);
  EXPECT_EQ(ring.before(), at({{1, 102}}));
  EXPECT_FALSE(ring.reaches(at({{1, 101}})));
  EXPECT_TRUE(ring.reaches(at({{1, 102}})));
}

TEST_F(RingTest, HoldsNoMoreBytesThanItMay) {
  Ring ring(100, 1000);
  for (std::uint64_t pos = 1; pos <= 50; ++pos) push(ring, 1, pos, 30);
  EXPECT_EQ(ring.size(), 3U);
  push(ring, 1, 51, 500);
  EXPECT_EQ(ring.size(), 0U);
  EXPECT_EQ(ring.before(), at({{1, 51}}));
}

TEST_F(RingTest, FindsWhereToGoOnInOneNode) {
  Ring ring(10'000, 1000);
  for (std::uint64_t pos = 5; pos <= 60; ++pos) push(ring, 1, pos);
  EXPECT_EQ(ring.first_past(at({{1, 4}})), 0U);
  EXPECT_EQ(ring.first_past(at({{1, 5}})), 1U);
  EXPECT_EQ(ring.first_past(at({{1, 59}})), 55U);
  EXPECT_EQ(ring.first_past(at({{1, 60}})), ring.size());
}

TEST_F(RingTest, FindsWhereToGoOnBetweenTwoNodes) {
  Ring ring(10'000, 1000);
  push(ring, 1, 1);
  push(ring, 2, 1);
  push(ring, 1, 2);
  push(ring, 2, 2);
  push(ring, 1, 3);
  EXPECT_EQ(ring.first_past(at({{1, 3}})), 1U);
  EXPECT_EQ(ring.first_past(at({{1, 1}, {2, 2}})), 2U);
  EXPECT_EQ(ring.first_past(at({{1, 3}, {2, 2}})), ring.size());
}

}  // namespace
}  // namespace confab::events
