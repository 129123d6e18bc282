#include "ops/ctl/environment.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/base/error.h"
#include "ops/ctl/failure.h"

namespace confab::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSocketPathLimit = 107;
constexpr const char* kSocketName = "db.sock";

/// FNV-1a: stable between runs and builds, which std::hash does not promise.
std::string short_name(const std::string& path) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : path) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  }
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16).ptr;
  return {digits.data(), end};
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

fs::path private_folder() {
  constexpr std::size_t kRoomForOurNames = 60;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const bool usable =
      runtime != nullptr && *runtime == '/' && std::string_view(runtime).size() <= kRoomForOurNames;
  const fs::path folder = usable ? fs::path(runtime) / "confab"
                                 : fs::path("/tmp/confab-" + std::to_string(::geteuid()));
  ::mkdir(folder.c_str(), 0700);
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) ||
      found.st_uid != ::geteuid() || (found.st_mode & 0077) != 0) {
    throw Failure(Exit::permission,
                  "the folder " + folder.string() + " is not a private folder of this user",
                  "remove it, or choose a CONFAB_DATA with a shorter path");
  }
  return folder;
}

}  // namespace

Config checked_config() {
  try {
    return load_config();
  } catch (const Error& error) {
    throw Failure(Exit::config, error.what(),
                  "correct or unset that variable; `confab config` lists them all");
  }
}

std::string os_user() {
  const passwd* entry = ::getpwuid(::geteuid());
  if (entry == nullptr) {
    throw Failure(Exit::config, "user id " + std::to_string(::geteuid()) + " has no name",
                  "add it to /etc/passwd: the private database knows its users by name");
  }
  return entry->pw_name;
}

fs::path database_socket(const fs::path& data) {
  const fs::path direct = data / kSocketName;
  if (direct.string().size() <= kSocketPathLimit) return direct;
  const fs::path link = private_folder() / short_name(data.string());
  std::error_code none;
  if (fs::read_symlink(link, none) != data) {
    fs::remove(link, none);
    fs::create_directory_symlink(data, link);
  }
  return link / kSocketName;
}

std::string database_url_of(const fs::path& data) {
  return "mysql://" + percent_encoded(os_user()) +
         "@localhost/confab?socket=" + percent_encoded(database_socket(data).string());
}

std::string database_url(const Config& config) {
  return config.database_url.empty() ? database_url_of(config.data) : config.database_url;
}

}  // namespace confab::ctl
