#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/accounts/accounts.h"
#include "api/accounts/idempotency.h"
#include "api/app.h"
#include "api/base/fields.h"
#include "api/base/page.h"
#include "api/db/tx.h"

/// Rooms: channels, groups and conversations of two, and who is in them.
///
/// A room that a person may not see does not exist for that person: not_found.
/// Only of a public channel may others learn anything; there they get not_member.
namespace confab::rooms {

enum class Kind : std::uint8_t { channel = 1, group = 2, direct = 3 };
constexpr auto names(Kind) {
  return std::array{named(Kind::channel, "channel"), named(Kind::group, "group"),
                    named(Kind::direct, "direct")};
}

enum class Visibility : std::uint8_t { everyone = 1, members = 2 };
constexpr auto names(Visibility) {
  return std::array{named(Visibility::everyone, "public"), named(Visibility::members, "private")};
}

/// In the order of their rights.
enum class Role : std::uint8_t { member = 1, moderator = 2, owner = 3 };
constexpr auto names(Role) {
  return std::array{named(Role::owner, "owner"), named(Role::moderator, "moderator"),
                    named(Role::member, "member")};
}

enum class Notifications : std::uint8_t { all = 1, mentions = 2, nothing = 3 };
constexpr auto names(Notifications) {
  return std::array{named(Notifications::all, "all"), named(Notifications::mentions, "mentions"),
                    named(Notifications::nothing, "nothing")};
}

struct Room {
  RoomId id;
  std::int64_t version = 1;
  Time created_at;
  Kind kind = Kind::channel;
  std::string name;
  std::string topic;
  Visibility visibility = Visibility::members;
  UserId created_by;
  std::optional<Time> archived_at;
  std::int64_t member_count = 0;
  std::int64_t last_seq = 0;
  std::optional<Time> last_message_at;
  std::vector<UserId> member_ids;  ///< Of groups and direct rooms only.
};
constexpr auto fields(const Room*) {
  return resource(
      "Room", field("id", &Room::id), field("version", &Room::version),
      field("created_at", &Room::created_at), field("kind", &Room::kind),
      field("name", &Room::name).says("Empty for direct rooms and unnamed groups."),
      field("topic", &Room::topic), field("visibility", &Room::visibility),
      field("created_by", &Room::created_by), field("archived_at", &Room::archived_at),
      field("member_count", &Room::member_count), field("last_seq", &Room::last_seq),
      field("last_message_at", &Room::last_message_at),
      field("member_ids", &Room::member_ids).says("Of groups and direct rooms; else empty."));
}

/// A room as one person sees it.
struct MyRoom : Room {
  std::optional<Role> role;  ///< Nothing: not a member.
  std::int64_t read_seq = 0;
  std::int64_t unread_count = 0;
  std::int64_t mention_count = 0;
  Notifications notifications = Notifications::all;
};
constexpr auto fields(const MyRoom*) {
  return extend("MyRoom", fields(static_cast<const Room*>(nullptr)),
                field("role", &MyRoom::role).says("Null for somebody who is not a member."),
                field("read_seq", &MyRoom::read_seq),
                field("unread_count", &MyRoom::unread_count)
                    .says("Messages past read_seq by others; not deleted, not thread replies."),
                field("mention_count", &MyRoom::mention_count),
                field("notifications", &MyRoom::notifications));
}

/// A public channel as the directory shows it.
struct FoundRoom : Room {
  bool is_member = false;
};
constexpr auto fields(const FoundRoom*) {
  return extend("FoundRoom", fields(static_cast<const Room*>(nullptr)),
                field("is_member", &FoundRoom::is_member));
}

struct Member {
  RoomId room_id;
  UserId user_id;
  Role role = Role::member;
  Time joined_at;
  std::int64_t version = 1;
};
constexpr auto fields(const Member*) {
  return resource("Member", field("room_id", &Member::room_id), field("user_id", &Member::user_id),
                  field("role", &Member::role), field("joined_at", &Member::joined_at),
                  field("version", &Member::version));
}

struct MemberUser : Member {
  accounts::User user;
};
constexpr auto fields(const MemberUser*) {
  return extend("MemberUser", fields(static_cast<const Member*>(nullptr)),
                field("user", &MemberUser::user));
}

struct NewRoom {
  Kind kind = Kind::channel;
  std::optional<std::string> name;
  std::optional<std::string> topic;
  std::optional<Visibility> visibility;
  std::vector<UserId> member_ids;
};

/// What was made, or the direct room that was there already.
struct Created {
  MyRoom room;
  bool is_new = true;
};

struct RoomChange {
  std::optional<std::string> name;
  std::optional<std::string> topic;
  std::optional<Visibility> visibility;
  std::optional<bool> archived;  ///< Only false: restores.
};

struct MemberChange {
  std::optional<Role> role;
  std::optional<Notifications> notifications;
};

struct Joined {
  Member member;
  bool is_new = true;
};

/// Throws version_mismatch when the caller means another version than this one.
using RequireVersion = accounts::Precondition;

/// Makes a room, with `me` as its owner and the others as members; of a direct
/// pair there is only ever one, which is returned again.
/// Throws invalid_value, idempotency_mismatch.
accounts::Once<Created> create(App& app, UserId me, const NewRoom& draft,
                               const std::optional<accounts::IdempotencyKey>& key = {});

/// Throws not_found, not_member, insufficient_role, room_archived, conflict (of
/// direct rooms), invalid_value, version_mismatch.
MyRoom change(App& app, UserId me, RoomId room, const RoomChange& change,
              const RequireVersion& require = {});

/// Closes a room for writing; archiving it again changes nothing. Throws as `change` does.
void archive(App& app, UserId me, RoomId room, const RequireVersion& require = {});

/// Adds a person, or `me` to a public channel. Who is in already stays as they
/// are. Throws not_found, not_member, room_archived, conflict.
Joined add(App& app, UserId me, RoomId room, UserId person);

/// Removes a person, or lets `me` leave; the last one to leave archives the room.
/// Throws not_found, not_member, insufficient_role, room_archived, last_owner, conflict.
void remove(App& app, UserId me, RoomId room, UserId person);

/// Changes a person's role, or the notifications of `me`. Throws not_found,
/// not_member, insufficient_role, room_archived, last_owner, conflict, version_mismatch.
Member change_member(App& app, UserId me, RoomId room, UserId person, const MemberChange& change,
                     const RequireVersion& require = {});

/// Every room of a person, in the order of their ids.
std::vector<MyRoom> mine(db::Tx& tx, UserId me);

/// A room of `me`, or a public channel. Throws not_found.
MyRoom find(db::Tx& tx, UserId me, RoomId room);

/// Public channels in the order of their names. Every word of `query` must begin
/// a word of the name. Throws cursor_invalid, invalid_value.
Page<FoundRoom> discover(db::Tx& tx, UserId me, std::string_view query, std::size_t limit,
                         const std::optional<Cursor>& cursor);

/// Throws not_found, not_member, cursor_invalid.
Page<MemberUser> members(db::Tx& tx, UserId me, RoomId room, std::size_t limit,
                         const std::optional<Cursor>& cursor);

/// The rooms that a person is in, archived ones too.
std::vector<RoomId> room_ids(db::Tx& tx, UserId user);
/// The rooms that a person has left since, and is not in again.
std::vector<RoomId> past_room_ids(db::Tx& tx, UserId user, Time since);

/// The messages past `read_seq` that await `user` in a room.
std::int64_t unread_count(db::Tx& tx, RoomId room, UserId user, std::int64_t read_seq);

/// Throws not_found or not_member unless `user` may read the room's messages.
void require_reader(db::Tx& tx, RoomId room, UserId user);
/// Throws not_found, not_member or room_archived unless `user` may write in the
/// room. For units of work: answered from the writer's book, see book.h.
void require_writer(db::Tx& tx, RoomId room, UserId user);

}  // namespace confab::rooms
