#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace confab::ctl::run {

/// How to start a process.
struct Command {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  ///< `NAME=value`, on top of our own.
  std::filesystem::path log;             ///< Receives stdout and stderr.
  int inherited = -1;                    ///< Descriptor that stays open in the process.
  int input = -1;                        ///< Its stdin; nothing when negative.
};

/// Starts the process in a group of its own, so that a Ctrl-C in the terminal reaches the
/// supervisor alone and the order of shutdown is ours. It gets SIGTERM should we die.
/// Throws `Failure` when the system has no room for it.
pid_t start(const Command& command);

/// Waits for the process; its exit code, or 128 + signal.
int wait_for(pid_t pid);

/// A process of ours that has ended.
struct Ended {
  pid_t pid = 0;
  int code = 0;  ///< Exit code, or 128 + signal.
};
/// The next one, or nothing. What it left running in its group is killed, so that it does not
/// live on beside a successor.
std::optional<Ended> take_ended();

}  // namespace confab::ctl::run
