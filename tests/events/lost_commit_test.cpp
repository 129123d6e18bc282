#include <gtest/gtest.h>

#include "tests/events/proxy.h"
#include "tests/stage.h"
#include "tests/world.h"

namespace confab::events {
namespace {

using test::LossyProxy;
using test::World;

/// A second process on the world's database, which reaches it through a proxy.
class Process {
 public:
  explicit Process(World& world)
      : proxy(world.address()),
        ids_(world.clock, 0),
        log_(world.clock, ids_, [this](auto events) { take(std::move(events)); }),
        trail_(world.clock, ids_),
        writer({.address = proxy.address()}, {&book_, &rows_, &log_, &trail_}),
        app_{world.config, world.clock, ids_, world.keys, world.pool, writer, nullptr} {
    writer.start();
    ids_.set_node(writer.node());
  }

  /// The positions handed on so far.
  std::vector<std::uint64_t> heard() {
    return heard_.with([](const auto& heard) { return heard; });
  }
  App& app() { return app_; }

  LossyProxy proxy;

 private:
  void take(std::vector<EventPtr> events) {
    heard_.with([&](auto& heard) {
      for (const auto& event : events) heard.push_back(event->pos);
    });
  }

  Guarded<std::vector<std::uint64_t>> heard_;
  IdMaker ids_;
  rooms::Book book_;
  messages::Rows rows_;
  Log log_;
  audit::Trail trail_;

 public:
  db::Writer writer;

 private:
  App app_;
};

class LostCommit : public testing::Test {
 protected:
  LostCommit()
      : ana_(world_.person("ana")), room_(world_.room("general", {ana_})), process_(world_) {}

  messages::Posted post(const std::string& body, const std::optional<std::string>& key = {}) {
    return messages::post(process_.app(), ana_, room_, {.body = body}, key);
  }
  std::uint64_t rows() {
    return world_.read([](db::Tx& tx) {
      return tx.value<std::uint64_t>("SELECT COUNT(*) FROM messages").value_or(0);
    });
  }
  void expect_heard_without_gap(std::size_t count) {
    const auto heard = process_.heard();
    ASSERT_EQ(heard.size(), count);
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(heard[i], i + 1);
  }

  World world_;
  UserId ana_;
  RoomId room_;
  Process process_;
};

TEST_F(LostCommit, IsFoundOutAndAcknowledgedOnce) {
  process_.proxy.lose_next_commit();
  const auto posted = post("hello", "k1");
  EXPECT_FALSE(posted.replayed);
  EXPECT_EQ(process_.proxy.lost(), 1);
  EXPECT_EQ(rows(), 1U);
  expect_heard_without_gap(1);
  EXPECT_EQ(post("more").message.seq, 2);
  expect_heard_without_gap(2);
}

TEST_F(LostCommit, IsFoundOutThoughTheDatabaseIsAwayForAMoment) {
  process_.proxy.lose_next_commit(400);
  EXPECT_EQ(post("without a key").message.seq, 1);
  process_.proxy.lose_next_commit(400);
  const auto made = rooms::create(process_.app(), ana_, {.name = "lab"});
  EXPECT_TRUE(made.value.is_new);
  EXPECT_EQ(rows(), 1U);
  const auto rooms = world_.read([&](db::Tx& tx) { return rooms::mine(tx, ana_); });
  EXPECT_EQ(rooms.size(), 2U);
  expect_heard_without_gap(3);  // the message, member.added, room.created
}

TEST_F(LostCommit, OfADatabaseThatStaysAwayIsUnavailableAndItsEventsComeLater) {
  process_.proxy.lose_next_commit(2500);
  EXPECT_EQ(test::code_of([&] { post("hello", "k1"); }), Code::unavailable);
  expect_heard_without_gap(0);
  std::optional<messages::Posted> again;
  ASSERT_TRUE(test::eventually([&] {
    try {
      again = post("hello", "k1");
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::unavailable);
      return false;
    }
  }));
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->message.seq, 1);
  EXPECT_EQ(rows(), 1U);
  expect_heard_without_gap(1);
  EXPECT_EQ(post("more").message.seq, 2);
  expect_heard_without_gap(2);
}

TEST_F(LostCommit, ThatTheDatabaseNeverSawIsDoneAgain) {
  process_.proxy.stop_next_commit();
  EXPECT_EQ(post("hello").message.seq, 1);
  EXPECT_EQ(process_.proxy.lost(), 1);
  EXPECT_EQ(rows(), 1U);
  expect_heard_without_gap(1);
}

}  // namespace
}  // namespace confab::events
