#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <set>

#include "tests/stage.h"

namespace confab::events {
namespace {

using test::Ear;
using test::name_of;
using test::Stage;

/// Two nodes commit, their events reach the hub later and in either order, and
/// people come and go. Every one of them must hear exactly what the model says.
class Play {
 public:
  explicit Play(std::uint32_t seed) : random_(seed), stage_({.heartbeat_s = 1}) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) step();
    while (publish_some()) {
    }
    const auto last = stage_.make(to_everyone());
    publish(last);
    for (auto& [user, listener] : listeners_) {
      if (!listener.ear) connect(user, listener);
      read(listener, 1'000'000, name_of(*last));
      EXPECT_EQ(listener.heard, listener.wanted) << "user " << user.value;
    }
  }

 private:
  static constexpr std::size_t kUsers = 4;
  static constexpr std::size_t kRooms = 3;

  struct Listener {
    std::optional<Ear> ear;
    bool begun = false;
    std::optional<Position> cursor;
    std::set<std::uint64_t> rooms;  ///< As of what it has heard.
    std::vector<std::string> wanted, heard;
  };

  std::size_t upto(std::size_t count) { return std::size_t{random_()} % count; }
  UserId user() { return UserId{1 + upto(kUsers)}; }
  RoomId room() { return RoomId{1 + upto(kRooms)}; }

  void step() {
    const auto dice = upto(100);
    if (dice < 45) {
      commit(stage_.make(audience(), {}, "said", upto(3) == 0 ? 2 : 1));
    } else if (dice < 60) {
      change_membership();
    } else if (dice < 85) {
      publish_some();
    } else {
      auto& listener = listeners_[user()];
      if (!listener.ear) {
        connect(listener_id(listener), listener);
      } else {
        // Reads a little or nothing, and is gone.
        read(listener, upto(30), "");
        if (upto(2) == 0) listener.ear.reset();
      }
    }
  }

  UserId listener_id(const Listener& wanted) {
    for (const auto& [user, listener] : listeners_) {
      if (&listener == &wanted) return user;
    }
    return {};
  }

  Audience audience() {
    switch (upto(5)) {
      case 0:
        return to_everyone();
      case 1:
        return to_user(user());
      default:
        return to_room(room());
    }
  }

  void change_membership() {
    const auto who = user();
    const auto where = room();
    auto& rooms = committed_rooms_[who];
    const bool joins = !rooms.contains(where.value);
    if (joins) {
      rooms.insert(where.value);
    } else {
      rooms.erase(where.value);
    }
    commit(
        stage_.make(to_room(where),
                    {.room = where, .effect = joins ? Effect::join : Effect::leave, .subject = who},
                    joins ? "joined" : "left"));
  }

  void commit(EventPtr event) { waiting_[event->node].push_back(std::move(event)); }

  bool publish_some() {
    auto& first = waiting_[1 + static_cast<std::uint32_t>(upto(2))];
    auto& queue = first.empty() ? (waiting_[1].empty() ? waiting_[2] : waiting_[1]) : first;
    if (queue.empty()) return false;
    std::vector<EventPtr> batch;
    for (auto count = 1 + upto(4); count > 0 && !queue.empty(); --count) {
      batch.push_back(std::move(queue.front()));
      queue.pop_front();
    }
    for (const auto& event : batch) note(*event);
    stage_.hub.publish(std::move(batch));
    return true;
  }

  void publish(const EventPtr& event) {
    note(*event);
    stage_.hub.publish({event});
  }

  /// The model: who hears what, in the order of publishing.
  void note(const Event& event) {
    published_.advance(event.node, event.pos);
    for (std::size_t i = 1; i <= kUsers; ++i) {
      const UserId who{i};
      auto& listener = listeners_[who];
      if (!listener.begun || start_[who].covers(event.node, event.pos)) continue;
      const bool mine = event.about.subject == who;
      if (mine && event.about.effect == Effect::join) listener.rooms.insert(event.audience.id);
      const bool hears = event.audience.kind == Audience::Kind::everyone ||
                         (event.audience.kind == Audience::Kind::user && event.audience.id == i) ||
                         (event.audience.kind == Audience::Kind::room &&
                          listener.rooms.contains(event.audience.id));
      if (hears) listener.wanted.push_back(name_of(event));
      if (mine && event.about.effect == Effect::leave) listener.rooms.erase(event.audience.id);
    }
  }

  void connect(UserId who, Listener& listener) {
    std::vector<RoomId> rooms;
    for (const auto id : committed_rooms_[who]) rooms.push_back(RoomId{id});
    if (!listener.begun) {
      // Begins at the snapshot, which may be ahead of what was published.
      listener.begun = true;
      listener.rooms = committed_rooms_[who];
      start_[who] = stage_.made();
      listener.cursor = stage_.made();
    }
    listener.ear.emplace(stage_.listen(who, rooms, listener.cursor));
  }

  /// Reads up to `count` events, or until `last`; what is not there yet is left.
  void read(Listener& listener, std::size_t count, const std::string& last) {
    while (count > 0) {
      const auto heard = listener.ear->next(last.empty() ? 0 : 10'000);
      if (!heard) break;
      ASSERT_NE(heard->type, "closed");
      ASSERT_NE(heard->type, "reset");
      if (heard->id.empty()) continue;
      listener.heard.push_back(name_of(*heard));
      listener.cursor = Position::parse(heard->id)->position;
      if (listener.heard.back() == last) break;
      --count;
    }
  }

  std::mt19937 random_;
  Stage stage_;
  Position published_;
  std::map<UserId, std::set<std::uint64_t>> committed_rooms_;
  std::map<std::uint32_t, std::deque<EventPtr>> waiting_;
  std::map<UserId, Listener> listeners_;
  std::map<UserId, Position> start_;
};

TEST(HubAtRandom, EverybodyHearsExactlyTheirPartOnce) {
  const auto first = test::seed();
  for (std::uint32_t round = 0; round < 40; ++round) {
    SCOPED_TRACE("CONFAB_TEST_SEED=" + std::to_string(first + round));
    Play(first + round).run(400);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace confab::events
