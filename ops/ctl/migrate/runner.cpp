#include "ops/ctl/migrate/runner.h"

#include "ops/ctl/failure.h"

namespace confab::ctl::migrate {
namespace {

db::Connection connect(const db::Address& address) {
  return db::Connection(address, {.select_database = false, .read_timeout_s = 0});
}

std::string quoted(const std::string& name) {
  std::string out = "`";
  for (const char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

void require_unchanged(const Migration& migration, const Applied& applied, std::size_t statements,
                       const std::string& checksum) {
  const bool finished = !applied.finished_at.empty();
  const bool fits = applied.statement <= migration.statements.size() &&
                    (!finished || statements == migration.statements.size()) &&
                    checksum == migration.checksum(applied.statement);
  if (fits) return;
  throw Failure(Exit::data, "the migration " + migration.name + " was changed after it was run",
                "restore the file as it was released, and put the change into a new migration");
}

}  // namespace

Runner::Runner(const db::Address& address, std::vector<Migration> migrations)
    : address_(address), migrations_(std::move(migrations)), connection_(connect(address)) {}

bool Runner::has_history() {
  bool found = false;
  connection_.each(
      "SELECT 1 FROM information_schema.tables "
      "WHERE table_schema = ? AND table_name = 'schema_migrations'",
      {address_.name}, [&](const db::Row&) { found = true; });
  return found;
}

std::vector<Applied> Runner::status() {
  std::vector<Applied> states(migrations_.size());
  if (!has_history()) return states;
  std::size_t expected = 1;
  connection_.each(
      "SELECT version, name, checksum, statement, statements, "
      "COALESCE(DATE_FORMAT(finished_at, '%Y-%m-%dT%H:%i:%sZ'), '') FROM " +
          quoted(address_.name) + ".schema_migrations ORDER BY version",
      {}, [&](const db::Row& row) {
        std::size_t version = 0;
        std::size_t statements = 0;
        std::string name;
        std::string checksum;
        Applied applied;
        row.into(version, name, checksum, applied.statement, statements, applied.finished_at);
        if (version > migrations_.size()) {
          throw Failure(Exit::config,
                        "the database is newer than this Confab: it has the migration " + name,
                        "install the release that made it, or a later one; there is no way back "
                        "but a backup");
        }
        if (version != expected++) {
          throw Failure(Exit::data, "the database lacks a migration before " + name,
                        "its history was altered by hand: restore schema_migrations");
        }
        require_unchanged(migrations_[version - 1], applied, statements, checksum);
        states[version - 1] = applied;
      });
  return states;
}

bool Runner::take_lock(unsigned patience_s) {
  bool taken = false;
  connection_.each("SELECT GET_LOCK(CONCAT('confab.migrate.', ?), ?)", {address_.name, patience_s},
                   [&](const db::Row& row) { taken = row.get<bool>(); });
  return taken;
}

void Runner::give_lock_back() noexcept {
  try {
    connection_.each("SELECT RELEASE_LOCK(CONCAT('confab.migrate.', ?))", {address_.name},
                     [](const db::Row&) {});
  } catch (const db::SqlError&) {
    // It goes with the connection.
  }
}

void Runner::create_missing() {
  bool there = false;
  connection_.each("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?",
                   {address_.name}, [&](const db::Row&) { there = true; });
  // A managed database may exist already and its account may not create one.
  if (!there) {
    connection_.command("CREATE DATABASE IF NOT EXISTS " + quoted(address_.name) +
                        " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  }
  connection_.command("USE " + quoted(address_.name));
  connection_.command(
      "CREATE TABLE IF NOT EXISTS schema_migrations ("
      "version INT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL, "
      "checksum CHAR(64) NOT NULL, statement INT UNSIGNED NOT NULL, "
      "statements INT UNSIGNED NOT NULL, started_at DATETIME(3) NOT NULL, "
      "finished_at DATETIME(3) NULL) ENGINE=InnoDB");
}

void Runner::up(const Watch& watch, unsigned patience_s) {
  if (!take_lock(0)) {
    watch(Step::waiting, nullptr, 0);
    if (!take_lock(patience_s)) {
      throw Failure(Exit::temporary, "another process is migrating this database",
                    "wait until it is done and try again");
    }
  }
  // Given back at once: the server notices a closed connection only a little later.
  const struct Unlock {
    Runner& runner;
    ~Unlock() { runner.give_lock_back(); }
  } unlock{*this};
  create_missing();
  const std::vector<Applied> states = status();
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].finished_at.empty()) run_one(migrations_[i], states[i].statement, watch);
  }
}

void Runner::run_one(const Migration& migration, std::size_t done, const Watch& watch) {
  connection_.run(
      "INSERT IGNORE INTO schema_migrations "
      "(version, name, checksum, statement, statements, started_at) "
      "VALUES (?, ?, ?, 0, ?, UTC_TIMESTAMP(3))",
      {migration.version, migration.name, migration.checksum(0), migration.statements.size()});
  for (; done < migration.statements.size(); ++done) {
    watch(Step::statement_begins, &migration, done);
    try {
      connection_.command(migration.statements[done]);
    } catch (const db::SqlError& error) {
      if (error.lost()) throw;
      throw Failure(Exit::data,
                    "the database refused statement " + std::to_string(done + 1) + " of " +
                        migration.name + " (MariaDB error " + std::to_string(error.number()) + ")",
                    "see the line above for its words; the next run goes on at this statement");
    }
    watch(Step::statement_ran, &migration, done);
    connection_.run(
        "UPDATE schema_migrations SET statement = ?, statements = ?, checksum = ? "
        "WHERE version = ?",
        {done + 1, migration.statements.size(), migration.checksum(done + 1), migration.version});
    watch(Step::statement_noted, &migration, done);
  }
  connection_.run(
      "UPDATE schema_migrations SET name = ?, finished_at = UTC_TIMESTAMP(3) WHERE version = ?",
      {migration.name, migration.version});
  watch(Step::finished, &migration, done);
}

}  // namespace confab::ctl::migrate
