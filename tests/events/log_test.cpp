#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/world.h"

namespace confab::events {
namespace {

using test::World;

std::uint64_t count(World& world, const std::string& sql) {
  return world.read([&](db::Tx& tx) { return tx.value<std::uint64_t>(sql).value_or(0); });
}

/// A change and its event, as a feature makes them.
void change(db::Tx& tx, UserId user, const std::string& language, bool fails = false) {
  tx.run(
      "INSERT INTO user_settings (user_id, theme, density, language, version) "
      "VALUES (?, 0, 0, ?, 1)",
      user, language);
  emit_text(tx, to_user(user), "settings.updated", "{}", {});
  if (fails) throw Error(Code::conflict, "No.");
}

void expect_no_gaps(World& world) {
  const auto rows = count(world, "SELECT COUNT(*) FROM events");
  EXPECT_EQ(count(world, "SELECT COALESCE(MAX(pos), 0) FROM events"), rows);
  EXPECT_EQ(count(world, "SELECT COUNT(DISTINCT pos) FROM events"), rows);
}

TEST(Emit, IsCommittedWithTheChange) {
  World world;
  world.writer.run([](db::Tx& tx) { change(tx, UserId{5}, "en"); });
  EXPECT_EQ(count(world, "SELECT COUNT(*) FROM user_settings"), 1U);
  EXPECT_EQ(count(world, "SELECT COUNT(*) FROM events"), 1U);
  EXPECT_EQ(world.read(head).of(world.writer.node()), 1U);
}

TEST(Emit, LeavesNothingWhenItsUnitFails) {
  World world;
  EXPECT_EQ(test::code_of(
                [&] { world.writer.run([](db::Tx& tx) { change(tx, UserId{5}, "en", true); }); }),
            Code::conflict);
  world.writer.run([](db::Tx& tx) { change(tx, UserId{6}, "en"); });
  EXPECT_EQ(count(world, "SELECT COUNT(*) FROM user_settings"), 1U);
  EXPECT_EQ(count(world, "SELECT COUNT(*) FROM events"), 1U);
  expect_no_gaps(world);
}

TEST(Emit, LeavesNothingWhenItsRowsWereWrittenBeforeItsUnitFailed) {
  World world;
  EXPECT_EQ(test::code_of([&] {
              world.writer.run([](db::Tx& tx) {
                change(tx, UserId{5}, "en");
                tx.value<int>("SELECT 1");  // writes the event's row
                throw Error(Code::conflict, "No.");
              });
            }),
            Code::conflict);
  EXPECT_EQ(count(world, "SELECT COUNT(*) FROM events"), 0U);
  expect_no_gaps(world);
}

TEST(Emit, KeepsTheOtherUnitsOfABatchWhenOneFails) {
  World world;
  constexpr int kThreads = 24, kEach = 25;
  std::atomic<std::uint64_t> kept{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const UserId user{static_cast<std::uint64_t>(1 + t * kEach + i)};
          const int kind = (t + i) % 4;
          try {
            world.writer.run([&](db::Tx& tx) {
              change(tx, user, "en");
              if (kind == 1) tx.value<int>("SELECT 1");
              if (kind == 2 || kind == 1) throw Error(Code::conflict, "No.");
              // Meets a duplicate: the batch is rolled back and run unit by unit.
              if (kind == 3) change(tx, user, "de");
            });
            ++kept;
          } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::conflict);
          }
        }
      });
    }
  }
  EXPECT_EQ(kept, std::uint64_t{kThreads * kEach / 4});
  EXPECT_EQ(count(world, "SELECT COUNT(*) FROM user_settings"), kept);
  EXPECT_EQ(count(world, "SELECT COUNT(*) FROM events"), kept);
  EXPECT_EQ(count(world,
                  "SELECT COUNT(*) FROM events e JOIN user_settings s "
                  "ON s.user_id = e.audience_id"),
            kept);
  expect_no_gaps(world);
}

