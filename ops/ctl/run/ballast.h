#pragma once

#include <filesystem>

namespace confab::ctl::run {

/// A file that takes 64 MiB for nothing. When the disk is full the database aborts and does not
/// start again until there is room; then this file goes. It comes back once there is plenty.
class Ballast {
 public:
  explicit Ballast(std::filesystem::path path) : path_(std::move(path)) {}

  /// Makes the file when it is missing and leaves the disk four times its size or more.
  void keep() const;
  /// Removes it when the disk has less free than it takes.
  void drop_if_full() const;

 private:
  const std::filesystem::path path_;
};

}  // namespace confab::ctl::run
