#include "api/base/id.h"

namespace confab {

namespace {

constexpr std::int64_t kEpoch = 1'735'689'600'000;  // 2025-01-01T00:00:00Z

}  // namespace

std::uint64_t IdMaker::first_of(Time at) {
  return at.ms <= kEpoch ? 0 : static_cast<std::uint64_t>(at.ms - kEpoch) << 22;
}

std::uint64_t IdMaker::next() {
  constexpr std::uint32_t kCounts = 1U << 12;
  std::lock_guard lock(mutex_);
  const std::int64_t now = clock_.now().ms - kEpoch;
  if (now > last_ms_) {
    last_ms_ = now;
    count_ = 0;
  } else if (++count_ == kCounts) {
    // More than 4,096 in one millisecond: borrow from the next one.
    ++last_ms_;
    count_ = 0;
  }
  return static_cast<std::uint64_t>(last_ms_) << 22 | static_cast<std::uint64_t>(node_) << 12 |
         count_;
}

void IdMaker::go_on_after(std::uint64_t id) {
  std::lock_guard lock(mutex_);
  const auto ms = static_cast<std::int64_t>(id >> 22);
  if (ms < last_ms_) return;
  last_ms_ = ms + 1;
  count_ = 0;
}

}  // namespace confab
