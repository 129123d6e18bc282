#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/base/clock.h"

namespace confab {

/// A 64-bit id that cannot be mistaken for another kind's. Zero means none.
/// On the wire a decimal string, because JavaScript loses integers past 2^53.
template <typename Tag>
struct Id {
  std::uint64_t value = 0;

  auto operator<=>(const Id&) const = default;
  explicit operator bool() const { return value != 0; }
  std::string text() const { return std::to_string(value); }

  /// Canonical decimal only: no sign, no leading zero, no zero.
  static std::optional<Id> parse(std::string_view text) {
    Id id;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (text.front() == '0') return std::nullopt;
    return id;
  }
};

using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;
using RoomId = Id<struct RoomTag>;
using MessageId = Id<struct MessageTag>;
using EventId = Id<struct EventTag>;
using JobId = Id<struct JobTag>;

/// Makes ids that grow with time and are never handed out twice: milliseconds
/// since 2025-01-01 (41 bits), node (10), counter (12). A clock that steps back
/// does not: the maker goes on from the last id.
class IdMaker {
 public:
  IdMaker(const Clock& clock, std::uint32_t node) : clock_(clock), node_(node & 0x3ff) {}

  std::uint64_t next();
  /// The least id that can be made at that moment.
  static std::uint64_t first_of(Time at);
  template <typename IdType>
  IdType make() {
    return IdType{next()};
  }
  /// Ids from here on are greater than `id`, whatever the clock says.
  void go_on_after(std::uint64_t id);
  /// From here on ids carry this node number. Called once, before the first id.
  void set_node(std::uint32_t node) { node_ = node & 0x3ff; }

 private:
  const Clock& clock_;
  std::uint32_t node_;
  std::mutex mutex_;
  std::int64_t last_ms_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace confab

template <typename Tag>
struct std::hash<confab::Id<Tag>> {
  std::size_t operator()(const confab::Id<Tag>& id) const noexcept {
    return std::hash<std::uint64_t>()(id.value);
  }
};
