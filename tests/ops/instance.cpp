#include "tests/ops/instance.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "ops/ctl/run/port.h"
#include "ops/ctl/run/process.h"

namespace confab::ctl::run {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr const char* kReady = "Confab is ready at http://127.0.0.1:";

}  // namespace

Instance::Instance(const std::string& below) {
  std::string pattern = (fs::temp_directory_path() / "confab-run-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  home_ = pattern;
  data_ = home_ / below;
}

Instance::~Instance() {
  if (pid_ != 0) {
    signal(SIGTERM);
    wait();
  }
  all_gone(20s);
  fs::remove_all(home_);
}

void Instance::launch(const std::vector<std::string>& extra, const fs::path& program) {
  Command command{
      .program = program, .arguments = {"run"}, .environment = extra, .log = home_ / "output"};
  for (const std::string& usual : {"CONFAB_DATA=" + data_.string(), std::string("CONFAB_PORT=0"),
                                   std::string("CONFAB_BIND=127.0.0.1")}) {
    const bool given = std::any_of(extra.begin(), extra.end(), [&](const std::string& one) {
      return one.starts_with(usual.substr(0, usual.find('=') + 1));
    });
    if (!given) command.environment.push_back(usual);
  }
  fs::remove(command.log);
  pid_ = start(command);
}

bool Instance::wait_until_ready() const {
  eventually(60s, [&] { return ended() || output().find(kReady) != std::string::npos; });
  return output().find(kReady) != std::string::npos;
}

bool Instance::ended() const {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid != 0;
}

void Instance::launch_and_wait() {
  launch();
  if (!wait_until_ready()) throw std::runtime_error("not ready: " + output());
}

void Instance::signal(int number) const { ::kill(pid_, number); }

int Instance::wait() {
  eventually(45s, [&] { return ended(); });
  // Does nothing to one that has ended; one that hangs must not hang the test.
  signal(SIGKILL);
  const int code = wait_for(pid_);
  pid_ = 0;
  return code;
}

std::map<std::string, pid_t> Instance::children() const {
  std::map<std::string, pid_t> found;
  const fs::path task = "/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_);
  std::ifstream list(task / "children");
  for (pid_t pid = 0; list >> pid;) {
    std::string name = read_all("/proc/" + std::to_string(pid) + "/comm");
    if (!name.empty()) name.pop_back();
    found[name] = pid;
  }
  return found;
}

bool Instance::all_gone(std::chrono::milliseconds patience) const {
  const fs::path path = data_ / "processes.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return true;
  const bool gone = eventually(patience, [&] { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; });
  ::close(fd);
  return gone;
}

bool Instance::answers(std::chrono::milliseconds patience) const {
  return eventually(patience, [&] { return http_status("127.0.0.1", port(), "/readyz") == 200; });
}

std::string Instance::output() const { return read_all(home_ / "output"); }

std::string Instance::log(const std::string& name) const {
  return read_all(data_ / "log" / (name + ".log"));
}

int Instance::port() const {
  const std::string text = output();
  const auto at = text.find(kReady);
  return at == std::string::npos ? 0 : std::stoi(text.substr(at + std::string(kReady).size()));
}

}  // namespace confab::ctl::run