TEST(Emit, GivesIdsAndPositionsInTheSameOrder) {
  World world;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) {
          world.writer.run([](db::Tx& tx) { emit_text(tx, to_everyone(), "x", "{}", {}); });
        }
      });
    }
  }
  EXPECT_EQ(count(world,
                  "SELECT COUNT(*) FROM events a JOIN events b ON b.pos > a.pos "
                  "AND b.id <= a.id"),
            0U);
  expect_no_gaps(world);
}

TEST(Emit, GoesOnBehindTheLastPositionAfterARestart) {
  World world;
  world.writer.run([](db::Tx& tx) { emit_text(tx, to_everyone(), "x", "{}", {}); });
  const auto node = world.writer.node();
  for (int i = 0; i < 2; ++i) {
    // Another process, which takes the next free node and goes on from what it left there.
    IdMaker ids(world.clock, 0);
    Log log(world.clock, ids, [](auto&&) {});
    db::Writer writer({.address = world.address()}, {&log});
    writer.start();
    EXPECT_NE(writer.node(), node);
    writer.run([](db::Tx& tx) { emit_text(tx, to_everyone(), "x", "{}", {}); });
    EXPECT_EQ(world.read(head).of(writer.node()), static_cast<std::uint64_t>(i + 1));
  }
}

TEST(Emit, HandsOnInTheOrderOfPositions) {
  World world;
  std::mutex mutex;
  std::vector<std::uint64_t> heard;
  world.hub.watch([&](const Event& event) {
    std::lock_guard lock(mutex);
    heard.push_back(event.pos);
  });
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 25; ++i) {
          world.writer.run([](db::Tx& tx) { emit_text(tx, to_everyone(), "x", "{}", {}); });
        }
      });
    }
  }
  const auto all = world.read(head);
  while (!(world.hub.position() == all)) std::this_thread::yield();
  std::lock_guard lock(mutex);
  ASSERT_EQ(heard.size(), 200U);
  for (std::size_t i = 0; i < heard.size(); ++i) EXPECT_EQ(heard[i], i + 1);
}

TEST(Emit, KeepsEverythingOfAnEvent) {
  World world;
  world.writer.run([](db::Tx& tx) {
    emit_text(tx, to_room(RoomId{9}), "member.removed", R"({"n":"ü"})",
              {.room = RoomId{9},
               .actor = UserId{3},
               .client_ref = "key",
               .effect = Effect::leave,
               .subject = UserId{4},
               .ref = 77});
  });
  const auto events = world.read([](db::Tx& tx) { return read_after(tx, {}, 10); });
  ASSERT_EQ(events.size(), 1U);
  const Event& event = *events[0];
  EXPECT_EQ(event.type, "member.removed");
  EXPECT_EQ(event.audience, to_room(RoomId{9}));
  EXPECT_EQ(event.about.room, RoomId{9});
  EXPECT_EQ(event.about.actor, UserId{3});
  EXPECT_EQ(event.about.client_ref, "key");
  EXPECT_EQ(event.about.effect, Effect::leave);
  EXPECT_EQ(event.about.subject, UserId{4});
  EXPECT_EQ(event.about.ref, 77U);
  EXPECT_EQ(event.data, R"({"n":"ü"})");
  EXPECT_EQ(event.at, world.clock.now());
}

TEST(Emit, KeepsMessagesByReferenceOnly) {
  World world;
  const auto ana = world.person("ana");
  const auto room = world.room("general", {ana});
  const auto message = world.post(ana, room, "a secret");
  EXPECT_EQ(count(world,
                  "SELECT COUNT(*) FROM events WHERE type LIKE 'message.%' "
                  "AND payload IS NOT NULL"),
            0U);
  messages::remove(world.app, ana, message.id);
  const auto heard = world.events_for(ana);
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0]->type, "message.created");
  EXPECT_EQ(heard[0]->data.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace confab::events
