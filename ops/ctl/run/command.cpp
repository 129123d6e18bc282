#include <CLI/CLI.hpp>

#include "api/base/log.h"
#include "ops/ctl/commands.h"
#include "ops/ctl/environment.h"
#include "ops/ctl/run/supervisor.h"

namespace confab::ctl {

void add_run(CLI::App& app) {
  app.add_subcommand("run",
                     "Start the database, the server and the worker, and keep them running until "
                     "SIGTERM or Ctrl-C")
      ->callback([] {
        const Config config = checked_config();
        // The lines go to a file, so `auto` cannot mean text here.
        log::start("confab", config.log_level, config.log_format != "text");
        run::run(run::settle(config));
      });
}

}  // namespace confab::ctl
