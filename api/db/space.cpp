#include "api/db/space.h"

#include <sys/statvfs.h>

#include <algorithm>

#include "api/base/error.h"
#include "api/base/log.h"

namespace confab::db {
namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;

}  // namespace

Space::Space(Settings settings) : settings_(std::move(settings)) {}

Space::Settings Space::of(const std::string& folder, std::optional<std::uint64_t> least_mb) {
  return {.folder = folder,
          .least = least_mb ? std::optional(*least_mb * kMegabyte) : std::nullopt};
}

std::optional<Space::Bytes> Space::free_of(const std::string& folder) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) return std::nullopt;
  return Bytes{.total = disk.f_blocks * disk.f_frsize, .free = disk.f_bavail * disk.f_frsize};
}

std::uint64_t Space::least_of(const Bytes& disk) const {
  constexpr std::uint64_t kLeast = 1000 * kMegabyte;
  constexpr std::uint64_t kPart = 20;
  return settings_.least.value_or(std::max(kLeast, disk.total / kPart));
}

void Space::look() {
  const auto bytes = settings_.look(settings_.folder);
  if (!bytes) return;
  const std::uint64_t least = least_of(*bytes);
  constexpr std::uint64_t kMargin = 32;
  const bool was = short_;
  const bool is = bytes->free < least + (was ? least / kMargin : 0);
  if (is == was) return;
  short_ = is;
  const log::Fields facts{{"folder", settings_.folder},
                          {"free_mb", bytes->free / kMegabyte},
                          {"least_mb", least / kMegabyte}};
  if (is) {
    log::error("space.short", facts);
  } else {
    log::info("space.enough", facts);
  }
}

bool Space::is_short() {
  const auto now = Clock::now();
  auto due = next_look_.load();
  // Whoever moves the time looks; the others do not wait for it.
  if (now.time_since_epoch().count() >= due &&
      next_look_.compare_exchange_strong(
          due, std::chrono::duration_cast<Clock::duration>(now.time_since_epoch() + settings_.fresh)
                   .count())) {
    look();
  }
  return short_;
}

void Space::require() {
  if (!is_short()) return;
  constexpr int kRetryAfter = 5;
  throw Error(
      Code::storage_full,
      "The server's disk is nearly full, so nothing new is stored. Free space where its data "
      "directory lies, or lower CONFAB_FREE_SPACE_MIN.")
      .retry_after(kRetryAfter);
}

}  // namespace confab::db
