#pragma once

namespace CLI {
class App;
}

/// The commands of `confab`. Each function adds one subcommand whose callback does the work and
/// throws `Failure` when it cannot. A new command is a new file, a line here and one in main.cpp.
namespace confab::ctl {

void add_run(CLI::App& app);
void add_migrate(CLI::App& app);
void add_user(CLI::App& app);
void add_config(CLI::App& app);
void add_audit(CLI::App& app);
void add_doctor(CLI::App& app);

}  // namespace confab::ctl
