#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace confab {

/// A moment: milliseconds since 1970-01-01 UTC. On the wire RFC 3339.
struct Time {
  std::int64_t ms = 0;
  auto operator<=>(const Time&) const = default;
};

inline Time operator+(Time time, std::int64_t ms) { return {time.ms + ms}; }
inline Time operator-(Time time, std::int64_t ms) { return {time.ms - ms}; }
inline std::int64_t operator-(Time later, Time earlier) { return later.ms - earlier.ms; }

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

/// `2026-11-20T07:39:58.123Z` (RFC 3339, UTC, milliseconds).
std::string to_rfc3339(Time time);
/// The moment written in exactly that form, or nothing.
std::optional<Time> parse_rfc3339(std::string_view text);

/// Where the time comes from; tests hand in a `FakeClock`.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
};

/// Stands still until it is told to move.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Time start = {1'790'000'000'000}) : ms_(start.ms) {}
  Time now() const override { return {ms_.load()}; }
  void advance(std::int64_t ms) { ms_ += ms; }

 private:
  std::atomic<std::int64_t> ms_;
};

/// Milliseconds of a clock that never jumps; for deadlines and durations.
std::int64_t monotonic_ms();

}  // namespace confab
