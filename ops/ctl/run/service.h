#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ops/ctl/run/process.h"

namespace confab::ctl::run {

using Moment = std::chrono::steady_clock::time_point;

/// A process that is kept running. The supervisor calls in with the time; nothing here waits.
class Service {
 public:
  Service(std::string name, Command command)
      : name_(std::move(name)), command_(std::move(command)) {}

  const std::string& name() const noexcept { return name_; }
  const std::filesystem::path& log() const noexcept { return command_.log; }
  pid_t pid() const noexcept { return pid_; }  ///< 0: not running.
  bool running() const noexcept { return pid_ > 0; }
  bool stopping() const noexcept { return stopping_; }
  /// How often it ended by itself without having run well since.
  int failures() const noexcept { return failures_; }

  /// Starts it now.
  void start(Moment now);
  /// Takes note that it ended. Unless it is stopping, a new start becomes due.
  void ended(int code, Moment now);
  /// SIGTERM now; SIGKILL once `patience` is over. No restart after this.
  void stop(Moment now, std::chrono::seconds patience);
  /// Does what has become due: a start or a kill.
  void tick(Moment now);
  /// When `tick` should be called next, if ever.
  std::optional<Moment> due() const noexcept { return due_; }

 private:
  const std::string name_;
  const Command command_;
  pid_t pid_ = 0;
  bool stopping_ = false;
  int failures_ = 0;
  Moment started_;
  std::optional<Moment> due_;  ///< Of the next start, or of the kill when stopping.
};

}  // namespace confab::ctl::run
