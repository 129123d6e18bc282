#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "api/base/clock.h"
#include "ops/ctl/doctor/checks.h"

namespace confab::ctl::doctor {

namespace {

void check_clock(Report& report) {
  constexpr int kFirstYear = 2025;
  constexpr int kLastYear = 2100;
  const std::string now = to_rfc3339(SystemClock().now());
  const int year = std::stoi(now.substr(0, 4));
  if (year >= kFirstYear && year <= kLastYear) {
    report.pass("clock", now);
  } else {
    report.fail("clock", now, "set it by a time server (chrony, systemd-timesyncd)");
  }
}

/// Of the running server; else what `confab run` would raise its own to.
std::uint64_t file_limit(const Running& running) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (!running.api) return limit.rlim_max;
  std::ifstream file("/proc/" + std::to_string(*running.api) + "/limits");
  constexpr std::string_view kRow = "Max open files";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kRow)) continue;
    std::istringstream columns(line.substr(kRow.size()));
    std::uint64_t soft = 0;
    return columns >> soft ? soft : std::numeric_limits<std::uint64_t>::max();
  }
  return limit.rlim_cur;
}

void check_file_limit(Report& report, const Running& running) {
  constexpr std::uint64_t kWanted = 20'000;
  const std::uint64_t limit = file_limit(running);
  const std::string found =
      limit > (1U << 30) ? "no limit" : std::to_string(limit) + ", 10,000 streams want 20000";
  if (limit >= kWanted) {
    report.pass("open files", found);
  } else {
    report.warn("open files", found,
                "raise nofile in /etc/security/limits.conf, or LimitNOFILE= of the service");
  }
}

void check_backlog(Report& report) {
  constexpr int kWanted = 1024;
  std::ifstream file("/proc/sys/net/core/somaxconn");
  int backlog = 0;
  if (!(file >> backlog)) return;
  const std::string found = std::to_string(backlog) + " connections may wait to be taken";
  if (backlog >= kWanted) {
    report.pass("somaxconn", found);
  } else {
    report.warn("somaxconn", found, "sysctl -w net.core.somaxconn=4096");
  }
}

/// The memory that is left, in MB: of the machine, or of our control group when that is less.
std::int64_t available_mb() {
  std::int64_t available = 0;
  std::ifstream all("/proc/meminfo");
  for (std::string line; std::getline(all, line);) {
    std::sscanf(line.c_str(), "MemAvailable: %ld kB", &available);
  }
  std::int64_t most = 0;
  std::int64_t used = 0;
  std::ifstream limit("/sys/fs/cgroup/memory.max");
  std::ifstream usage("/sys/fs/cgroup/memory.current");
  if (limit >> most && usage >> used) available = std::min(available, (most - used) / 1024);
  return available / 1024;
}

void check_memory(Report& report, const Running& running) {
  const std::int64_t wanted = running.api ? 128 : 256;
  const std::int64_t available = available_mb();
  const std::string found = std::to_string(available) + " MB are available";
  if (available >= wanted) {
    report.pass("memory", found);
  } else {
    report.warn("memory", found + ", " + std::to_string(wanted) + " are wanted",
                "end other programs, or give the machine more");
  }
}

}  // namespace

void check_machine(Report& report, const Running& running) {
  check_clock(report);
  check_file_limit(report, running);
  check_backlog(report);
  check_memory(report, running);
}

}  // namespace confab::ctl::doctor
