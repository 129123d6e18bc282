#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "api/base/log.h"
#include "ops/ctl/commands.h"
#include "ops/ctl/doctor/checks.h"
#include "ops/ctl/environment.h"
#include "ops/ctl/failure.h"

namespace confab::ctl {
namespace {

/// Settings as the running server has them, or as ours would make it start.
std::optional<Config> look_at_settings(doctor::Report& report, doctor::Running& running) {
  try {
    Config config = checked_config();
    running = doctor::running_on(config.data);
    if (running.api) {
      doctor::adopt_settings(*running.api);
      config = checked_config();
    }
    report.pass("settings",
                running.api ? "every one fits, as the running server has them" : "every one fits");
    return config;
  } catch (const Failure& failure) {
    report.fail("settings", failure.what(), failure.mend());
    return std::nullopt;
  }
}

void examine(const std::string& data, bool as_json) {
  // What a check runs into is in its line.
  log::start("confab", log::Level::off, false);
  if (!data.empty()) ::setenv("CONFAB_DATA", data.c_str(), 1);
  doctor::Report report;
  doctor::Running running;
  if (const auto config = look_at_settings(report, running)) {
    doctor::check_data(report, *config);
    doctor::check_server(report, *config, running);
    doctor::check_database(report, *config, running);
    doctor::check_machine(report, running);
  }
  (as_json ? doctor::print_json : doctor::print_text)(std::cout, report);
  std::cout.flush();
  if (const auto failures = report.failures(); failures != 0) {
    throw Failure(Exit::trouble,
                  std::to_string(failures) + (failures == 1 ? " check" : " checks") + " failed",
                  "follow the advice beside each");
  }
}

}  // namespace

void add_doctor(CLI::App& app) {
  auto* command = app.add_subcommand(
      "doctor", "Look at data, database, settings and machine; say what is wrong and how to mend");
  auto data = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  command->add_option("--data", *data, "Data folder, instead of CONFAB_DATA");
  command->add_flag("--json", *as_json, "For programs");
  command->callback([data, as_json] { examine(*data, *as_json); });
}

}  // namespace confab::ctl
