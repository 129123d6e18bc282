#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "api/app.h"
#include "api/base/clock.h"
#include "api/base/fields.h"
#include "api/base/guarded.h"
#include "api/base/id.h"

/// How far people have read, and who is typing.
namespace confab::reads {

struct ReadState {
  RoomId room_id;
  std::int64_t read_seq = 0;
  std::int64_t unread_count = 0;
  std::int64_t mention_count = 0;
};
constexpr auto fields(const ReadState*) {
  return resource("ReadState", field("room_id", &ReadState::room_id),
                  field("read_seq", &ReadState::read_seq),
                  field("unread_count", &ReadState::unread_count),
                  field("mention_count", &ReadState::mention_count));
}

struct ReadMark {
  std::int64_t seq = 0;
  bool mark_unread = false;  ///< The mark may go back.
};

/// Moves a person's mark in a room forward, or wherever they say with
/// `mark_unread`; other marks behind the present one change nothing.
/// Throws not_found, not_member, invalid_value for a seq the room has not reached.
ReadState mark(App& app, UserId me, RoomId room, const ReadMark& mark);

/// What lets one typing notice pass in three seconds, for each person and room.
class TypingGate {
 public:
  bool is_shut(UserId user, RoomId room, Time now);
  void shut(UserId user, RoomId room, Time now);

 private:
  struct Key {
    UserId user;
    RoomId room;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  Guarded<std::unordered_map<Key, Time, Hash>> passed_;
};

/// Tells those in the room who listen just now that `me` is typing; more often
/// than the gate allows, nobody. Throws not_found, not_member, room_archived.
void type(App& app, TypingGate& gate, UserId me, RoomId room);

}  // namespace confab::reads
