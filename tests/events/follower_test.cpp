#include "api/events/follower.h"

#include <gtest/gtest.h>

#include "tests/stage.h"
#include "tests/world.h"

namespace confab::events {
namespace {

using test::Ear;
using test::World;

/// Another process that writes to the world's database.
class Worker {
 public:
  explicit Worker(World& world)
      : ids_(world.clock, 0),
        log_(world.clock, ids_, [](auto&&) {}),
        writer_({.address = world.address(), .first_node = 100, .last_node = 199}, {&log_}) {
    writer_.start();
    ids_.set_node(writer_.node());
  }
  void say(int number) {
    writer_.run(
        [&](db::Tx& tx) { emit_text(tx, to_everyone(), "said", std::to_string(number), {}); });
  }
  std::uint32_t node() const { return writer_.node(); }

 private:
  IdMaker ids_;
  Log log_;
  db::Writer writer_;
};

class FollowerTest : public testing::Test {
 protected:
  Ear listen() {
    Ear ear;
    world_.hub.subscribe({.user = UserId{1},
                          .session = {},
                          .after = {},
                          .rooms = {},
                          .known = {},
                          .first = {},
                          .slot = world_.hub.take_slot(UserId{1})},
                         ear.give());
    ear.wait_for("hello");
    return ear;
  }

  World world_;
  test::TemporaryFolder folder_;
};

TEST_F(FollowerTest, BringsTheEventsOfAnotherProcessAtTheDoorbell) {
  Worker worker(world_);
  Follower follower(world_.pool, world_.hub, world_.writer.node(), folder_.path());
  Ear ear = listen();
  for (int i = 0; i < 5; ++i) {
    worker.say(i);
    ring_doorbell(folder_.path());
    EXPECT_NE(ear.wait_for("said").data.find("\"data\":" + std::to_string(i)), std::string::npos);
  }
}

TEST_F(FollowerTest, FindsThemWithoutADoorbellToo) {
  Worker worker(world_);
  Follower follower(world_.pool, world_.hub, world_.writer.node(), folder_.path());
  Ear ear = listen();
  for (int i = 0; i < 3000; ++i) worker.say(i);
  for (int i = 0; i < 3000; ++i) {
    ASSERT_NE(ear.wait_for("said").data.find("\"data\":" + std::to_string(i) + "}"),
              std::string::npos);
  }
}

TEST_F(FollowerTest, LeavesTheProcessesOwnEventsToItsWriter) {
  Follower follower(world_.pool, world_.hub, world_.writer.node(), folder_.path());
  Ear ear = listen();
  world_.writer.run([](db::Tx& tx) { emit_text(tx, to_everyone(), "said", "1", {}); });
  ring_doorbell(folder_.path());
  ear.wait_for("said");
  EXPECT_FALSE(ear.next(200));
}

TEST_F(FollowerTest, StreamWaitsForWhatItsSnapshotHasSeen) {
  Worker worker(world_);
  worker.say(1);
  const auto known = world_.read(head);
  Ear ear;
  world_.hub.subscribe({.user = UserId{1},
                        .session = {},
                        .after = known,
                        .rooms = {},
                        .known = known,
                        .first = {},
                        .slot = world_.hub.take_slot(UserId{1})},
                       ear.give());
  EXPECT_FALSE(ear.next(50));
  Follower follower(world_.pool, world_.hub, world_.writer.node(), folder_.path());
  ring_doorbell(folder_.path());
  EXPECT_EQ(ear.next()->type, "hello");
}

TEST_F(FollowerTest, RingsNobodyWithoutHarm) {
  ring_doorbell(folder_.path() / "nowhere");
  ring_doorbell(folder_.path());
}

TEST_F(FollowerTest, HasAWriterOnANodeOfItsOwn) {
  Worker one(world_);
  Worker other(world_);
  EXPECT_NE(one.node(), other.node());
  EXPECT_GE(one.node(), 100U);
}

}  // namespace
}  // namespace confab::events
