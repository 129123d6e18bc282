#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace confab::db {

/// Watches the free space of the folder that holds everything. mariadbd aborts when its disk
/// is full, and does not start again until there is room: what grows is refused before that.
/// It says so in the log once when space runs short, and once when there is enough again.
class Space {
 public:
  struct Bytes {
    std::uint64_t total = 0, free = 0;
  };
  struct Settings {
    std::string folder;
    /// What must stay free; unset: 1 GB or 5 % of the disk, whichever is more. 0: nothing.
    std::optional<std::uint64_t> least = {};
    std::chrono::milliseconds fresh{250};  ///< How long an answer of the system is used.
    /// Asks the system. A folder that cannot be asked about counts as having room.
    std::function<std::optional<Bytes>(const std::string& folder)> look = free_of;
  };

  explicit Space(Settings settings);
  /// The settings as an operator gives them, in megabytes.
  static Settings of(const std::string& folder, std::optional<std::uint64_t> least_mb);

  /// Throws Error(storage_full) while space is short. Any thread.
  void require();
  /// Whether it is. It ends when a little more than the least is free, so that it does not
  /// come and go with each message.
  bool is_short();

  static std::optional<Bytes> free_of(const std::string& folder);

 private:
  using Clock = std::chrono::steady_clock;

  std::uint64_t least_of(const Bytes& disk) const;
  void look();

  const Settings settings_;
  std::atomic<Clock::rep> next_look_{Clock::time_point::min().time_since_epoch().count()};
  std::atomic<bool> short_{false};
};

}  // namespace confab::db
