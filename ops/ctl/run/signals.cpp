#include "ops/ctl/run/signals.h"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace confab::ctl::run {
namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&set, number);
  return set;
}

}  // namespace

Signals::Signals() {
  const sigset_t set = watched();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

Signals::~Signals() {
  ::close(fd_);
  const sigset_t set = watched();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

bool Signals::take_stop() const {
  bool stop = false;
  signalfd_siginfo info{};
  while (::read(fd_, &info, sizeof info) == sizeof info) stop = stop || info.ssi_signo != SIGCHLD;
  return stop;
}

StderrToFile::StderrToFile(int file)
    : console_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {
  ::dup2(file, STDERR_FILENO);
  ::close(file);
}

StderrToFile::~StderrToFile() {
  ::dup2(console_, STDERR_FILENO);
  ::close(console_);
}

}  // namespace confab::ctl::run
