#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/base/guarded.h"
#include "api/http/router.h"

namespace confab::http {

/// `burst` requests at once, refilled evenly within `window_ms`.
struct Quota {
  std::int64_t burst;
  std::int64_t window_ms;
};

/// One quota for each Rate, in its order.
using Quotas = std::array<Quota, 6>;

inline constexpr Quotas kDefaultQuotas = {{
    {200, 4'000},     // read: 50/s
    {50, 5'000},      // write: 10/s
    {20, 4'000},      // post: 5/s
    {30, 60'000},     // sign_in
    {20, 3'600'000},  // sign_up
    {10, 5'000},      // search: 2/s
}};

std::string_view name_of(Rate rate);

/// The part of an address that one household or machine holds: an IPv6 /64, all
/// of an IPv4 address (also when it comes mapped into IPv6).
std::string network_of(const std::string& address);

/// Rate limits by the generic cell rate algorithm: one number per key, no
/// windows to wait out. Holds at most `kCapacity` keys; when those are all in
/// use the one next in line is forgotten, which can only err in its favour.
class Limits {
 public:
  static constexpr std::size_t kCapacity = 100'000;

  struct Verdict {
    bool allowed = true;
    std::int64_t remaining = 0;
    std::int64_t reset_ms = 0;  ///< Until the whole burst is there again.
    std::int64_t retry_ms = 0;  ///< Until the next request would be allowed.
  };

  explicit Limits(const Quotas& quotas) : quotas_(quotas) {}

  /// Takes one request of that class from `key` (a user or a network).
  Verdict take(Rate rate, std::string_view key, std::int64_t now_ms);
  /// Sets RateLimit-Policy and RateLimit, and Retry-After on a refusal.
  void describe(Rate rate, const Verdict& verdict, Reply& reply) const;
  std::size_t size() {
    return table_.with([](Table& table) { return table.full_at.size(); });
  }

 private:
  struct Table {
    /// When each key's burst will be whole again, in microseconds.
    std::unordered_map<std::string, std::int64_t> full_at;
    std::int64_t next_clearing = 0;

    void make_room(std::int64_t now);
  };

  const Quotas quotas_;
  Guarded<Table> table_;
};

}  // namespace confab::http
