#include <gtest/gtest.h>

#include <barrier>
#include <map>
#include <set>
#include <thread>

#include "tests/world.h"

namespace confab::messages {
namespace {

using test::World;

std::uint64_t count(World& world, const std::string& sql) {
  return world.read([&](db::Tx& tx) { return tx.value<std::uint64_t>(sql).value_or(0); });
}

TEST(PostInParallel, SixtyFourWithOneKeyMakeOneMessage) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});
  for (int round = 0; round < 5; ++round) {
    constexpr int kThreads = 64;
    std::barrier start(kThreads);
    std::mutex mutex;
    std::set<std::string> answers;
    int fresh = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
          start.arrive_and_wait();
          const auto posted =
              post(world.app, ana, room, {.body = "hello"}, "key" + std::to_string(round));
          std::lock_guard lock(mutex);
          answers.insert(to_json(posted.message));
          fresh += posted.replayed ? 0 : 1;
        });
      }
    }
    EXPECT_EQ(answers.size(), 1U);
    EXPECT_EQ(fresh, 1);
    const auto rows = static_cast<std::uint64_t>(round + 1);
    EXPECT_EQ(count(world, "SELECT COUNT(*) FROM messages"), rows);
    EXPECT_EQ(count(world, "SELECT MAX(seq) FROM messages"), rows);
    EXPECT_EQ(count(world, "SELECT COUNT(*) FROM events WHERE type = 'message.created'"), rows);
  }
}

TEST(PostInParallel, TwinWithAnotherBodyIsAMismatch) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});
  for (int round = 0; round < 20; ++round) {
    std::barrier start(2);
    std::atomic<int> posted{0}, refused{0};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&, i] {
          start.arrive_and_wait();
          try {
            post(world.app, ana, room, {.body = std::to_string(i)}, "key" + std::to_string(round));
            ++posted;
          } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::idempotency_mismatch);
            ++refused;
          }
        });
      }
    }
    EXPECT_EQ(posted, 1);
    EXPECT_EQ(refused, 1);
  }
  EXPECT_EQ(count(world, "SELECT MAX(seq) FROM messages"), 20U);
}

TEST(PostInParallel, CountsEveryRoomWithoutAGapInTheOrderOfEachAuthor) {
  World world;
  constexpr int kThreads = 16, kRooms = 5, kPosts = 40;
  std::vector<UserId> people;
  for (int i = 0; i < kThreads; ++i) people.push_back(world.person("person" + std::to_string(i)));
  std::vector<RoomId> all;
  for (int i = 0; i < kRooms; ++i) all.push_back(world.room("room" + std::to_string(i), people));
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        const auto author = people[static_cast<std::size_t>(t)];
        for (int i = 0; i < kPosts; ++i) {
          const auto room = all[static_cast<std::size_t>((t + i) % kRooms)];
          const auto key = std::to_string(i);
          post(world.app, author, room, {.body = key}, key);
          // Failing units, duplicates and other changes go between them.
          if (i % 7 == 0) post(world.app, author, room, {.body = key}, key);
          if (i % 5 == 0) {
            EXPECT_EQ(test::code_of([&] { post(world.app, author, room, {.body = "other"}, key); }),
                      Code::idempotency_mismatch);
          }
          if (i % 11 == 0 && t == 0) rooms::change(world.app, author, room, {.topic = key});
        }
      });
    }
  }
  for (const auto room : all) {
    const auto where = " FROM messages WHERE room_id = " + room.text();
    const auto rows = count(world, "SELECT COUNT(*)" + where);
    EXPECT_EQ(rows, std::uint64_t{kThreads * kPosts / kRooms});
    EXPECT_EQ(count(world, "SELECT MIN(seq)" + where), 1U);
    EXPECT_EQ(count(world, "SELECT MAX(seq)" + where), rows);
    EXPECT_EQ(count(world, "SELECT last_seq FROM rooms WHERE id = " + room.text()), rows);
    EXPECT_EQ(count(world,
                    "SELECT COUNT(*) FROM messages a JOIN messages b ON b.room_id = "
                    "a.room_id AND b.author_id = a.author_id AND b.seq > a.seq AND "
                    "CAST(b.body AS INT) <= CAST(a.body AS INT) WHERE a.room_id = " +
                        room.text()),
              0U);
  }
}

TEST(PostInParallel, EditsAndDeletesOfOneMessageComeOneAfterTheOther) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});
  const auto message = world.post(ana, room, "0");
  {
    std::vector<std::jthread> threads;
    for (int t = 1; t <= 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 10; ++i) edit(world.app, ana, message.id, std::to_string(t * 100 + i));
      });
    }
  }
  EXPECT_EQ(get(world.app, ana, message.id).version, 81);
  EXPECT_EQ(count(world, "SELECT COUNT(*) FROM events WHERE type = 'message.updated'"), 80U);
}

}  // namespace
}  // namespace confab::messages
