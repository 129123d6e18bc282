#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace confab::test {

/// A mounted disk whose power can be cut: `tests/faults/power/disk.h` says what it forgets.
/// Its content lies in a folder beside the mountpoint. Detached at the end.
class PowerDisk {
 public:
  struct Options {
    std::uint64_t size = 0;     ///< In bytes; 0: as much as there is below.
    std::uint64_t sync_us = 0;  ///< What a sync takes, so that a cut can fall into it.
  };

  /// Why there can be none on this machine, as a sentence; empty when there can.
  static std::string why_not();

  /// Makes the mountpoint and mounts. Throws what the program said when it cannot.
  PowerDisk(std::filesystem::path mountpoint, Options options);
  ~PowerDisk();
  PowerDisk(const PowerDisk&) = delete;
  PowerDisk& operator=(const PowerDisk&) = delete;

  const std::filesystem::path& folder() const { return mountpoint_; }

  /// From now on nothing gets to the disk, and every access to it fails. With the power goes
  /// what was not synced: all of it, or what the seed of `mount` chooses.
  void cut();
  /// Once no process uses it any more: the power is back, and the disk holds what it kept.
  void mount(std::optional<std::uint64_t> seed = {});

 private:
  void detach() const;

  const std::filesystem::path mountpoint_;
  const Options options_;
  pid_t pid_ = 0;
  bool was_cut_ = false;  ///< Its mount is still there, dead.
};

}  // namespace confab::test
