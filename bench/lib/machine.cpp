#include "bench/lib/machine.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "api/base/calls.h"

namespace confab::bench {

namespace {

/// What follows `key` in a file of `key: value` lines, or empty.
std::string value_in(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const auto start = line.find_first_not_of(": \t", key.size());
    return start == std::string::npos ? std::string() : line.substr(start);
  }
  return {};
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string output_of(const char* command) {
  const std::unique_ptr<FILE, Calls<pclose>> pipe(popen(command, "r"));
  std::array<char, 200> text{};
  if (!pipe || std::fgets(text.data(), text.size(), pipe.get()) == nullptr) return "not found";
  const std::string line(text.data());
  return line.substr(0, line.find('\n'));
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  constexpr rlim_t kEnough = 65'536;
  rlimit wanted{.rlim_cur = kEnough, .rlim_max = kEnough};
  if (limit.rlim_max >= kEnough) wanted.rlim_max = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &wanted) == 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void describe_machine(const char* title) {
  raise_descriptor_limit();
  setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  utsname system{};
  uname(&system);
  const std::string memory = value_in("/proc/meminfo", "MemTotal");
  const std::string load = first_line("/proc/loadavg");
  std::printf("%s\n  %u x %s, %s memory\n  %s %s\n  %s\n  load average before: %s\n\n", title,
              std::thread::hardware_concurrency(), value_in("/proc/cpuinfo", "model name").c_str(),
              memory.c_str(), system.sysname, system.release,
              output_of("mariadbd --version 2>/dev/null || /usr/sbin/mariadbd --version").c_str(),
              load.c_str());
  std::fflush(stdout);
}

std::size_t pss_kib(pid_t pid) {
  const std::string pss = value_in("/proc/" + std::to_string(pid) + "/smaps_rollup", "Pss:");
  return pss.empty() ? 0 : std::stoul(pss);
}

std::size_t pss_kib_of_family(pid_t pid) {
  const std::string name = std::to_string(pid);
  std::ifstream children("/proc/" + name + "/task/" + name + "/children");
  std::size_t sum = pss_kib(pid);
  for (pid_t child = 0; children >> child;) sum += pss_kib_of_family(child);
  return sum;
}

double cpu_seconds(pid_t pid) {
  const std::string line = first_line("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream rest(line.substr(name_end + 1));
  std::string skipped;
  constexpr int kBefore = 11;  // from the state to the fields utime and stime
  for (int i = 0; i < kBefore; ++i) rest >> skipped;
  std::uint64_t user = 0, kernel = 0;
  rest >> user >> kernel;
  return static_cast<double>(user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace confab::bench
