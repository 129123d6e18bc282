#include <gtest/gtest.h>

#include <random>
#include <semaphore>
#include <set>
#include <thread>

#include "tests/sync/studio.h"

namespace confab::sync {
namespace {

using test::Studio;

/// People talk, join and leave while streams come and go at random places, some
/// resumed from memory and some from the log. Everybody must have heard exactly
/// what the log says they were owed, in its order.
class Play {
 public:
  explicit Play(std::uint32_t seed) : random_(seed), studio_(15) {
    for (int i = 0; i < 4; ++i) people_.push_back(studio_.person("person" + std::to_string(i)));
    const auto owner = studio_.person("owner");
    for (int i = 0; i < 3; ++i)
      rooms_.push_back(studio_.world.room("room" + std::to_string(i), {owner}));
    owner_ = owner;
    for (const auto person : people_) {
      Listener& listener = listeners_[person];
      listener.start = listener.cursor =
          bootstrap(studio_.app(), person, studio_.session(person)).position;
    }
  }

  void run(int steps) {
    // Commits beside each step, so that snapshots and the hub are never in step; so
    // many that the memory moves on, too few for anybody to be cut as too slow.
    constexpr int kAhead = 10;
    std::counting_semaphore<> turns(0);
    std::jthread talker([&] {
      for (int i = 0; i < steps * kAhead; ++i) {
        turns.acquire();
        const auto room = rooms_[static_cast<std::size_t>(i) % rooms_.size()];
        messages::post(studio_.app(), owner_, room, {.body = "talk"}, {});
      }
    });
    for (int i = 0; i < steps; ++i) {
      turns.release(kAhead);
      if (!testing::Test::HasFatalFailure()) step();
    }
    talker.join();
    if (!testing::Test::HasFatalFailure()) finish();
  }

 private:
  struct Listener {
    std::optional<test::Ear> ear;
    std::string start, cursor;
    std::vector<std::string> heard;
  };

  std::size_t upto(std::size_t count) { return std::size_t{random_()} % count; }

  void step() {
    const auto who = people_[upto(people_.size())];
    const auto room = rooms_[upto(rooms_.size())];
    auto& listener = listeners_[who];
    switch (upto(8)) {
      case 0:
        rooms::add(studio_.app(), who, room, who);
        break;
      case 1:
        try {
          rooms::remove(studio_.app(), who, room, who);
        } catch (const Error& error) {
          ASSERT_EQ(error.code(), Code::not_member);
        }
        break;
      case 2:
        accounts::change_settings(studio_.app(), who,
                                  {.language = "l" + std::to_string(upto(1000))}, [](auto) {});
        break;
      case 3:
      case 4:
        listener.ear.reset();
        break;
      default:
        if (!listener.ear) connect(who, listener);
        read(listener, upto(25), "");
    }
  }

  void connect(UserId who, Listener& listener) {
    auto opened = studio_.open(who, listener.cursor);
    ASSERT_EQ(opened.reset, "");
    listener.ear.emplace(std::move(*opened.ear));
  }

  /// Reads up to `count` events and leaves the rest, or all until `last`.
  void read(Listener& listener, std::size_t count, const std::string& last) {
    while (count > 0) {
      const auto heard = listener.ear->next(last.empty() ? 0 : 10'000);
      if (!heard) {
        ASSERT_EQ(last, "") << "the stream has fallen silent";
        return;
      }
      if (heard->type == "reset") {
        // The memory has moved on between the look at it and the stream: once more.
        listener.ear.reset();
        return;
      }
      ASSERT_NE(heard->type, "closed");
      if (heard->id.empty()) continue;
      listener.cursor = heard->id;
      listener.heard.push_back(json::parse_own(heard->data)["id"].asString());
      if (listener.heard.back() == last) return;
      --count;
    }
  }

  void finish() {
    const auto owner = accounts::change_profile(studio_.app(), owner_, studio_.session(owner_),
                                                {.display_name = "The End"}, [](auto) {});
    EXPECT_EQ(owner.display_name, "The End");
    const auto all =
        studio_.world.read([](db::Tx& tx) { return events::read_after(tx, {}, 1 << 20); });
    const auto last = all.back()->id.text();
    for (auto& [who, listener] : listeners_) {
      while (listener.heard.empty() || listener.heard.back() != last) {
        if (!listener.ear) connect(who, listener);
        read(listener, 1 << 20, last);
        if (testing::Test::HasFatalFailure()) return;
      }
      EXPECT_EQ(listener.heard, owed(who, listener.start, all)) << "user " << who.value;
    }
  }

  /// Told by the log alone: who was in which room when.
  static std::vector<std::string> owed(UserId who, const std::string& start,
                                       const std::vector<events::EventPtr>& all) {
    const auto from = events::Position::parse(start)->position;
    std::set<std::uint64_t> inside;
    std::vector<std::string> out;
    for (const auto& event : all) {
      const auto& about = event->about;
      const bool mine = about.subject == who;
      if (mine && about.effect == events::Effect::join) inside.insert(event->audience.id);
      const auto kind = event->audience.kind;
      const bool hears =
          kind == events::Audience::Kind::everyone ||
          (kind == events::Audience::Kind::user && event->audience.id == who.value) ||
          (kind == events::Audience::Kind::room && inside.contains(event->audience.id));
      if (hears && !from.covers(event->node, event->pos)) out.push_back(event->id.text());
      if (mine && about.effect == events::Effect::leave) inside.erase(event->audience.id);
    }
    return out;
  }

  std::mt19937 random_;
  Studio studio_;
  std::vector<UserId> people_;
  std::vector<RoomId> rooms_;
  UserId owner_;
  std::map<UserId, Listener> listeners_;
};

TEST(ResumeAtRandom, EverybodyHearsExactlyTheirPartOnce) {
  const auto first = test::seed();
  for (std::uint32_t round = 0; round < 6; ++round) {
    SCOPED_TRACE("CONFAB_TEST_SEED=" + std::to_string(first + round));
    Play(first + round).run(300);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace confab::sync
