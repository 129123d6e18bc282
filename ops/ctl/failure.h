#pragma once

#include <stdexcept>
#include <string>

namespace confab::ctl {

/// Exit codes of the command line, after sysexits.h.
enum class Exit : int {
  ok = 0,
  trouble = 1,  ///< The command did its work, and found something wrong.
  usage = 64,
  data = 65,
  unavailable = 69,
  internal = 70,
  cannot_create = 73,
  temporary = 75,
  permission = 77,
  config = 78,
};

/// Why a command stopped: what happened and why (the message), how to mend it, and the exit
/// code that says so to a script. `confab::Error` speaks to HTTP callers and has neither of the
/// last two; `main` is the one place that catches both.
class Failure : public std::runtime_error {
 public:
  Failure(Exit exit, const std::string& what_and_why, std::string mend)
      : std::runtime_error(what_and_why), exit_(exit), mend_(std::move(mend)) {}

  Exit exit() const noexcept { return exit_; }
  const std::string& mend() const noexcept { return mend_; }

 private:
  Exit exit_;
  std::string mend_;
};

/// `doing` with the text of the current errno, as in "cannot open x: Permission denied".
std::string with_errno(const std::string& doing);

}  // namespace confab::ctl
