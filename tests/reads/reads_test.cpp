#include "api/reads/reads.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/world.h"

namespace confab::test {
namespace {

using Types = std::vector<std::string>;

class MarkRead : public testing::Test {
 protected:
  World world;
  const UserId ana = world.person("ana"), ben = world.person("ben");
  const RoomId room = world.room("general", {ana, ben});

  void SetUp() override {
    for (const char* body : {"one", "two", "three"}) world.post(ben, room, body);
    world.listen();
  }
  reads::ReadState mark(std::int64_t seq, bool unread = false) {
    return reads::mark(world.app, ana, room, {.seq = seq, .mark_unread = unread});
  }
};

TEST_F(MarkRead, MovesForwardAndTellsOnlyMe) {
  const auto state = mark(2);

  EXPECT_EQ(state.room_id, room);
  EXPECT_EQ(state.read_seq, 2);
  EXPECT_EQ(state.unread_count, 1);
  EXPECT_EQ(state.mention_count, 0);
  EXPECT_EQ(world.heard_by(ana), Types{"read.updated"});
  EXPECT_EQ(world.events_for(ana).front()->data, to_json(state));
  EXPECT_EQ(world.heard_by(ben), Types{});
}

TEST_F(MarkRead, NeverGoesBackByItself) {
  mark(3);
  world.listen();

  EXPECT_EQ(mark(1).read_seq, 3);
  EXPECT_EQ(mark(3).unread_count, 0);
  EXPECT_EQ(world.heard_by(ana), Types{});
}

TEST_F(MarkRead, GoesBackWhenToldTo) {
  mark(3);
  world.listen();

  const auto state = mark(0, true);

  EXPECT_EQ(state.read_seq, 0);
  EXPECT_EQ(state.unread_count, 3);
  EXPECT_EQ(world.heard_by(ana), Types{"read.updated"});
  mark(0, true);
  EXPECT_EQ(world.heard_by(ana).size(), 1u);
}

TEST_F(MarkRead, LeavesOutOnesOwnAndDeletedMessages) {
  world.post(ana, room, "mine");
  messages::remove(world.app, ben, world.post(ben, room, "gone").id);

  EXPECT_EQ(mark(1).unread_count, 2);
  const auto mine = world.read([&](db::Tx& tx) { return rooms::find(tx, ana, room); });
  EXPECT_EQ(mine.read_seq, 1);
  EXPECT_EQ(mine.unread_count, 2);
}

TEST_F(MarkRead, RefusesWhatIsNotThere) {
  const auto eve = world.person("eve");
  const auto hidden = world.private_room("board", {ben});

  EXPECT_EQ(code_of([&] { mark(4); }), Code::invalid_value);
  EXPECT_EQ(code_of([&] { reads::mark(world.app, eve, room, {.seq = 1}); }), Code::not_member);
  EXPECT_EQ(code_of([&] { reads::mark(world.app, ana, hidden, {}); }), Code::not_found);
  EXPECT_EQ(code_of([&] { reads::mark(world.app, ana, RoomId{5}, {}); }), Code::not_found);
}

TEST_F(MarkRead, WorksInArchivedRooms) {
  rooms::archive(world.app, ana, room);
  EXPECT_EQ(mark(3).unread_count, 0);
}

/// An open event stream, as the hub writes it.
class Stream {
 public:
  Stream(World& world, UserId user) {
    int ends[2] = {};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    mine_ = ends[0];
    world.hub.subscribe({.user = user,
                         .session = SessionId{user.value},
                         .rooms = world.read([&](db::Tx& tx) { return rooms::room_ids(tx, user); }),
                         .known = world.read(events::head),
                         .slot = world.hub.take_slot(user)},
                        ends[1]);
    wait_for("event: hello");
  }
  ~Stream() { ::close(mine_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Reads until `text` has come; false when it does not within 5 s.
  bool wait_for(const std::string& text) {
    while (seen_.find(text) == std::string::npos) {
      pollfd wait{.fd = mine_, .events = POLLIN};
      constexpr int kPatienceMs = 5000;
      if (::poll(&wait, 1, kPatienceMs) <= 0) return false;
      char buffer[4096];
      const auto size = ::read(mine_, buffer, sizeof buffer);
      if (size <= 0) return false;
      seen_.append(buffer, static_cast<std::size_t>(size));
    }
    return true;
  }
  std::size_t count(const std::string& text) const {
    std::size_t count = 0;
    for (auto at = seen_.find(text); at != std::string::npos; at = seen_.find(text, at + 1))
      ++count;
    return count;
  }

 private:
  int mine_ = -1;
  std::string seen_;
};

TEST(Typing, IsPassedOnOnceInThreeSeconds) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana, ben});
  Stream stream(world, ben);
  reads::TypingGate gate;

  reads::type(world.app, gate, ana, room);
  reads::type(world.app, gate, ana, room);
  world.clock.advance(2 * kSecond);
  reads::type(world.app, gate, ana, room);
  world.post(ana, room, "fence");
  ASSERT_TRUE(stream.wait_for("event: message.created"));
  EXPECT_EQ(stream.count("event: typing"), 1u);

  world.clock.advance(kSecond);
  reads::type(world.app, gate, ana, room);
  world.post(ana, room, "second fence");
  ASSERT_TRUE(stream.wait_for("second fence"));
  EXPECT_EQ(stream.count("event: typing"), 2u);
  EXPECT_TRUE(world.heard_by(ben) == (Types{"message.created", "message.created"}));
}

TEST(Typing, IsForThoseWhoMayWrite) {
  World world;
  const auto ana = world.person("ana"), eve = world.person("eve");
  const auto open = world.room("open", {ana});
  const auto closed = world.private_room("closed", {ana});
  reads::TypingGate gate;
  const auto type = [&](UserId me, RoomId room) {
    return [&world, &gate, me, room] { reads::type(world.app, gate, me, room); };
  };

  EXPECT_EQ(code_of(type(eve, open)), Code::not_member);
  EXPECT_EQ(code_of(type(eve, closed)), Code::not_found);
  rooms::archive(world.app, ana, open);
  EXPECT_EQ(code_of(type(ana, open)), Code::room_archived);
}

}  // namespace
}  // namespace confab::test
