#pragma once

#include <filesystem>

namespace confab::ctl::run {

/// The data folder, held by this process alone.
///
/// Two locks: `lock` is the supervisor's; `processes.lock` is inherited by every process it
/// starts, so it stays taken until the last one of an earlier run has gone, even when that run
/// was killed. Starting mariadbd earlier would make it hang on its own file locks.
class DataFolder {
 public:
  /// Creates the folder (mode 0700) when needed and takes both locks. Throws `Failure`
  /// (temporary) at once when another supervisor holds it, or when processes of an earlier run
  /// are still there after 20 s.
  explicit DataFolder(const std::filesystem::path& path);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path log(const std::string& name) const {
    return path_ / "log" / (name + ".log");
  }
  /// To be inherited by every process of this run.
  int processes_lock() const noexcept { return processes_lock_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
  int processes_lock_ = -1;
};

}  // namespace confab::ctl::run
