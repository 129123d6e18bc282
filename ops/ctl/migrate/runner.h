#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/db/connection.h"
#include "ops/ctl/migrate/migration.h"

namespace confab::ctl::migrate {

/// How far a migration has come in a database.
struct Applied {
  std::size_t statement = 0;  ///< How many of its statements have been run.
  std::string finished_at;    ///< Empty while it is not finished.
};

/// Points of a run, for telling a person.
enum class Step { waiting, statement_begins, statement_ran, statement_noted, finished };
using Watch = std::function<void(Step, const Migration*, std::size_t statement)>;

/// Brings a database forward, one statement after the other.
///
/// Progress is a row of `schema_migrations`, written after each statement, because MariaDB
/// commits at every change of a table. A run that was killed goes on at the statement that was
/// in flight. What has been run must still be what the files say: see `Migration::checksum`.
class Runner {
 public:
  /// Connects to the server, not yet to the database, which need not be there.
  Runner(const db::Address& address, std::vector<Migration> migrations);

  /// State per migration, in order; changes nothing. Throws `Failure`: config when the database
  /// is newer than these migrations, data when one that was run has been changed since.
  std::vector<Applied> status();

  /// Runs what is missing. Waits up to `patience_s` for another runner, then throws `Failure`
  /// (temporary). Throws as `status` does, and `Failure` for a statement that was refused.
  void up(const Watch& watch, unsigned patience_s);

 private:
  bool take_lock(unsigned patience_s);
  void give_lock_back() noexcept;
  void create_missing();
  bool has_history();
  void run_one(const Migration& migration, std::size_t done, const Watch& watch);

  const db::Address address_;
  const std::vector<Migration> migrations_;
  db::Connection connection_;
};

}  // namespace confab::ctl::migrate
