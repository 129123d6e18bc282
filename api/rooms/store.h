#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/db/connection.h"
#include "api/rooms/book.h"
#include "api/rooms/rooms.h"

namespace confab::rooms::store {

/// A row of room_members that stands for somebody who is in.
struct Membership {
  Role role = Role::member;
  Notifications notifications = Notifications::all;
  Time joined_at;
  std::int64_t read_seq = 0;
  std::int64_t mention_count = 0;
  std::int64_t version = 1;
};

std::optional<Room> room(db::Tx& tx, RoomId id);
/// The same with the row locked until the unit is committed.
std::optional<Room> lock_room(db::Tx& tx, RoomId id);
std::optional<RoomId> direct_room(db::Tx& tx, const std::string& direct_key);
void insert(db::Tx& tx, const Room& room, const std::optional<std::string>& direct_key);
/// Everything of a room that a person can change, and its version.
void update(db::Tx& tx, const Room& room);
void add_to_member_count(db::Tx& tx, RoomId room, int change);

std::optional<Membership> membership(db::Tx& tx, RoomId room, UserId user);
/// Inserts the row, or takes the one of somebody who had left.
void join(db::Tx& tx, const Member& member, std::int64_t read_seq);
void leave(db::Tx& tx, RoomId room, UserId user, Time at);
void update_member(db::Tx& tx, RoomId room, UserId user, const Membership& membership);
std::int64_t count_owners(db::Tx& tx, RoomId room);

std::vector<MyRoom> mine(db::Tx& tx, UserId user);
std::int64_t unread_count(db::Tx& tx, RoomId room, UserId user, std::int64_t read_seq);
std::vector<UserId> member_ids(db::Tx& tx, RoomId room);
std::vector<RoomId> room_ids(db::Tx& tx, UserId user);
std::vector<RoomId> past_room_ids(db::Tx& tx, UserId user, Time since);

/// Up to `limit` + 1 from the cursor on, in the direction that it goes.
std::vector<FoundRoom> discover(db::Tx& tx, UserId user, const std::vector<std::string>& words,
                                std::size_t limit, const std::optional<Cursor>& cursor);
std::vector<MemberUser> members(db::Tx& tx, RoomId room, std::size_t limit,
                                const std::optional<Cursor>& cursor);

/// For the Book.
std::optional<RoomState> load_state(db::Tx& tx, RoomId room);
void write_counters(db::Connection& connection, const Book::Counters& counters);

/// The words of a name or a query, folded.
std::vector<std::string> words_of(std::string_view text);

}  // namespace confab::rooms::store
