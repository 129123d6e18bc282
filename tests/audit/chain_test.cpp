#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <thread>

#include "tests/audit/support.h"
#include "tests/events/proxy.h"

namespace confab::test {
namespace {

/// A second process on the world's database.
class Process {
 public:
  Process(World& world, const db::Address& address, std::uint32_t first_node = 1)
      : ids_(world.clock, 0),
        log_(world.clock, ids_, [](const auto&) {}),
        trail_(world.clock, ids_),
        writer({.address = address, .first_node = first_node, .last_node = first_node + 98},
               {&book_, &rows_, &log_, &trail_}),
        app{world.config, world.clock, ids_, world.keys, world.pool, writer, nullptr} {
    writer.start();
    ids_.set_node(writer.node());
  }

 private:
  IdMaker ids_;
  rooms::Book book_;
  messages::Rows rows_;
  events::Log log_;
  audit::Trail trail_;

 public:
  db::Writer writer;
  App app;
};

void record(db::Tx& tx, std::uint64_t subject, const std::string& why = "") {
  audit::record(
      tx, {},
      {.action = audit::Action::account_changed, .subject = UserId{subject}, .reason = why});
}

/// The subjects of one node, in the order of the chain.
std::vector<std::uint64_t> subjects(World& world, std::uint32_t node) {
  return world.pool.read([&](db::Tx& tx) {
    return tx.rows([](const db::Row& row) { return row.get<std::uint64_t>(); },
                   "SELECT subject_id FROM audit_log WHERE node_id = ? ORDER BY pos", node);
  });
}

TEST(AuditChain, HoldsUnderParallelWritersOfSeveralProcesses) {
  World world;
  Process worker(world, world.address(), 100);
  Process cli(world, world.address(), 200);
  constexpr int kThreads = 12;
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    db::Writer& writer = t % 3 == 0 ? world.writer : t % 3 == 1 ? worker.writer : cli.writer;
    threads.emplace_back([&writer, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto subject = static_cast<std::uint64_t>(t * kEach + i + 1);
        try {
          writer.run([&](db::Tx& tx) {
            record(tx, subject);
            // Others of the batch must not notice.
            if (i % 4 == 3) throw Error(Code::conflict, "no");
            if (i % 5 == 4) tx.run("UPDATE nodes SET batch = batch WHERE id = 0");
          });
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), Code::conflict);
        }
      }
      db::thread_end();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(audit_rows(world), static_cast<std::uint64_t>(kThreads * kEach * 3 / 4));
  EXPECT_EQ(faults(world), std::vector<std::string>{});
  const audit::Evidence none(world.keys, server_tag(world));
  EXPECT_EQ(audit::verify(world.pool, none).size(), 3u);
}

TEST(AuditChain, HasNoRowOfAChangeThatDidNotHappen) {
  World world;
  const auto ana = world.person("ana");
  const auto before = audit_rows(world);
  EXPECT_EQ(code_of([&] {
              rooms::create(world.app, ana, {.name = "lab", .member_ids = {UserId{12345}}});
            }),
            Code::invalid_value);
  EXPECT_EQ(code_of([&] { world.person("ana"); }), Code::username_taken);
  EXPECT_EQ(audit_rows(world), before);
  EXPECT_EQ(faults(world), std::vector<std::string>{});
}

TEST(AuditChain, GoesOnWhereAnEarlierProcessStopped) {
  World world;
  for (std::uint64_t subject = 1; subject <= 3; ++subject) {
    Process process(world, world.address(), 300);
    process.writer.run([&](db::Tx& tx) { record(tx, subject); });
  }
  EXPECT_EQ(subjects(world, 300), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(faults(world), std::vector<std::string>{});
}

TEST(AuditChain, SurvivesLostAnswersToCommits) {
  World world;
  LossyProxy proxy(world.address());
  Process process(world, proxy.address(), 300);
  const auto write = [&](std::uint64_t subject) {
    process.writer.run([&](db::Tx& tx) { record(tx, subject); });
  };
  write(1);
  proxy.lose_next_commit();
  write(2);
  proxy.stop_next_commit();
  write(3);
  proxy.lose_next_commit(300);
  write(4);
  write(5);
  EXPECT_EQ(proxy.lost(), 3);
  EXPECT_EQ(subjects(world, 300), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(faults(world), std::vector<std::string>{});
}

TEST(AuditChain, IdsGrowThoughTheClockIsSetBack) {
  World world;
  world.writer.run([](db::Tx& tx) { record(tx, 1); });
  world.clock.advance(-kHour);
  Process process(world, world.address());
  world.writer.run([](db::Tx& tx) { record(tx, 2); });
  const auto found = entries(world);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].subject_id, "2");
  const audit::Filter since{.since = world.clock.now() + kMinute};
  ASSERT_EQ(entries(world, since).size(), 1u);
  EXPECT_EQ(entries(world, since)[0].subject_id, "1");
}

TEST(AuditChain, KeepsOddTextExactly) {
  World world;
  const std::string odd = "so, 3:na\xC3\xAFve,\n\"quoted\" \xF0\x9F\xA6\x8A  ";
  world.writer.run([&](db::Tx& tx) {
    record(tx, 1, odd);
    record(tx, 2, std::string(600, 'x'));
    record(tx, 3, "\xff broken");
    audit::record(tx, {.name = "cli:j\xC3\xB6rg\n", .address = std::string(100, 'a')},
                  {.action = audit::Action::account_changed,
                   .subject = UserId{4},
                   .details = {{"quote\"", "back\\slash\n"}, {"count", 3}, {"is", true}}});
  });
  const auto found = entries(world);
  EXPECT_EQ(found[3].reason, odd);
  EXPECT_EQ(found[2].reason->size(), 500u);
  EXPECT_FALSE(found[1].reason);
  EXPECT_EQ(found[0].actor, "cli:j??rg?");
  EXPECT_EQ(found[0].address.size(), 64u);
  EXPECT_EQ(found[0].details.text, R"({"quote\"":"back\\slash\n","count":3,"is":true})");
  EXPECT_EQ(faults(world), std::vector<std::string>{});
}

TEST(AuditRow, HasOneTextThatNoOtherRowHas) {
  audit::Row row{.node = 1,
                 .pos = 17,
                 .id = 5,
                 .at = {1000},
                 .actor = "9",
                 .action = "room.created",
                 .subject_kind = "room",
                 .details = "{}",
                 .address = "",
                 .request_id = "r"};
  EXPECT_EQ(audit::canonical(row),
            "7:node_id,1:1,3:pos,2:17,2:id,1:5,2:at,4:1000,5:actor,1:9,6:action,12:room.created,"
            "12:subject_kind,4:room,7:details,2:{},7:address,0:,10:request_id,1:r,");
  std::set<std::string> texts{audit::canonical(row)};
  const auto differs = [&](auto change) {
    audit::Row other = row;
    change(other);
    EXPECT_TRUE(texts.insert(audit::canonical(other)).second);
  };
  differs([](auto& other) { other.reason = ""; });
  differs([](auto& other) { other.reason = "x"; });
  differs([](auto& other) { other.subject_id = 7; });
  differs([](auto& other) { other.room_id = 7; });
  differs([](auto& other) { other.address = "r", other.request_id = ""; });
  differs([](auto& other) { other.actor = "9,6:action"; });
}

}  // namespace
}  // namespace confab::test
