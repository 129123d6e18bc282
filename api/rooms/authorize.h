#pragma once

#include <optional>

#include "api/rooms/rooms.h"

namespace confab::rooms {

/// What somebody wants of a room.
enum class Action {
  see,
  read,
  write,
  join,
  leave,
  add,
  remove,
  set_role,
  edit,  ///< Name and topic.
  set_visibility,
  archive,
  restore,
};

/// What a decision needs to know of a room.
struct Standing {
  Kind kind = Kind::channel;
  Visibility visibility = Visibility::members;
  bool archived = false;
};

/// Every permission of rooms is decided here. `actor` is the role of who asks,
/// nothing for somebody who is not a member; `target` that of the person concerned.
/// Throws not_found, not_member, room_archived, insufficient_role, or conflict for
/// what a direct room does not have.
void authorize(const Standing& room, std::optional<Role> actor, Action action,
               std::optional<Role> target = {});

/// The same for a room and a person, read by two statements.
void require_allowed(db::Tx& tx, RoomId room, UserId user, Action action);

inline Standing standing(const Room& room) {
  return {room.kind, room.visibility, room.archived_at.has_value()};
}

}  // namespace confab::rooms
