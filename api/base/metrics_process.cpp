#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "api/base/metrics.h"

namespace confab::metrics {

namespace {

/// What we read of /proc/self/stat, by the numbers that proc(5) gives the fields.
struct Stat {
  double user_ticks = 0, system_ticks = 0, threads = 0, start_ticks = 0, virtual_bytes = 0,
         resident_pages = 0;
};

Stat read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  // The second field is the program's name in parentheses, and may hold anything.
  std::istringstream rest(text.substr(text.rfind(')') + 1));
  Stat stat;
  std::string field;
  for (int number = 3; rest >> field && number <= 24; ++number) {
    double* to = number == 14   ? &stat.user_ticks
                 : number == 15 ? &stat.system_ticks
                 : number == 20 ? &stat.threads
                 : number == 22 ? &stat.start_ticks
                 : number == 23 ? &stat.virtual_bytes
                 : number == 24 ? &stat.resident_pages
                                : nullptr;
    if (to != nullptr) *to = std::stod(field);
  }
  return stat;
}

/// Seconds since 1970 at which the machine was started.
double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

double open_descriptors() {
  double count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count - 1;  // the one that reads the directory
}

}  // namespace

void collect_process(Scrape& scrape, std::string_view prefix) {
  const auto name = [&](std::string_view last) {
    return std::string(prefix) + "process_" + std::string(last);
  };
  const Stat stat = read_stat();
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  scrape.counter(name("cpu_seconds_total"), "Processor time, user and system.",
                 (stat.user_ticks + stat.system_ticks) / ticks);
  scrape.gauge(name("resident_memory_bytes"), "Memory in use.", stat.resident_pages * page);
  scrape.gauge(name("virtual_memory_bytes"), "Address space in use.", stat.virtual_bytes);
  scrape.gauge(name("threads"), "Threads.", stat.threads);
  scrape.gauge(name("start_time_seconds"), "When the process began, since 1970.",
               boot_time() + stat.start_ticks / ticks);
  scrape.gauge(name("open_fds"), "Descriptors in use.", open_descriptors());
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    scrape.gauge(name("max_fds"), "Descriptors it may use.", static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace confab::metrics
