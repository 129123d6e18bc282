#include "ops/ctl/migrate/statements.h"

#include <gtest/gtest.h>

#include "ops/ctl/failure.h"

namespace confab::ctl::migrate {
namespace {

using List = std::vector<std::string>;

TEST(SplitStatements, EndsAtSemicolons) {
  EXPECT_EQ(split_statements("SELECT 1;\n\nSELECT\n 2 ; ;SELECT 3"),
            (List{"SELECT 1", "SELECT\n 2", "SELECT 3"}));
  EXPECT_EQ(split_statements(""), List{});
}

TEST(SplitStatements, LeavesStringsAndNamesWhole) {
  const List expected{R"(INSERT INTO `a;b` VALUES ('x;y', "q;'", 'it''s;', 'back\';slash'))",
                      "SELECT 1"};
  EXPECT_EQ(split_statements(expected[0] + ";" + expected[1] + ";"), expected);
}

TEST(SplitStatements, DropsComments) {
  EXPECT_EQ(split_statements("-- first; not a statement\nSELECT 1; # one; more\n/* two; */SELECT 2"
                             " /* inside ' */ , 3;--"),
            (List{"SELECT 1", "SELECT 2   , 3"}));
}

TEST(SplitStatements, KeepsWhatLooksLikeACommentButIsNot) {
  EXPECT_EQ(split_statements("SELECT '-- no', 5--1, '/*';"), (List{"SELECT '-- no', 5--1, '/*'"}));
  EXPECT_EQ(split_statements("CREATE TABLE IF NOT EXISTS t (a INT) /*M! ENGINE=InnoDB; */;"),
            (List{"CREATE TABLE IF NOT EXISTS t (a INT) /*M! ENGINE=InnoDB; */"}));
}

TEST(SplitStatements, RefusesWhatDoesNotEnd) {
  EXPECT_THROW(split_statements("SELECT 'open"), Failure);
  EXPECT_THROW(split_statements("SELECT `open"), Failure);
  EXPECT_THROW(split_statements("SELECT 1 /* open"), Failure);
  EXPECT_THROW(split_statements("SELECT 'open\\'"), Failure);
}

TEST(SplitStatements, RefusesDelimiter) {
  EXPECT_THROW(split_statements("DELIMITER //\nSELECT 1//"), Failure);
}

TEST(Repeatable, AcceptsWhatBearsARepetition) {
  for (const char* statement :
       {"CREATE TABLE IF NOT EXISTS t (a INT)", "create  table if not exists t (a INT)",
        "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a)", "DROP TABLE IF EXISTS t",
        "CREATE OR REPLACE VIEW v AS SELECT 1", "INSERT IGNORE INTO t VALUES (1)",
        "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1", "REPLACE INTO t VALUES (1)",
        "UPDATE t SET a = 2 WHERE a = 1", "DELETE FROM t WHERE a = 1",
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS b INT",
        "ALTER TABLE t\n  ADD COLUMN IF NOT EXISTS b DECIMAL(10, 2) DEFAULT 'x,y',\n"
        "  ADD INDEX IF NOT EXISTS i (a, b), DROP COLUMN IF EXISTS c, MODIFY a BIGINT",
        "ALTER TABLE t COMMENT 'words, and more', ROW_FORMAT=DYNAMIC"}) {
    EXPECT_EQ(why_not_repeatable(statement), "") << statement;
  }
}

TEST(Repeatable, RefusesWhatFailsOrDoublesTheSecondTime) {
  for (const char* statement :
       {"CREATE TABLE t (a INT)", "CREATE INDEX i ON t (a)", "DROP TABLE t",
        "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (' ON DUPLICATE KEY UPDATE ')",
        "UPDATE t SET a = a + 1", "ALTER TABLE t ADD COLUMN b INT",
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS b INT, DROP COLUMN c", "ALTER TABLE t RENAME TO u",
        "RENAME TABLE t TO u", "SET @a = 1", "TRUNCATE t", "CALL something()",
        "START TRANSACTION"}) {
    EXPECT_NE(why_not_repeatable(statement), "") << statement;
  }
}

}  // namespace
}  // namespace confab::ctl::migrate
