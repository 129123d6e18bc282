#include "tests/faults/checker.h"

#include <gtest/gtest.h>

namespace confab::test {
namespace {

constexpr const char* kRoom = "7";

/// Three messages that two people sent, and one listener; all sides agree.
Evidence truth() {
  Evidence all;
  all.ledgers = {{{"a1", kRoom, "11", 1}, {"a2", kRoom, "13", 3}}, {{"b1", kRoom, "12", 2}}};
  std::int64_t seq = 0;
  for (const char* key : {"a1", "b1", "a2"}) {
    ++seq;
    all.stored.push_back({.id = std::to_string(10 + seq),
                          .room = kRoom,
                          .key = key,
                          .body = body_of(key),
                          .seq = seq});
  }
  all.history[kRoom] = all.stored;
  all.counters[kRoom] = 3;
  all.streams = {all.stored};
  all.stream_rooms = {{kRoom}};
  return all;
}

bool finds(const Evidence& evidence, const std::string& kind) {
  for (const auto& finding : contradictions(evidence)) {
    if (finding.starts_with(kind + ":")) return true;
  }
  return false;
}

TEST(Checker, AcceptsWhatHolds) {
  EXPECT_EQ(contradictions(truth()), std::vector<std::string>{});
  Evidence unanswered = truth();
  unanswered.ledgers[1][0].id.reset();
  unanswered.ledgers[1].push_back({.key = "b2", .room = kRoom});
  EXPECT_EQ(contradictions(unanswered), std::vector<std::string>{});
}

TEST(Checker, FindsEachKindOfContradiction) {
  Evidence lost = truth();
  lost.history[kRoom].pop_back();
  lost.stored.pop_back();
  EXPECT_TRUE(finds(lost, "lost"));

  Evidence doubled = truth();
  doubled.history[kRoom].push_back(doubled.history[kRoom][0]);
  doubled.history[kRoom].back().seq = 4;
  doubled.history[kRoom].back().id = "14";
  EXPECT_TRUE(finds(doubled, "doubled"));

  Evidence changed = truth();
  changed.history[kRoom][1].body = "something else";
  EXPECT_TRUE(finds(changed, "changed"));
  Evidence renumbered = truth();
  renumbered.ledgers[1][0].seq = 1;
  EXPECT_TRUE(finds(renumbered, "changed"));

  Evidence gap = truth();
  gap.history[kRoom][2].seq = 4;
  EXPECT_TRUE(finds(gap, "gap"));

  Evidence order = truth();
  std::swap(order.ledgers[0][0], order.ledgers[0][1]);
  EXPECT_TRUE(finds(order, "order"));
}

TEST(Checker, FindsWhatAStreamGotWrong) {
  Evidence missed = truth();
  missed.streams[0].erase(missed.streams[0].begin() + 1);
  EXPECT_TRUE(finds(missed, "stream"));
  Evidence twice = truth();
  twice.streams[0].push_back(twice.streams[0].back());
  EXPECT_TRUE(finds(twice, "stream"));
  Evidence stopped = truth();
  stopped.streams[0].pop_back();
  EXPECT_TRUE(finds(stopped, "stream"));
  Evidence foreign = truth();
  foreign.stream_rooms[0] = {};
  EXPECT_TRUE(finds(foreign, "stream"));
}

}  // namespace
}  // namespace confab::test
