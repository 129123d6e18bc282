#pragma once

#include "api/reads/reads.h"

/// The JSON shapes that only this folder speaks of.
namespace confab::reads {

constexpr auto fields(const ReadMark*) {
  return request("ReadMark", field("seq", &ReadMark::seq).min(0),
                 field("mark_unread", &ReadMark::mark_unread)
                     .optional()
                     .says("True: the mark goes back to seq if it is behind."));
}

struct Typing {
  RoomId room_id;
  UserId user_id;
};
constexpr auto fields(const Typing*) {
  return resource("Typing", field("room_id", &Typing::room_id), field("user_id", &Typing::user_id));
}

}  // namespace confab::reads
