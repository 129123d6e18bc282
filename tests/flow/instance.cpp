#include "tests/flow/instance.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "ops/ctl/environment.h"
#include "ops/ctl/run/process.h"

namespace confab::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::string_view kReady = "Confab is ready at http://127.0.0.1:";

/// Empty also for a process that ends while one looks.
std::string read_all(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::map<std::string, std::string> take_choices() {
  std::map<std::string, std::string> taken;
  for (const char* variable :
       {"CONFAB_SAMPLES", "CONFAB_FAULT_CYCLES", "CONFAB_FAULT_POWER_CUTS", "CONFAB_FAULT_SEED"}) {
    if (const char* value = std::getenv(variable)) taken[variable] = value;
    ::unsetenv(variable);
  }
  return taken;
}

/// A zombie that its stopped supervisor has not buried yet is dead enough.
bool is_dead(pid_t pid) {
  const std::string text = read_all("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = text.rfind(')');
  return name_end == std::string::npos || text.substr(name_end, 3) == ") Z";
}

const char* process_name(Part part) {
  switch (part) {
    case Part::api:
      return "confab-api";
    case Part::worker:
      return "confab-worker";
    case Part::database:
      return "mariadbd";
  }
  return "";
}

}  // namespace

std::string choice(const std::string& variable) {
  static const std::map<std::string, std::string> choices = take_choices();
  const auto found = choices.find(variable);
  return found == choices.end() ? "" : found->second;
}

Instance::Instance(Options options) : options_(std::move(options)) {
  std::string pattern = (fs::temp_directory_path() / "confab-flow-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  home_ = pattern;
  data_ = home_ / "data";
}

Instance::~Instance() {
  if (pid_ != 0) {
    ::kill(pid_, SIGCONT);
    signal(Part::database, SIGCONT);
    stop();
  }
  all_gone(20s);
  if (testing::Test::HasFailure() || std::uncaught_exceptions() > 0) {
    std::cout << "What it left behind is in " << home_.string() << std::endl;
    return;
  }
  std::error_code none;
  fs::remove_all(home_, none);
}

void Instance::start() {
  choice("");
  ctl::run::Command command{
      .program = options_.program.empty() ? fs::path(CONFAB_PROGRAM) : options_.program,
      .arguments = {"run"},
      .environment = options_.environment,
      .log = home_ / "output"};
  const std::initializer_list<std::string> usual{
      "CONFAB_DATA=" + data_.string(),  "CONFAB_PORT=" + std::to_string(options_.port),
      "CONFAB_BIND=127.0.0.1",          "CONFAB_DATABASE_URL=",
      "CONFAB_RATE_LIMITS=off",         "CONFAB_LOG_FORMAT=json",
      "CONFAB_PASSWORD_MEMORY_KIB=8192"};
  command.environment.insert(command.environment.end(), usual);
  fs::remove(command.log);
  pid_ = ctl::run::start(command);
  const bool said = eventually(60s, [&] {
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    return ended.si_pid != 0 || output().find(kReady) != std::string::npos;
  });
  const std::string text = output();
  const auto at = text.find(kReady);
  if (!said || at == std::string::npos) throw std::runtime_error("not ready: " + text);
  port_ = std::stoi(text.substr(at + kReady.size()));
}

int Instance::stop() {
  if (pid_ == 0) return 0;
  ::kill(pid_, SIGTERM);
  const int code = ctl::run::wait_for(pid_);
  pid_ = 0;
  return code;
}

void Instance::kill_all() {
  const std::array<pid_t, 3> parts = {pid(Part::api), pid(Part::worker), pid(Part::database)};
  ::kill(pid_, SIGKILL);
  ctl::run::wait_for(pid_);
  pid_ = 0;
  for (const pid_t part : parts) {
    if (part <= 0) continue;
    ::kill(part, SIGKILL);
    if (!eventually(10s, [&] { return is_dead(part); })) {
      throw std::runtime_error("does not die: process " + std::to_string(part));
    }
  }
}

pid_t Instance::pid(Part part) const {
  const std::string task = "/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_);
  std::ifstream children(task + "/children");
  for (pid_t pid = 0; children >> pid;) {
    if (read_all("/proc/" + std::to_string(pid) + "/comm") ==
        std::string(process_name(part)) + '\n') {
      return pid;
    }
  }
  return 0;
}

void Instance::signal(Part part, int number) const {
  if (const pid_t found = pid(part); found > 0) ::kill(found, number);
}

void Instance::signal_supervisor(int number) const { ::kill(pid_, number); }

void Instance::kill(Part part) const {
  const pid_t victim = pid(part);
  if (victim <= 0) throw std::runtime_error(std::string("nothing to kill: ") + process_name(part));
  ::kill(victim, SIGKILL);
  const bool gone = eventually(10s, [&] { return is_dead(victim); });
  if (!gone) throw std::runtime_error(std::string("does not die: ") + process_name(part));
}

bool Instance::ready(std::chrono::milliseconds patience) const {
  return eventually(patience, [&] {
    try {
      return client().get("/readyz").status == 200;
    } catch (const std::runtime_error&) {
      return false;
    }
  });
}

bool Instance::all_gone(std::chrono::milliseconds patience) const {
  const int lock = ::open((data_ / "processes.lock").c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0) return true;
  const bool gone = eventually(patience, [&] { return ::flock(lock, LOCK_EX | LOCK_NB) == 0; });
  ::close(lock);
  return gone;
}

db::Connection Instance::database() const {
  return {db::parse_address(ctl::database_url_of(data_)), {}};
}

std::string Instance::output() const { return read_all(home_ / "output"); }

std::string Instance::log(const std::string& name) const {
  return read_all(data_ / "log" / (name + ".log"));
}

}  // namespace confab::test
