#include "api/base/config.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "ops/ctl/commands.h"
#include "ops/ctl/environment.h"

namespace confab::ctl {
namespace {

std::string shown(const std::string& value) { return value.empty() ? "(empty)" : value; }

void print_settings() {
  const Config config = checked_config();
  std::vector<std::string> present;
  for (const Setting& setting : settings()) present.push_back(setting.print(config));

  // Settings of other programs print what the environment says: without it, their default.
  for (const Setting& setting : settings()) ::unsetenv(std::string(setting.variable).c_str());
  const Config usual;
  std::size_t row = 0;
  for (const Setting& setting : settings()) {
    std::cout << setting.variable << " = " << shown(present[row]) << "\n    " << setting.meaning
              << ".\n    default: " << shown(setting.print(usual)) << "\n\n";
    ++row;
  }
}

}  // namespace

void add_config(CLI::App& app) {
  app.add_subcommand("config", "List every setting: its value, its meaning, its default")
      ->callback(print_settings);
}

}  // namespace confab::ctl
