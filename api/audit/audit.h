#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/base/fields.h"
#include "api/base/id.h"
#include "api/base/page.h"
#include "api/db/tx.h"

/// The audit log: who did what to accounts, sessions, rooms and members, and when.
///
/// A row is written in the transaction of the change it speaks of: both are there
/// or neither. The rows of each node are a chain of hashes (row.h), whose ends are
/// signed now and then (checkpoint.h), so that a change made behind the server's
/// back is found by `verify` (verify.h). Rows are kept for ever, so they hold
/// neither secrets nor what people wrote: no password, token, message or name of
/// a room, and no e-mail address.
namespace confab::audit {

/// What was done. The names are stored and shown: they never change.
enum class Action : std::uint8_t {
  account_registered,
  account_created,
  account_changed,
  account_role_changed,
  account_disabled,
  account_enabled,
  password_changed,
  password_reset,
  password_refused,
  session_started,
  session_refused,
  session_ended,
  sessions_ended,
  token_created,
  token_reused,
  room_created,
  room_changed,
  room_archived,
  room_restored,
  member_added,
  member_removed,
  member_role_changed,
  message_removed,
};
constexpr auto names(Action) {
  return std::array{named(Action::account_registered, "account.registered"),
                    named(Action::account_created, "account.created"),
                    named(Action::account_changed, "account.changed"),
                    named(Action::account_role_changed, "account.role_changed"),
                    named(Action::account_disabled, "account.disabled"),
                    named(Action::account_enabled, "account.enabled"),
                    named(Action::password_changed, "password.changed"),
                    named(Action::password_reset, "password.reset"),
                    named(Action::password_refused, "password.refused"),
                    named(Action::session_started, "session.started"),
                    named(Action::session_refused, "session.refused"),
                    named(Action::session_ended, "session.ended"),
                    named(Action::sessions_ended, "sessions.ended"),
                    named(Action::token_created, "token.created"),
                    named(Action::token_reused, "token.reused"),
                    named(Action::room_created, "room.created"),
                    named(Action::room_changed, "room.changed"),
                    named(Action::room_archived, "room.archived"),
                    named(Action::room_restored, "room.restored"),
                    named(Action::member_added, "member.added"),
                    named(Action::member_removed, "member.removed"),
                    named(Action::member_role_changed, "member.role_changed"),
                    named(Action::message_removed, "message.removed")};
}

/// What it was done to.
enum class SubjectKind : std::uint8_t { user, session, room, message };
constexpr auto names(SubjectKind) {
  return std::array{named(SubjectKind::user, "user"), named(SubjectKind::session, "session"),
                    named(SubjectKind::room, "room"), named(SubjectKind::message, "message")};
}

struct Subject {
  SubjectKind kind = SubjectKind::user;
  std::uint64_t id = 0;

  Subject(SubjectKind k, std::uint64_t i) : kind(k), id(i) {}
  Subject(UserId user) : Subject(SubjectKind::user, user.value) {}
  Subject(SessionId session) : Subject(SubjectKind::session, session.value) {}
  Subject(RoomId room) : Subject(SubjectKind::room, room.value) {}
  Subject(MessageId message) : Subject(SubjectKind::message, message.value) {}

  /// `user:123`, or nothing.
  static std::optional<Subject> parse(std::string_view text);
};

/// Who did it.
struct Actor {
  std::string name = "system";  ///< A user id, `cli:<user of the machine>`, `anonymous`, `system`.
  std::string address = {};
  std::string request_id = {};
};

/// Somebody with an account, by the request that this thread works for.
Actor by(UserId user);
/// Nobody that the server knows, by the request that this thread works for.
Actor by_anonymous();
/// Somebody at the server's command line.
Actor by_command_line(std::string_view os_user);

/// One fact more: a name and a text, number or truth.
struct Detail {
  std::string name;
  std::string text;
  bool quoted = true;

  Detail(std::string_view n, std::string_view v) : name(n), text(v) {}
  Detail(std::string_view n, const std::string& v) : name(n), text(v) {}
  Detail(std::string_view n, const char* v) : name(n), text(v) {}
  Detail(std::string_view n, bool v) : name(n), text(v ? "true" : "false"), quoted(false) {}
  template <std::integral T>
  Detail(std::string_view n, T v) : name(n), text(std::to_string(v)), quoted(false) {}
  template <typename Tag>
  Detail(std::string_view n, Id<Tag> v) : name(n), text(v.text()) {}
};

struct Entry {
  Action action = Action::account_changed;
  Subject subject;
  RoomId room = {};
  std::string reason = {};  ///< At most 500 characters are kept.
  std::vector<Detail> details = {};
};

/// Adds a row to the unit of work. Needs a Trail among the writer's parts.
void record(db::Tx& tx, const Actor& by, const Entry& entry);

/// A row as it is read.
struct AuditEntry {
  std::string id;
  Time at;
  std::string actor;
  std::string action;
  std::string subject_kind;
  std::optional<std::string> subject_id;
  std::optional<RoomId> room_id;
  std::optional<std::string> reason;
  RawJson details;
  std::string address;
  std::string request_id;
};
constexpr auto fields(const AuditEntry*) {
  return resource(
      "AuditEntry", field("id", &AuditEntry::id), field("at", &AuditEntry::at),
      field("actor", &AuditEntry::actor)
          .says("A user id, `cli:` and a user of the machine, `anonymous`, `system`."),
      field("action", &AuditEntry::action), field("subject_kind", &AuditEntry::subject_kind),
      field("subject_id", &AuditEntry::subject_id), field("room_id", &AuditEntry::room_id),
      field("reason", &AuditEntry::reason), field("details", &AuditEntry::details),
      field("address", &AuditEntry::address), field("request_id", &AuditEntry::request_id));
}

/// What one looks for; what is absent holds for every row.
struct Filter {
  std::optional<std::string> actor;
  std::optional<Action> action;
  std::optional<Subject> subject;
  std::optional<RoomId> room;
  std::optional<Time> since;
};

/// The newest rows first. Throws cursor_invalid, and invalid_value for an actor
/// that cannot be.
Page<AuditEntry> find(db::Tx& tx, const Filter& filter, std::size_t limit,
                      const std::optional<Cursor>& cursor);

}  // namespace confab::audit
