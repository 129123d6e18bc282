#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "ops/ctl/commands.h"
#include "ops/ctl/environment.h"
#include "ops/ctl/failure.h"
#include "ops/ctl/migrate/runner.h"

namespace confab::ctl {
namespace {

using migrate::Applied;
using migrate::Migration;
using migrate::Step;

constexpr unsigned kPatienceS = 60;

migrate::Runner open_runner(std::vector<Migration> migrations) {
  const std::string url = database_url(checked_config());
  db::library_start();
  try {
    return {db::parse_address(url), std::move(migrations)};
  } catch (const db::SqlError&) {
    throw Failure(Exit::unavailable, "the database cannot be reached",
                  "start it (`confab run` does), or correct CONFAB_DATABASE_URL");
  }
}

void tell(Step step, const Migration* migration) {
  if (step == Step::waiting) {
    std::cerr << "another process is migrating this database; waiting up to " << kPatienceS
              << " s\n";
  } else if (step == Step::finished) {
    std::cout << "applied " << migration->name << std::endl;
  }
}

void up() {
  open_runner(migrate::load_migrations(migrate::migrations_folder()))
      .up([](Step step, const Migration* migration, std::size_t) { tell(step, migration); },
          kPatienceS);
}

void dry_run() {
  const auto migrations = migrate::load_migrations(migrate::migrations_folder());
  const auto states = open_runner(migrations).status();
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!states[i].finished_at.empty()) continue;
    std::cout << "-- " << migrations[i].name << '\n';
    for (std::size_t n = states[i].statement; n < migrations[i].statements.size(); ++n) {
      std::cout << migrations[i].statements[n] << ";\n";
    }
  }
}

std::string describe(const Migration& migration, const Applied& applied) {
  if (!applied.finished_at.empty()) return "applied " + applied.finished_at;
  if (applied.statement == 0) return "pending";
  return "stopped after statement " + std::to_string(applied.statement) + " of " +
         std::to_string(migration.statements.size());
}

void status() {
  const auto migrations = migrate::load_migrations(migrate::migrations_folder());
  const auto states = open_runner(migrations).status();
  for (std::size_t i = 0; i < states.size(); ++i) {
    std::cout << migrations[i].name << "  " << describe(migrations[i], states[i]) << '\n';
  }
}

void check(bool files_only) {
  const auto migrations = migrate::load_migrations(migrate::migrations_folder());
  if (files_only) return;
  std::size_t pending = 0;
  for (const Applied& applied : open_runner(migrations).status()) {
    pending += applied.finished_at.empty() ? 1 : 0;
  }
  if (pending == 0) return;
  throw Failure(Exit::config, std::to_string(pending) + " migrations have not been applied",
                "run `confab migrate up`");
}

}  // namespace

void add_migrate(CLI::App& app) {
  auto* migrate = app.add_subcommand("migrate", "Bring the database forward");
  migrate->require_subcommand(1);

  auto* up_command = migrate->add_subcommand("up", "Apply the migrations that are missing");
  auto only_print = std::make_shared<bool>(false);
  up_command->add_flag("--dry-run", *only_print, "Print the statements, change nothing");
  up_command->callback([only_print] { *only_print ? dry_run() : up(); });

  migrate->add_subcommand("status", "Show each migration and when it was applied")
      ->callback(status);

  auto* check_command = migrate->add_subcommand(
      "check", "Fail unless files are well-formed and the database has all of them, unchanged");
  auto files_only = std::make_shared<bool>(false);
  check_command->add_flag("--files", *files_only, "Look at the files only, not at the database");
  check_command->callback([files_only] { check(*files_only); });
}

}  // namespace confab::ctl
