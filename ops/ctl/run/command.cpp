#include <CLI/CLI.hpp>
#include <memory>

#include "api/base/log.h"
#include "ops/ctl/commands.h"
#include "ops/ctl/environment.h"
#include "ops/ctl/run/supervisor.h"

namespace confab::ctl {

void add_run(CLI::App& app) {
  auto* command = app.add_subcommand(
      "run",
      "Start the database, the server and the worker, and keep them running until SIGTERM or "
      "Ctrl-C");
  auto database_only = std::make_shared<bool>(false);
  command->add_flag("--database-only", *database_only,
                    "Run nothing but the private database, for maintenance and tests");
  command->callback([database_only] {
    const Config config = checked_config();
    // The lines go to a file, so `auto` cannot mean text here.
    log::start("confab", config.log_level, config.log_format != "text");
    run::run(run::settle(config, *database_only));
  });
}

}  // namespace confab::ctl
