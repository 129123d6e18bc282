#include <gtest/gtest.h>

#include "api/db/durability.h"
#include "api/db/pool.h"
#include "tests/db/support.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

TEST(Address, IsReadFromItsUrl) {
  const auto tcp = db::parse_address("mysql://an%40a:p%3Aw@db.example:3307/confab");
  EXPECT_EQ(tcp.user, "an@a");
  EXPECT_EQ(tcp.password, "p:w");
  EXPECT_EQ(tcp.host, "db.example");
  EXPECT_EQ(tcp.port, 3307u);
  EXPECT_EQ(tcp.name, "confab");
  const auto local = db::parse_address("mysql://root@localhost/confab?socket=/run/a%20b.sock");
  EXPECT_EQ(local.socket, "/run/a b.sock");
  EXPECT_EQ(local.port, 0u);

  for (const char* bad : {"", "postgres://a@b/c", "mysql://a@b", "mysql://a@b/", "mysql://a@b:x/c",
                          "mysql://a@b:99999/c", "mysql://a%zz@b/c", "mysql://a@b/c?ssl=1"}) {
    EXPECT_THROW(db::parse_address(bad), Error) << bad;
  }
}

class Connected : public testing::Test {
 protected:
  Connected() {
    connection.command(
        "CREATE TEMPORARY TABLE kept (id INT NOT NULL PRIMARY KEY, big BIGINT "
        "UNSIGNED NULL, small BIGINT NULL, text MEDIUMTEXT NULL) ENGINE=InnoDB");
  }
  Schema schema;
  db::Connection connection{schema.address(), {}};
};

struct Kept {
  std::optional<std::uint64_t> big;
  std::optional<std::int64_t> small;
  std::optional<std::string> text;
  bool operator==(const Kept&) const = default;
};

std::vector<Kept> read(db::Connection& connection) {
  std::vector<Kept> all;
  connection.each("SELECT big, small, text FROM kept ORDER BY id", {}, [&](const db::Row& row) {
    Kept kept;
    row.into(kept.big, kept.small, kept.text);
    all.push_back(std::move(kept));
  });
  return all;
}

