#include "ops/ctl/run/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

#include "ops/ctl/failure.h"
#include "ops/ctl/run/log_file.h"

namespace confab::ctl::run {
namespace {

std::vector<std::string> merged_environment(const std::vector<std::string>& extra) {
  std::vector<std::string> merged = extra;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const std::string_view name = line.substr(0, line.find('=') + 1);
    bool replaced = false;
    for (const std::string& mine : extra) replaced = replaced || mine.starts_with(name);
    if (!replaced) merged.emplace_back(line);
  }
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (std::string& string : strings) out.push_back(string.data());
  out.push_back(nullptr);
  return out;
}

/// Between fork and exec.
[[noreturn]] void become(const Command& command, pid_t parent, int log, char** arguments,
                         char** environment) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(0);
  for (const int number : {SIGPIPE, SIGHUP, SIGINT, SIGTERM, SIGCHLD}) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(command.input >= 0 ? command.input : ::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  if (command.inherited >= 0) ::fcntl(command.inherited, F_SETFD, 0);
  ::execve(command.program.c_str(), arguments, environment);
  std::perror(command.program.c_str());
  ::_exit(127);
}

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

pid_t start(const Command& command) {
  std::vector<std::string> arguments{command.program.string()};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment = merged_environment(command.environment);
  const std::vector<char*> argument_list = pointers(arguments);
  const std::vector<char*> environment_list = pointers(environment);
  const int log = open_log(command.log);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(command, parent, log, const_cast<char**>(argument_list.data()),
           const_cast<char**>(environment_list.data()));
  }
  ::close(log);
  if (pid < 0) {
    throw Failure(Exit::temporary, with_errno("cannot start " + command.program.string()),
                  "free some memory, or raise the limit on processes");
  }
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return exit_code(status);
}

std::optional<Ended> take_ended() {
  siginfo_t info{};
  if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return {};
  // Before the reaping, while its number cannot belong to anybody else.
  ::kill(-info.si_pid, SIGKILL);
  return Ended{.pid = info.si_pid, .code = wait_for(info.si_pid)};
}

}  // namespace confab::ctl::run
