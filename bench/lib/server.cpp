#include "bench/lib/server.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "ops/ctl/environment.h"
#include "ops/ctl/run/process.h"

namespace confab::bench {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kReady = "Confab is ready at http://127.0.0.1:";

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The `confab` of this build, or another one to compare with it.
fs::path program() {
  const char* other = std::getenv("BENCH_PROGRAM");
  return other != nullptr ? other : CONFAB_PROGRAM;
}

bool has_ended(pid_t pid) {
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT);
  return ended.si_pid != 0;
}

}  // namespace

Server::Server(Options options) : options_(std::move(options)) {
  std::string pattern = (fs::temp_directory_path() / "confab-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  home_ = pattern;
  data_ = options_.data.empty() ? home_ / "data" : fs::absolute(options_.data);
}

Server::~Server() {
  if (pid_ != 0) stop();
  std::error_code none;
  fs::remove_all(home_, none);
}

void Server::start() {
  constexpr auto kPause = std::chrono::milliseconds(10);
  constexpr auto kPatience = std::chrono::minutes(5);
  ctl::run::Command command{.program = program(),
                            .arguments = {"run"},
                            .environment = options_.environment,
                            .log = home_ / "output"};
  for (const std::string& line :
       {"CONFAB_DATA=" + data_.string(), std::string("CONFAB_PORT=0"),
        std::string("CONFAB_BIND=127.0.0.1"), std::string("CONFAB_DATABASE_URL="),
        std::string("CONFAB_RATE_LIMITS=off"), std::string("CONFAB_LOG_FORMAT=json")}) {
    command.environment.push_back(line);
  }
  fs::remove(command.log);
  pid_ = ctl::run::start(command);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::string text;
  while (text.find(kReady) == std::string::npos) {
    if (has_ended(pid_) || std::chrono::steady_clock::now() > until) {
      throw std::runtime_error("Confab does not start: " + text);
    }
    std::this_thread::sleep_for(kPause);
    text = read_all(command.log);
  }
  port_ = std::stoi(text.substr(text.find(kReady) + kReady.size()));
}

void Server::stop() {
  ::kill(pid_, SIGTERM);
  ctl::run::wait_for(pid_);
  pid_ = 0;
}

pid_t Server::child(const std::string& name) const {
  const std::string task = "/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_);
  std::ifstream children(task + "/children");
  for (pid_t pid = 0; children >> pid;) {
    if (read_all("/proc/" + std::to_string(pid) + "/comm") == name + '\n') return pid;
  }
  return 0;
}

db::Connection Server::database() const {
  return {db::parse_address(ctl::database_url_of(data_)), {.read_timeout_s = 0}};
}

}  // namespace confab::bench
