#include <fcntl.h>
#include <linux/magic.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "api/base/clock.h"
#include "api/base/text.h"
#include "api/db/space.h"
#include "ops/ctl/doctor/checks.h"

namespace confab::ctl::doctor {

namespace {

namespace fs = std::filesystem;

constexpr unsigned kOthers = 0077;

std::string name_of(uid_t user) {
  const passwd* entry = ::getpwuid(user);
  return entry != nullptr ? entry->pw_name : "user " + std::to_string(user);
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return text.data();
}

/// False when there is no folder to look into.
bool check_folder(Report& report, const std::string& data) {
  const std::string check = "data folder";
  struct stat found {};
  if (::stat(data.c_str(), &found) != 0) {
    report.fail(check, data + ": " + std::strerror(errno),
                "name the right one with --data or CONFAB_DATA; `confab run` makes a new one");
    return false;
  }
  if (!S_ISDIR(found.st_mode)) {
    report.fail(check, data + " is not a folder", "choose another CONFAB_DATA");
    return false;
  }
  const std::string shown =
      data + ", of " + name_of(found.st_uid) + ", mode " + octal(found.st_mode);
  if (found.st_uid != ::geteuid() && ::geteuid() != 0) {
    report.fail(check, shown,
                "run Confab as " + name_of(found.st_uid) + ", or chown -R the folder");
  } else if ((found.st_mode & 0022U) != 0) {
    report.fail(check, shown + ": others may write there", "chmod 700 " + data);
  } else if ((found.st_mode & kOthers) != 0) {
    report.warn(check, shown + ": others may look into it", "chmod 700 " + data);
  } else {
    report.pass(check, shown);
  }
  return true;
}

void compare_file_time(Report& report, const timespec& written, Time now) {
  const std::int64_t file_ms =
      static_cast<std::int64_t>(written.tv_sec) * 1000 + written.tv_nsec / 1'000'000;
  const std::int64_t apart = std::abs(now.ms - file_ms);
  const std::string found = std::to_string(apart) + " ms from this machine's";
  if (apart <= 2 * kSecond) {
    report.pass("file system clock", found);
  } else {
    report.warn("file system clock", found,
                "set both clocks by one time server (chrony, systemd-timesyncd)");
  }
}

/// Writes, syncs and removes a file: what every commit depends on.
void check_writing(Report& report, const std::string& data) {
  const std::string check = "writing";
  std::string path = data + "/.doctor-XXXXXX";
  const int file = ::mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) {
    const std::string why = std::strerror(errno);
    report.fail(
        check, "cannot make a file in " + data + ": " + why,
        "give " + name_of(::geteuid()) + " the right to write there; mount the disk read-write");
    return;
  }
  const std::array<char, 4096> block{};
  const auto begun = std::chrono::steady_clock::now();
  const bool kept =
      ::write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
      ::fsync(file) == 0;
  const int why = errno;
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  const Time now = SystemClock().now();
  struct stat written {};
  ::fstat(file, &written);
  ::close(file);
  ::unlink(path.c_str());
  if (!kept) {
    report.fail(check, std::string("a file cannot be kept: ") + std::strerror(why),
                "make room on the disk, or look at its health (dmesg)");
    return;
  }
  const std::string found = "fsync took " + std::to_string(static_cast<int>(took.count())) + " ms";
  constexpr double kSlow = 50;
  if (took.count() > kSlow) {
    report.warn(check, found, "every commit waits for it: use a faster or less busy disk");
  } else {
    report.pass(check, found);
  }
  compare_file_time(report, written.st_mtim, now);
}

struct FileSystem {
  std::uint32_t magic;
  const char* name;
  const char* doubt;  ///< Null when what was synced survives a power cut.
};

constexpr auto kFileSystems = std::to_array<FileSystem>({
    {EXT4_SUPER_MAGIC, "ext4", nullptr},
    {XFS_SUPER_MAGIC, "xfs", nullptr},
    {BTRFS_SUPER_MAGIC, "btrfs", nullptr},
    {F2FS_SUPER_MAGIC, "f2fs", nullptr},
    {0x2fc12fc1, "zfs", nullptr},
    {0xca451a4e, "bcachefs", nullptr},
    {TMPFS_MAGIC, "tmpfs", "is memory: all is gone with the machine"},
    {RAMFS_MAGIC, "ramfs", "is memory: all is gone with the machine"},
    {OVERLAYFS_SUPER_MAGIC, "overlay", "goes with its container"},
    {NFS_SUPER_MAGIC, "nfs", "may lose locks and synced writes"},
    {SMB_SUPER_MAGIC, "smb", "may lose locks and synced writes"},
    {0xff534d42, "cifs", "may lose locks and synced writes"},
    {0xfe534d42, "smb2", "may lose locks and synced writes"},
    {V9FS_MAGIC, "9p", "may lose synced writes"},
    {0x65735546, "fuse", "syncs only if its program does"},
});

void check_file_system(Report& report, const std::string& data) {
  const std::string check = "file system";
  struct statfs found {};
  if (::statfs(data.c_str(), &found) != 0) return;
  const auto magic = static_cast<std::uint32_t>(found.f_type);
  const auto* const known =
      std::find_if(kFileSystems.begin(), kFileSystems.end(),
                   [&](const FileSystem& each) { return each.magic == magic; });
  if (known == kFileSystems.end()) {
    report.warn(check, "of a kind that Confab does not know",
                "ext4 and xfs are known to keep data");
  } else if (known->doubt != nullptr) {
    report.warn(check, std::string(known->name) + " " + known->doubt,
                "put CONFAB_DATA on a local disk with ext4 or xfs");
  } else {
    report.pass(check, known->name);
  }
}

std::string in_gb(double bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f GB", bytes / 1e9);
  return text.data();
}

void check_space(Report& report, const Config& config) {
  constexpr double kLeast = 1e9;
  constexpr double kShare = 0.05;
  const std::string check = "free space";
  const auto bytes = db::Space::free_of(config.data);
  if (!bytes) return;
  const auto free = static_cast<double>(bytes->free);
  const double mark = config.free_space_min_mb
                          ? static_cast<double>(*config.free_space_min_mb) * 1e6
                          : std::max(kLeast, static_cast<double>(bytes->total) * kShare);
  const std::string found = in_gb(free) + " free, " + in_gb(mark) + " are needed";
  const std::string advice = "delete what is not needed, or move CONFAB_DATA to a larger disk";
  if (free < mark) {
    report.fail(check, found + ": nothing new is stored", advice);
  } else if (free < 2 * mark) {
    report.warn(check, found, advice);
  } else {
    report.pass(check, found);
  }
}

void check_key(Report& report, const std::string& data) {
  const std::string check = "server key";
  const std::string path = data + "/server.key";
  constexpr off_t kSize = 32;
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    if (fs::exists(data + "/db")) {
      report.warn(check, path + ": " + std::strerror(errno),
                  "restore it from a backup: with a new one every session ends");
    } else {
      report.pass(check, "made at the first start");
    }
    return;
  }
  const std::string shown =
      path + ", of " + name_of(found.st_uid) + ", mode " + octal(found.st_mode);
  struct stat folder {};
  ::stat(data.c_str(), &folder);
  if ((found.st_mode & kOthers) != 0) {
    report.fail(check, shown, "chmod 600 " + path);
  } else if (found.st_uid != folder.st_uid) {
    report.fail(check, shown, "chown " + name_of(folder.st_uid) + " " + path);
  } else if (found.st_size != kSize) {
    report.fail(check, shown + ", " + std::to_string(found.st_size) + " bytes instead of 32",
                "restore it from a backup");
  } else {
    report.pass(check, shown);
  }
}

void check_metrics_token(Report& report, const std::string& path) {
  if (path.empty()) return;
  const std::string check = "metrics token";
  constexpr std::size_t kShortest = 16;
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || text::trim(text).size() < kShortest) {
    report.fail(check, path + " is not readable, or too short for a token",
                "put at least 16 random characters into it: `openssl rand -hex 32`");
  } else if ((found.st_mode & 0007U) != 0) {
    report.warn(check, path + ", mode " + octal(found.st_mode), "chmod 600 " + path);
  } else {
    report.pass(check, path);
  }
}

}  // namespace

void check_data(Report& report, const Config& config) {
  if (check_folder(report, config.data)) {
    check_writing(report, config.data);
    check_file_system(report, config.data);
    check_space(report, config);
    check_key(report, config.data);
  }
  check_metrics_token(report, config.metrics_token_file);
}

}  // namespace confab::ctl::doctor
