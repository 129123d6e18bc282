#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/base/clock.h"
#include "api/db/connection.h"
#include "api/db/durability.h"
#include "ops/ctl/doctor/checks.h"
#include "ops/ctl/environment.h"
#include "ops/ctl/failure.h"
#include "ops/ctl/migrate/runner.h"

namespace confab::ctl::doctor {

namespace {

constexpr std::chrono::seconds kPatience{4};

void check_version(Report& report, db::Tx& tx) {
  constexpr int kMajor = 10;
  constexpr int kMinor = 11;
  const std::string version = tx.value<std::string>("SELECT VERSION()").value_or("");
  int major = 0;
  int minor = 0;
  const char* const end = version.data() + version.size();
  const auto [dot, error] = std::from_chars(version.data(), end, major);
  if (error == std::errc() && dot != end) std::from_chars(dot + 1, end, minor);
  const bool maria = version.find("MariaDB") != std::string::npos;
  if (maria && (major > kMajor || (major == kMajor && minor >= kMinor))) {
    report.pass("database version", version);
  } else {
    report.fail("database version", version, "Confab needs MariaDB 10.11 or later");
  }
}

void check_durability(Report& report, db::Tx& tx, bool unsafe) {
  for (const auto& [variable, value, wanted, fits] : db::durability(tx)) {
    const std::string check = "database " + variable;
    const std::string found = value.empty() ? "not there" : value;
    const std::string advice =
        "set " + variable + " to " + wanted + " in the database's configuration and restart it";
    if (fits) {
      report.pass(check, found);
    } else if (unsafe) {
      report.warn(check, found + ", accepted by CONFAB_UNSAFE_DURABILITY", advice);
    } else {
      report.fail(check, found + ", must be " + wanted, advice);
    }
  }
}

/// True when every table is there.
bool check_migrations(Report& report, const db::Address& address, const Running& running) {
  const std::string check = "migrations";
  try {
    const auto migrations = migrate::load_migrations(migrate::migrations_folder());
    std::size_t pending = 0;
    for (const auto& applied : migrate::Runner(address, migrations).status()) {
      pending += applied.finished_at.empty() ? 1 : 0;
    }
    if (pending == 0) {
      report.pass(check, "all " + std::to_string(migrations.size()) + " are applied");
      return true;
    }
    const std::string found = std::to_string(pending) + " are not applied";
    if (running.api) {
      report.fail(check, found, "restart Confab, or run `confab migrate up`");
    } else {
      report.warn(check, found, "the next start of `confab run` applies them");
    }
  } catch (const Failure& failure) {
    report.fail(check, failure.what(), failure.mend());
  }
  return false;
}

void check_database_clock(Report& report, db::Tx& tx) {
  const std::int64_t before = SystemClock().now().ms;
  const auto theirs =
      tx.value<std::int64_t>("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)").value_or(0);
  const std::int64_t apart = std::abs(theirs - before);
  const std::string found = std::to_string(apart) + " ms from this machine's";
  if (apart <= 2 * kSecond) {
    report.pass("database clock", found);
  } else {
    report.fail("database clock", found,
                "set both clocks by one time server (chrony, systemd-timesyncd)");
  }
}

/// A clock that was set back shows as events from the future.
void check_newest_event(Report& report, db::Tx& tx) {
  const auto newest = tx.value<std::int64_t>(
      "SELECT COALESCE(MAX(e.at), 0) FROM nodes n JOIN events e ON e.node_id = n.id AND e.pos = "
      "(SELECT MAX(pos) FROM events WHERE node_id = n.id)");
  const Time at{newest.value_or(0)};
  if (at.ms == 0) {
    report.pass("newest event", "none yet");
  } else if (at - SystemClock().now() > 5 * kSecond) {
    report.fail("newest event", "at " + to_rfc3339(at) + ", which is still to come",
                "the clock was set back, or was wrong before: set it right, by a time server");
  } else {
    report.pass("newest event", "at " + to_rfc3339(at));
  }
}

void examine(Report& report, const Config& config, const Running& running,
             const db::Address& address, db::Connection& connection) {
  db::Tx tx(connection);
  check_version(report, tx);
  check_durability(report, tx, config.unsafe_durability);
  check_database_clock(report, tx);
  if (!check_migrations(report, address, running)) return;
  db::Connection inside(address, {});
  db::Tx reading(inside);
  check_newest_event(report, reading);
}

}  // namespace

void check_database(Report& report, const Config& config, const Running& running) {
  const std::string check = "database";
  const bool is_private =
      config.database_url.empty() || config.database_url == database_url_of(config.data);
  if (is_private && !running.supervisor) {
    report.warn(check, "not running, as Confab is not",
                "start Confab and ask again, to have the database looked at");
    return;
  }
  db::library_start();
  const db::Deadline deadline(std::chrono::steady_clock::now() + kPatience);
  try {
    const db::Address address = db::parse_address(database_url(config));
    db::Connection connection(address, {.select_database = false});
    report.pass(check, is_private ? "the private one answers" : "answers");
    examine(report, config, running, address, connection);
  } catch (const db::SqlError& error) {
    report.fail(check, "does not answer (MariaDB error " + std::to_string(error.number()) + ")",
                is_private ? "see " + config.data + "/log/mariadbd.log"
                           : "start it, or correct CONFAB_DATABASE_URL");
  } catch (const Error& error) {
    report.fail(check, error.what(), "correct CONFAB_DATABASE_URL");
  }
}

}  // namespace confab::ctl::doctor
