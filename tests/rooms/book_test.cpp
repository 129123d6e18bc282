#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/world.h"

namespace confab::test {
namespace {

using rooms::Role;

struct Refused : std::runtime_error {
  Refused() : std::runtime_error("refused by the test") {}
};

std::int64_t last_seq(World& world, RoomId room) {
  return world.read([&](db::Tx& tx) {
    return tx.value<std::int64_t>("SELECT last_seq FROM rooms WHERE id = ?", room).value();
  });
}

TEST(Book, CountsWithoutAskingTheDatabaseAgain) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});
  world.post(ana, room, "one");

  // Behind its back, so that only what it remembers can give the answer.
  world.writer.run(
      [&](db::Tx& tx) { tx.run("UPDATE rooms SET last_seq = 40 WHERE id = ?", room); });
  EXPECT_EQ(world.post(ana, room, "two").seq, 2);
  EXPECT_EQ(last_seq(world, room), 2);

  world.writer.run(
      [&](db::Tx& tx) { tx.run("UPDATE rooms SET last_seq = 40 WHERE id = ?", room); });
  world.book.forget_later(room);
  EXPECT_EQ(world.post(ana, room, "three").seq, 41);
}

TEST(Book, RefusesRoomsThatAreNotThere) {
  World world;
  const auto state = [&] {
    world.writer.run([&](db::Tx& tx) { world.book.state(tx, RoomId{7}); });
  };
  EXPECT_EQ(code_of(state), Code::not_found);
}

TEST(Book, AFailedUnitLeavesNoHoleInTheOrder) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});

  const auto fail = [&] {
    world.writer.run([&](db::Tx& tx) {
      world.book.next_seq(tx, room, world.clock.now());
      throw Refused();
    });
  };
  EXPECT_THROW(fail(), Refused);
  const auto fail_after_sql = [&] {
    world.writer.run([&](db::Tx& tx) {
      tx.run("UPDATE rooms SET topic = 'x' WHERE id = ?", room);
      world.book.next_seq(tx, room, world.clock.now());
      tx.run("UPDATE rooms SET topic = 'y' WHERE id = ?", room);
      throw Refused();
    });
  };
  EXPECT_THROW(fail_after_sql(), Refused);

  EXPECT_EQ(last_seq(world, room), 0);
  EXPECT_EQ(world.post(ana, room, "one").seq, 1);
}

TEST(Book, ForgetsMembersOfAUnitThatFailed) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto room = world.room("general", {ana});
  world.post(ana, room, "so that the room is known");

  const auto fail = [&] {
    world.writer.run([&](db::Tx& tx) {
      tx.run("UPDATE room_members SET left_at = 1 WHERE room_id = ?", room);
      world.book.set_member(room, ana, std::nullopt);
      world.book.set_member(room, ben, Role::owner);
      throw Refused();
    });
  };
  EXPECT_THROW(fail(), Refused);

  EXPECT_NO_THROW(world.post(ana, room, "still in"));
  EXPECT_EQ(code_of([&] { world.post(ben, room, "x"); }), Code::not_member);
}

TEST(Book, KnowsWhoMayWriteWhere) {
  World world;
  const auto ana = world.person("ana"), ben = world.person("ben");
  const auto open = world.room("open", {ana});
  const auto closed = world.private_room("closed", {ana});

  EXPECT_EQ(code_of([&] { world.post(ben, open, "x"); }), Code::not_member);
  EXPECT_EQ(code_of([&] { world.post(ben, closed, "x"); }), Code::not_found);
  EXPECT_EQ(code_of([&] { world.post(ben, RoomId{9}, "x"); }), Code::not_found);
  rooms::add(world.app, ana, closed, ben);
  EXPECT_NO_THROW(world.post(ben, closed, "x"));
  rooms::remove(world.app, ana, closed, ben);
  EXPECT_EQ(code_of([&] { world.post(ben, closed, "x"); }), Code::not_found);
}

std::vector<std::int64_t> seqs(World& world, RoomId room) {
  return world.read([&](db::Tx& tx) {
    return tx.rows([](const db::Row& row) { return row.get<std::int64_t>(); },
                   "SELECT seq FROM messages WHERE room_id = ? ORDER BY seq", room);
  });
}

