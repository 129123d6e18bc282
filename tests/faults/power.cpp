#include "tests/faults/power.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "ops/ctl/run/process.h"
#include "tests/flow/instance.h"

namespace confab::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

bool is_mounted(const fs::path& folder) {
  constexpr long kFuse = 0x65735546;
  struct statfs found {};
  return ::statfs(folder.c_str(), &found) == 0 && found.f_type == kFuse;
}

fs::path beside(const fs::path& mountpoint, const char* suffix) {
  return mountpoint.string() + suffix;
}

}  // namespace

std::string PowerDisk::why_not() {
  static const std::string reason = []() -> std::string {
    const int device = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (device < 0) return "/dev/fuse cannot be opened";
    ::close(device);
    std::string pattern = (fs::temp_directory_path() / "confab-power-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return "there is no temporary folder";
    std::string why;
    try {
      PowerDisk disk(fs::path(pattern) / "disk", {});
    } catch (const std::runtime_error& refusal) {
      why = refusal.what();
    }
    fs::remove_all(pattern);
    return why;
  }();
  return reason;
}

PowerDisk::PowerDisk(fs::path mountpoint, Options options)
    : mountpoint_(std::move(mountpoint)), options_(options) {
  fs::create_directories(mountpoint_);
  fs::create_directories(beside(mountpoint_, ".platter"));
  mount();
}

PowerDisk::~PowerDisk() {
  detach();
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ctl::run::wait_for(pid_);
}

void PowerDisk::detach() const {
  if (::umount2(mountpoint_.c_str(), MNT_DETACH) == 0) return;
  // An ordinary user is helped by a setuid program.
  const fs::path log = beside(mountpoint_, ".unmount");
  ctl::run::wait_for(ctl::run::start({.program = "/usr/bin/fusermount3",
                                      .arguments = {"-u", "-z", mountpoint_.string()},
                                      .environment = {},
                                      .log = log}));
}

void PowerDisk::mount(std::optional<std::uint64_t> seed) {
  if (pid_ != 0) throw std::logic_error("its power is on");
  if (was_cut_) detach();
  was_cut_ = false;
  const fs::path log = beside(mountpoint_, ".log");
  ctl::run::Command command{
      .program = CONFAB_POWER_FS,
      .arguments = {beside(mountpoint_, ".platter").string(), mountpoint_.string()},
      .environment = {},
      .log = log};
  if (options_.size != 0) command.arguments.push_back("--size=" + std::to_string(options_.size));
  command.arguments.push_back("--sync-us=" + std::to_string(options_.sync_us));
  if (seed) command.arguments.push_back("--seed=" + std::to_string(*seed));
  fs::remove(log);
  pid_ = ctl::run::start(command);
  const bool mounted = eventually(10s, [&] {
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    return ended.si_pid != 0 || is_mounted(mountpoint_);
  });
  if (mounted && is_mounted(mountpoint_)) return;
  ::kill(pid_, SIGKILL);
  ctl::run::wait_for(pid_);
  pid_ = 0;
  std::ifstream said(log);
  throw std::runtime_error("no disk at " + mountpoint_.string() + ": " +
                           std::string(std::istreambuf_iterator<char>(said), {}));
}

void PowerDisk::cut() {
  ::kill(pid_, SIGUSR1);
  ctl::run::wait_for(pid_);
  pid_ = 0;
  was_cut_ = true;
}

}  // namespace confab::test
