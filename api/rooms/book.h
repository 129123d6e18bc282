#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/base/guarded.h"
#include "api/db/writer.h"
#include "api/rooms/authorize.h"

namespace confab::rooms {

/// What the writer knows of a room without asking the database.
struct RoomState {
  Kind kind = Kind::channel;
  Visibility visibility = Visibility::members;
  bool archived = false;
  std::int64_t last_seq = 0;
  std::vector<std::pair<UserId, Role>> members;  ///< By user id.

  std::optional<Role> role_of(UserId user) const;
};

inline Standing standing(const RoomState& room) {
  return {room.kind, room.visibility, room.archived};
}

/// The rooms' part in the writer: answers who may write where, and counts `seq`,
/// in memory. Counters are written back in bulk with the batch that used them.
class Book final : public db::Part {
 public:
  struct Counter {
    std::int64_t last_seq = 0;
    Time at;
  };
  using Counters = std::unordered_map<RoomId, Counter>;

  /// Loads the room at its first touch, with its row locked until the commit.
  /// Good until the end of the unit or `forget`. Throws not_found.
  const RoomState& state(db::Tx& tx, RoomId room);

  /// The next place in the room's order. Throws not_found.
  std::int64_t next_seq(db::Tx& tx, RoomId room, Time at);

  /// A unit has changed the room in SQL: read it again before the next use.
  void forget(RoomId room);
  /// A unit has changed one member in SQL; no role: the person is out.
  void set_member(RoomId room, UserId user, std::optional<Role> role);
  /// Another process has changed the room. Any thread; holds from the next unit on.
  void forget_later(RoomId room);

  void connected(db::Connection& connection, std::uint32_t node) override;
  void unit_begins() noexcept override;
  void unit_failed() noexcept override;
  bool has_rows() const noexcept override { return !unwritten_.empty(); }
  bool unit_has_rows() const noexcept override { return unit_counted_; }
  void flush(db::Connection& connection) override;
  void committed() noexcept override;
  void rolled_back() noexcept override;

 private:
  void drop(RoomId room) noexcept;
  void drop_all() noexcept;
  void touch(RoomId room);

  std::unordered_map<RoomId, RoomState> rooms_;
  std::size_t members_ = 0;  ///< Of all of them.
  Counters unwritten_;
  /// What stood in `unwritten_` when the present unit counted there first.
  std::unordered_map<RoomId, std::optional<Counter>> before_unit_;
  bool unit_counted_ = false;  ///< And not flushed since.
  std::vector<RoomId> unit_touched_;
  std::vector<RoomId> batch_touched_;
  Guarded<std::vector<RoomId>> changed_elsewhere_;
};

}  // namespace confab::rooms