/// Duplicate keys roll whole batches back, with all that was counted in them.
TEST(Book, ARolledBackBatchLeavesNoHoleInTheOrder) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});
  constexpr int kThreads = 8;
  constexpr int kPosts = 20;

  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int post = 0; post < kPosts; ++post) {
        messages::post(world.app, ana, room, {.body = "hello"}, std::to_string(post));
      }
      db::thread_end();
    });
  }
  for (auto& thread : threads) thread.join();

  const auto found = seqs(world, room);
  ASSERT_EQ(found.size(), static_cast<std::size_t>(kPosts));
  EXPECT_EQ(found.back(), kPosts);
  EXPECT_EQ(last_seq(world, room), kPosts);
  EXPECT_GT(world.writer.measures().careful.value(), 0u);
}

/// What a second process has of its own.
struct Neighbour {
  explicit Neighbour(World& world)
      : ids(world.clock, 0),
        log(world.clock, ids, [](auto) {}),
        trail(world.clock, ids),
        writer({.address = world.address()}, {&book, &rows, &log, &trail}),
        app{world.config, world.clock, ids, world.keys, world.pool, writer, nullptr} {
    writer.start();
    ids.set_node(writer.node());
  }
  IdMaker ids;
  rooms::Book book;
  messages::Rows rows;
  events::Log log;
  audit::Trail trail;
  db::Writer writer;
  App app;
};

TEST(Book, TwoProcessesCountOneOrder) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});
  Neighbour neighbour(world);
  constexpr int kPosts = 50;
  const auto post = [&](App& app) {
    for (int i = 0; i < kPosts; ++i) {
      messages::post(app, ana, room, {.body = "hello"}, std::nullopt);
    }
    db::thread_end();
  };

  std::thread other([&] { post(neighbour.app); });
  post(world.app);
  other.join();

  const auto found = seqs(world, room);
  ASSERT_EQ(found.size(), 2u * kPosts);
  EXPECT_EQ(found.back(), 2 * kPosts);
  EXPECT_EQ(last_seq(world, room), 2 * kPosts);
}

/// Whatever happens, what the book remembers is what the database says.
TEST(Book, AgreesWithTheDatabaseAfterAnything) {
  const auto seed = std::random_device()();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto up_to = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  World world;
  std::vector<UserId> people;
  for (const char* name : {"ana", "ben", "eve", "kim"}) people.push_back(world.person(name));
  std::vector<RoomId> rooms;
  for (const char* name : {"one", "two"}) rooms.push_back(world.room(name, people));
  const auto quietly = [](auto&& act) {
    try {
      act();
    } catch (const Error&) {
      // A refusal is as good as anything else here.
    } catch (const Refused&) {
    }
  };
  for (int step = 0; step < 300; ++step) {
    const auto room = rooms[up_to(rooms.size())];
    const auto me = people[up_to(people.size())], other = people[up_to(people.size())];
    const auto role = static_cast<Role>(up_to(3) + 1);
    quietly([&] {
      switch (up_to(8)) {
        case 0:
          return void(rooms::add(world.app, me, room, other));
        case 1:
          return rooms::remove(world.app, me, room, other);
        case 2:
          return void(rooms::change_member(world.app, me, room, other, {.role = role}));
        case 3:
          return rooms::archive(world.app, me, room);
        case 4:
          return void(rooms::change(world.app, me, room, {.archived = false}));
        case 5:
          return world.writer.run([&](db::Tx& tx) {
            world.book.next_seq(tx, room, world.clock.now());
            if (up_to(2) == 0) tx.run("UPDATE rooms SET topic = 'x' WHERE id = ?", room);
            throw Refused();
          });
        default:
          return void(world.post(me, room, "hello"));
      }
    });
    const auto known = world.writer.run([&](db::Tx& tx) { return world.book.state(tx, room); });
    const auto found = world.read([&](db::Tx& tx) { return rooms::find(tx, people[0], room); });
    ASSERT_EQ(known.last_seq, found.last_seq) << "step " << step;
    ASSERT_EQ(known.archived, found.archived_at.has_value()) << "step " << step;
    ASSERT_EQ(known.members.size(), static_cast<std::size_t>(found.member_count)) << step;
    for (const auto& person : people) {
      const auto row = world.read([&](db::Tx& tx) {
        return tx.value<Role>(
            "SELECT role FROM room_members WHERE room_id = ? AND user_id = ? AND left_at IS NULL",
            room, person);
      });
      ASSERT_EQ(known.role_of(person), row) << "step " << step;
    }
  }
  for (const auto room : rooms) {
    const auto count = world.read([&](db::Tx& tx) {
      return tx.value<std::int64_t>("SELECT COUNT(*) FROM messages WHERE room_id = ?", room);
    });
    EXPECT_EQ(count, last_seq(world, room));
  }
}

}  // namespace
}  // namespace confab::test
