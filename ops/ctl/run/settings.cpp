#include "ops/ctl/run/settings.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "ops/ctl/failure.h"
#include "ops/ctl/run/port.h"

namespace confab::ctl::run {
namespace {

namespace fs = std::filesystem;

/// Installed programs lie side by side; in a build tree each has a folder of its own.
fs::path find_program(const fs::path& self, const std::string& name, const fs::path& built_in) {
  for (const fs::path& folder : {self.parent_path(), self.parent_path() / "../.." / built_in}) {
    const fs::path program = (folder / name).lexically_normal();
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  throw Failure(Exit::config, "the program " + name + " is not beside " + self.string(),
                "build it (ops/up does), or install all programs of Confab in one folder");
}

int pool_mb() {
  constexpr int kDefault = 32;
  constexpr int kLeast = 8;
  const char* text = std::getenv("CONFAB_DATABASE_POOL_MB");
  if (text == nullptr) return kDefault;
  const std::string_view given = text;
  int number = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), number);
  if (error != std::errc() || end != given.data() + given.size() || number < kLeast) {
    throw Failure(Exit::config, "CONFAB_DATABASE_POOL_MB is \"" + std::string(given) + "\"",
                  "set it to a number of MiB, at least " + std::to_string(kLeast));
  }
  return number;
}

}  // namespace

bool Settings::loopback_only() const {
  return on_unix_socket() || bind.starts_with("127.") || bind == "::1";
}

std::string Settings::address() const {
  if (on_unix_socket()) return bind;
  const bool anywhere = bind == "0.0.0.0" || bind == "::";
  std::string host = anywhere ? "127.0.0.1" : bind;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(port);
}

Settings settle(const Config& config) {
  Settings settings;
  settings.data = config.data;
  settings.bind = config.bind;
  settings.database_url = config.database_url;
  settings.pool_mb = pool_mb();
  settings.self = fs::read_symlink("/proc/self/exe");
  settings.api = find_program(settings.self, "confab-api", "api");
  settings.worker = find_program(settings.self, "confab-worker", "workers");
  settings.port =
      settings.on_unix_socket() ? config.port : require_free_port(config.bind, config.port);
  return settings;
}

}  // namespace confab::ctl::run
