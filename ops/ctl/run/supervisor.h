#pragma once

#include "ops/ctl/run/settings.h"

namespace confab::ctl::run {

/// Runs Confab until SIGTERM, SIGINT or SIGHUP and returns when every process has ended.
///
/// Order up: mariadbd, migrations, then server and worker; down: server, worker, mariadbd, each
/// with SIGTERM and, 10 s later, SIGKILL. What dies in between is started again: at once, then
/// after 0.1 to 1.5 s when it keeps dying. Standard output gets one line, when the server is
/// ready; everything else goes to files in `<data>/log`.
///
/// Throws `Failure` when the data folder is in use, a migration is refused, or a process keeps
/// failing before the server was ready once.
void run(const Settings& settings);

}  // namespace confab::ctl::run
