#include "api/rooms/authorize.h"

namespace confab::rooms {
namespace {

bool fits_direct(Action action) {
  return action == Action::see || action == Action::read || action == Action::write;
}

bool fits_archived(Action action) {
  switch (action) {
    case Action::see:
    case Action::read:
    case Action::leave:
    case Action::archive:
    case Action::restore:
      return true;
    default:
      return false;
  }
}

Role least_role(Action action) {
  switch (action) {
    case Action::edit:
    case Action::remove:
      return Role::moderator;
    case Action::set_role:
    case Action::set_visibility:
    case Action::archive:
    case Action::restore:
      return Role::owner;
    default:
      return Role::member;
  }
}

}  // namespace

void authorize(const Standing& room, std::optional<Role> actor, Action action,
               std::optional<Role> target) {
  if (!actor) {
    if (room.visibility != Visibility::everyone) throw not_found();
    if (action == Action::see) return;
    if (action != Action::join) {
      throw Error(Code::not_member, "Join this channel first.");
    }
  }
  if (room.kind == Kind::direct && !fits_direct(action)) {
    throw Error(Code::conflict,
                "A conversation of two stays as it is: make a group for more people or a name.");
  }
  if (room.archived && !fits_archived(action)) {
    throw Error(Code::room_archived, "This room is archived; an owner can restore it.");
  }
  if (!actor) return;
  if (*actor < least_role(action)) {
    throw Error(Code::insufficient_role,
                least_role(action) == Role::owner
                    ? "Only an owner of this room may do that."
                    : "Only a moderator or owner of this room may do that.");
  }
  if (action == Action::remove || action == Action::set_role) {
    if (!target) throw not_found();
    if (*actor != Role::owner && *target >= *actor) {
      throw Error(Code::insufficient_role, "Only an owner of this room may do that to them.");
    }
  }
}

}  // namespace confab::rooms
