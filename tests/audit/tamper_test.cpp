#include <gtest/gtest.h>

#include "tests/audit/support.h"

namespace confab::test {
namespace {

/// A log of ten rows on one node, with a checkpoint after the eighth.
class AuditTampering : public testing::Test {
 protected:
  AuditTampering() {
    for (std::uint64_t i = 1; i <= 10; ++i) {
      world.clock.advance(kMinute);
      world.writer.run([&](db::Tx& tx) {
        audit::record(tx, {.name = "cli:root", .address = "192.0.2.1", .request_id = "r1"},
                      {.action = audit::Action::account_disabled,
                       .subject = UserId{i},
                       .room = RoomId{4},
                       .reason = "spam",
                       .details = {{"sessions_ended", 1}}});
      });
      if (i == 8) {
        const auto checkpoint = audit::take_checkpoint(world.pool, world.clock.now());
        audit::append_line(file(), checkpoint.text(world.keys));
      }
    }
  }

  std::string file() const { return world.config.data + "/checkpoints"; }

  /// One fault is found, in words that hold `what`; without checkpoints too, unless told.
  void expect_found(const std::string& what, bool by_chain_alone = true) {
    const auto found = faults(world, file());
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].find(what), std::string::npos) << found[0];
    EXPECT_EQ(faults(world).empty(), !by_chain_alone);
  }

  /// Computes every hash anew, as somebody who has read the source would.
  void rehash() {
    tamper(world, "DELETE FROM audit_log WHERE node_id <> 1");
    std::string previous = audit::chain_start();
    const auto rows = world.pool.read([](db::Tx& tx) {
      return tx.rows(
          [](const db::Row& from) {
            audit::Row row;
            from.into(row.node, row.pos, row.id, row.at, row.actor, row.action, row.subject_kind,
                      row.subject_id, row.room_id, row.reason, row.details, row.address,
                      row.request_id);
            return row;
          },
          "SELECT node_id, pos, id, at, actor, action, subject_kind, subject_id, room_id, reason, "
          "details, address, request_id FROM audit_log ORDER BY pos");
    });
    for (const auto& row : rows) {
      previous = audit::hash_after(previous, row);
      world.pool.read([&](db::Tx& tx) {
        tx.run("UPDATE audit_log SET hash = ? WHERE pos = ?", previous, row.pos);
      });
    }
  }

  World world;
};

TEST_F(AuditTampering, IsNotSeenWhereThereIsNone) {
  EXPECT_EQ(faults(world, file()), std::vector<std::string>{});
  audit::Evidence evidence(world.keys, server_tag(world));
  evidence.read(file());
  const auto chains = audit::verify(world.pool, evidence);
  ASSERT_EQ(chains.size(), 1u);
  EXPECT_EQ(chains[0].rows, 10u);
  EXPECT_EQ(chains[0].checked, 1u);
}

TEST_F(AuditTampering, OfEachColumnIsFound) {
  const std::vector<std::string> columns = world.pool.read([](db::Tx& tx) {
    return tx.rows([](const db::Row& row) { return row.get<std::string>(); },
                   "SELECT column_name FROM information_schema.columns WHERE table_schema = "
                   "DATABASE() AND table_name = 'audit_log' ORDER BY ordinal_position");
  });
  EXPECT_EQ(columns.size(), 14u);
  for (const auto& column : columns) {
    SCOPED_TRACE(column);
    const bool text = column == "actor" || column == "action" || column == "subject_kind" ||
                      column == "reason" || column == "details" || column == "address" ||
                      column == "request_id";
    const auto changed = column == "hash" ? "REVERSE(hash)"
                         : text           ? "CONCAT(" + column + ", 'x')"
                                          : column + " + 1000";
    world.pool.read([&](db::Tx& tx) {
      tx.run("UPDATE audit_log SET " + column + " = " + changed + " WHERE pos = 5");
    });
    const auto found = faults(world);
    // A row with another node's number breaks that chain as well.
    ASSERT_EQ(found.size(), column == "node_id" ? 2u : 1u);
    EXPECT_NE(found[0].find("row 5"), std::string::npos) << found[0];
    const auto back = column == "hash" ? "REVERSE(hash)"
                      : text           ? "LEFT(" + column + ", CHAR_LENGTH(" + column + ") - 1)"
                                       : column + " - 1000";
    world.pool.read([&](db::Tx& tx) {
      tx.run("UPDATE audit_log SET " + column + " = " + back + " WHERE subject_id IN (5, 1005)");
    });
    EXPECT_EQ(faults(world), std::vector<std::string>{});
  }
}

TEST_F(AuditTampering, ByNullIsFound) {
  tamper(world, "UPDATE audit_log SET reason = NULL WHERE pos = 3");
  expect_found("row 3 (id ");
}

TEST_F(AuditTampering, ByDeletingAMiddleRowIsFound) {
  tamper(world, "DELETE FROM audit_log WHERE pos = 4");
  expect_found("row 4 is missing");
}

TEST_F(AuditTampering, ByDeletingTheFirstRowsIsFound) {
  tamper(world, "DELETE FROM audit_log WHERE pos <= 3");
  expect_found("rows 1 to 3 are missing");
}

TEST_F(AuditTampering, BySwappingTwoRowsIsFound) {
  tamper(world, "UPDATE audit_log SET pos = 100 WHERE pos = 4");
  tamper(world, "UPDATE audit_log SET pos = 4 WHERE pos = 6");
  tamper(world, "UPDATE audit_log SET pos = 6 WHERE pos = 100");
  expect_found("row 4 ");
}

TEST_F(AuditTampering, ByARowBeforeTheFirstIsFound) {
  tamper(world,
         "INSERT INTO audit_log SELECT node_id, 0, id + 1, at, actor, action, subject_kind, "
         "subject_id, room_id, reason, details, address, request_id, hash FROM audit_log "
         "WHERE pos = 1");
  expect_found("stands before the first row");
}

TEST_F(AuditTampering, ByDeletingTheTailIsFoundWithACheckpoint) {
  tamper(world, "DELETE FROM audit_log WHERE pos > 6");
  expect_found("the chain ends at row 6, but row 8 is in the checkpoint of", false);
}

TEST_F(AuditTampering, ByDeletingEverythingIsFoundWithACheckpoint) {
  tamper(world, "DELETE FROM audit_log");
  expect_found("the chain ends at row 0", false);
}

TEST_F(AuditTampering, ByANewChainIsFoundWithACheckpoint) {
  tamper(world, "UPDATE audit_log SET actor = 'cli:eve' WHERE pos = 2");
  rehash();
  expect_found("row 8 is another than that of the checkpoint of", false);
}

TEST_F(AuditTampering, BehindARunningServerIsFoundByWhatItWritesNext) {
  tamper(world, "DELETE FROM audit_log WHERE pos > 8");
  world.person("ana");
  expect_found("rows 9 to 10 are missing");
}

TEST_F(AuditTampering, LeavesTheLogReadable) {
  tamper(world, "UPDATE audit_log SET details = 'no json\"', action = 'room.eaten' WHERE pos = 2");
  const auto found = entries(world);
  ASSERT_EQ(found.size(), 10u);
  EXPECT_EQ(found[8].details.text, R"({"unreadable":"no json?"})");
  EXPECT_EQ(found[8].action, "room.eaten");
}

}  // namespace
}  // namespace confab::test