std::vector<Kept> samples() {
  std::string binary("zero\0inside", 11);
  return {{18446744073709551615ULL, -9223372036854775807LL - 1, "\xF0\x9F\x90\xA7"},
          {0, 9223372036854775807LL, ""},
          {std::nullopt, std::nullopt, std::nullopt},
          {7, -1, binary},
          {8, 1, std::string(100'000, 'x')},
          {9, 2, "short again"}};
}

TEST_F(Connected, KeepsValuesAsTheyAre) {
  int id = 0;
  for (const auto& [big, small, text] : samples()) {
    connection.run("INSERT INTO kept (id, big, small, text) VALUES (?, ?, ?, ?)",
                   {++id, big, small, text});
  }
  EXPECT_EQ(read(connection), samples());
}

TEST_F(Connected, KeepsThemInBulkToo) {
  const auto all = samples();
  db::Values values;
  int id = 0;
  for (const auto& [big, small, text] : all) {
    values.insert(values.end(), {++id, big, small, text});
  }
  EXPECT_EQ(
      connection.bulk("INSERT INTO kept (id, big, small, text) VALUES (?, ?, ?, ?)", 4, values)
          .affected,
      all.size());
  EXPECT_EQ(read(connection), all);
  // The statement is used again with other sizes and kinds.
  EXPECT_EQ(connection
                .bulk("INSERT INTO kept (id, big, small, text) VALUES (?, ?, ?, ?)", 4,
                      {50, nullptr, nullptr, nullptr, 51, 5, nullptr, "x"})
                .affected,
            2u);
  EXPECT_EQ(read(connection).back(), (Kept{5, std::nullopt, "x"}));
}

TEST_F(Connected, ReadsInsideARead) {
  for (int id = 1; id <= 3; ++id) {
    connection.run("INSERT INTO kept (id, big) VALUES (?, ?)", {id, id});
  }
  int pairs = 0;
  connection.each("SELECT id FROM kept", {}, [&](const db::Row&) {
    connection.each("SELECT id, big FROM kept", {}, [&](const db::Row&) { ++pairs; });
  });
  EXPECT_EQ(pairs, 9);
}

TEST_F(Connected, TellsADuplicateFromOtherRefusals) {
  connection.run("INSERT INTO kept (id) VALUES (1)");
  try {
    connection.run("INSERT INTO kept (id) VALUES (1)");
    ADD_FAILURE();
  } catch (const db::SqlError& error) {
    EXPECT_TRUE(error.duplicate());
    EXPECT_FALSE(error.lost());
    EXPECT_FALSE(error.retryable());
    EXPECT_EQ(std::string(error.what()).find("kept"), std::string::npos);
  }
  try {
    connection.run("SELEKT 1");
    ADD_FAILURE();
  } catch (const db::SqlError& error) {
    EXPECT_EQ(error.code(), Code::internal);
    EXPECT_FALSE(error.duplicate());
  }
  EXPECT_FALSE(connection.lost());
}

TEST_F(Connected, RefusesWhatWouldBeCutOff) {
  connection.command("CREATE TEMPORARY TABLE narrow (text VARCHAR(3) NOT NULL)");
  EXPECT_THROW(connection.run("INSERT INTO narrow (text) VALUES (?)", {"four"}), db::SqlError);
}

TEST(Placeholders, AreFewDifferentOnes) {
  EXPECT_EQ(db::placeholders(3), "?,?,?");
  EXPECT_EQ(db::padded(std::vector<std::uint64_t>{1, 2, 3}).size(), 4u);
  EXPECT_EQ(db::padded(std::vector<std::uint64_t>{1, 2, 3}).back().integer(), 3);
  EXPECT_EQ(db::padded(std::vector<std::uint64_t>{}).size(), 0u);
}

TEST(Pool, ReplacesADeadConnection) {
  const Schema schema;
  db::Pool pool(schema.address(), 1);
  const auto id =
      pool.read([](db::Tx& tx) { return tx.value<std::uint64_t>("SELECT CONNECTION_ID()"); });
  db::Connection(schema.address(), {}).command("KILL " + std::to_string(id.value()));

  const auto again =
      pool.read([](db::Tx& tx) { return tx.value<std::uint64_t>("SELECT CONNECTION_ID()"); });

  EXPECT_NE(again, id);
}

TEST(Pool, SnapshotSeesOneMoment) {
  const Schema schema;
  make_things(schema.address());
  db::Pool pool(schema.address(), 2);
  db::Connection other(schema.address(), {});

  pool.snapshot([&](db::Tx& tx) {
    EXPECT_FALSE(has_thing(tx, 1));
    other.run("INSERT INTO things (id) VALUES (1)");
    EXPECT_FALSE(has_thing(tx, 1));
    return 0;
  });
  EXPECT_TRUE(pool.read([](db::Tx& tx) { return has_thing(tx, 1); }));
}

TEST(Pool, LetsWaitAndThenRefuses) {
  const Schema schema;
  db::Pool pool(schema.address(), 1);
  std::binary_semaphore taken{0}, release{0};
  std::thread other([&] {
    pool.read([&](db::Tx&) {
      taken.release();
      release.acquire();
      return 0;
    });
    db::thread_end();
  });
  taken.acquire();
  try {
    pool.read([](db::Tx&) { return 0; });
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::unavailable);
  }
  release.release();
  other.join();
  EXPECT_EQ(pool.read([](db::Tx&) { return 1; }), 1);
}

TEST(Pool, SaysThatTheDatabaseIsNotThere) {
  db::Pool pool({.user = "x", .host = "localhost", .name = "x", .socket = "/nonexistent/db.sock"},
                1);
  for (int tries = 0; tries < 2; ++tries) {
    try {
      pool.read([](db::Tx&) { return 0; });
      ADD_FAILURE();
    } catch (const db::SqlError& error) {
      EXPECT_TRUE(error.lost());
      EXPECT_EQ(error.code(), Code::unavailable);
    }
  }
}

TEST(Durability, IsDemandedByName) {
  DatabaseServer fast(DatabaseServer::Commits::fast);
  const Schema schema(fast);
  db::Pool pool(schema.address(), 1);
  try {
    pool.read([](db::Tx& tx) { db::require_durable(tx, false); });
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("innodb_flush_log_at_trx_commit is 0, must be 1"),
              std::string::npos)
        << error.what();
  }
  EXPECT_NO_THROW(pool.read([](db::Tx& tx) { db::require_durable(tx, true); }));
}

TEST(Durability, IsWhatTheSupervisorsDatabaseHas) {
  DatabaseServer durable(DatabaseServer::Commits::durable);
  const Schema schema(durable);
  db::Pool pool(schema.address(), 1);
  EXPECT_NO_THROW(pool.read([](db::Tx& tx) { db::require_durable(tx, false); }));
}

}  // namespace
}  // namespace confab::test
