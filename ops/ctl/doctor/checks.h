#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "api/base/config.h"
#include "ops/ctl/doctor/report.h"

/// What `confab doctor` looks at. No check changes anything, and none waits longer than
/// a few seconds.
namespace confab::ctl::doctor {

/// The processes that serve a data folder.
struct Running {
  std::optional<pid_t> supervisor, api, worker;
};

/// Found by the locks that they hold open, without touching those.
Running running_on(const std::string& data);
/// Takes over the settings of a process, to look at what it really uses.
void adopt_settings(pid_t process);

/// The folder, its file system, room on it, the server's key and other secrets.
void check_data(Report& report, const Config& config);
/// Supervisor, server and worker; the port and who answers on it; the browser's files.
void check_server(Report& report, const Config& config, const Running& running);
/// Reachable, version, durability settings, migrations, clock, newest event.
void check_database(Report& report, const Config& config, const Running& running);
/// Clock, limits of the kernel and of processes, memory.
void check_machine(Report& report, const Running& running);

}  // namespace confab::ctl::doctor
