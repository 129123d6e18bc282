#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ops/ctl/doctor/checks.h"

namespace confab::ctl::doctor {

namespace {

namespace fs = std::filesystem;

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Whether the process has that file open; false as well when we may not know.
bool has_open(const fs::path& process, const fs::path& file) {
  std::error_code closed;
  for (fs::directory_iterator entry(process / "fd", closed), end; !closed && entry != end;
       entry.increment(closed)) {
    std::error_code gone;
    if (fs::read_symlink(entry->path(), gone) == file) return true;
  }
  return false;
}

}  // namespace

Running running_on(const std::string& data) {
  std::error_code missing;
  const fs::path folder = fs::canonical(data, missing);
  Running found;
  if (missing) return found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    const std::string program = read_all(entry.path() / "comm");
    if (program == "confab\n" && has_open(entry.path(), folder / "lock")) {
      found.supervisor = pid;
    } else if (program == "confab-api\n" && has_open(entry.path(), folder / "processes.lock")) {
      found.api = pid;
    } else if (program == "confab-worker\n" && has_open(entry.path(), folder / "processes.lock")) {
      found.worker = pid;
    }
  }
  return found;
}

void adopt_settings(pid_t process) {
  const std::string all = read_all("/proc/" + std::to_string(process) + "/environ");
  if (all.empty()) return;
  for (const Setting& setting : settings()) ::unsetenv(std::string(setting.variable).c_str());
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\0', at), all.size());
    const std::string pair = all.substr(at, end - at);
    const auto equals = pair.find('=');
    if (pair.starts_with("CONFAB_") && equals != std::string::npos) {
      ::setenv(pair.substr(0, equals).c_str(), pair.substr(equals + 1).c_str(), 1);
    }
    at = end + 1;
  }
}

}  // namespace confab::ctl::doctor
