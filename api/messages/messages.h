#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/app.h"
#include "api/base/fields.h"
#include "api/db/tx.h"
#include "api/rooms/rooms.h"

/// Messages: posting them, changing them, and reading a room's history in order.
///
/// `seq` counts up by one inside a room and is the order everyone sees. It is
/// handed out by the writer in the commit, so it never has holes.
namespace confab::messages {

constexpr std::size_t kBodyBytes = 16'384;

struct Message {
  MessageId id;
  RoomId room_id;
  std::int64_t seq = 0;
  UserId author_id;
  std::string body;  ///< Markdown source; empty when deleted.
  Time created_at;
  std::optional<Time> edited_at;
  std::optional<Time> deleted_at;
  std::int64_t version = 1;
  MessageId reply_to_id;
  MessageId thread_root_id;
  std::optional<std::string> client_ref;  ///< The Idempotency-Key of the post.
};

constexpr auto fields(const Message*) {
  return resource("Message", field("id", &Message::id), field("room_id", &Message::room_id),
                  field("seq", &Message::seq).says("Place in the room: 1, 2, 3 ... without gaps"),
                  field("author_id", &Message::author_id), field("body", &Message::body),
                  field("created_at", &Message::created_at),
                  field("edited_at", &Message::edited_at),
                  field("deleted_at", &Message::deleted_at), field("version", &Message::version),
                  field("reply_to_id", &Message::reply_to_id).nullable(),
                  field("thread_root_id", &Message::thread_root_id).nullable(),
                  field("client_ref", &Message::client_ref));
}

struct NewMessage {
  std::string body;
  std::optional<MessageId> reply_to_id;
};

struct Posted {
  Message message;
  bool replayed = false;  ///< The key had been used: this is the first message.
};

/// Posts to a room the author belongs to. The key stays with the message:
/// posting again with it returns the first one, even after leaving the room.
/// Throws empty_message, message_too_long, not_found, not_member, room_archived,
/// invalid_value (reply_to_id), idempotency_mismatch.
Posted post(App& app, UserId author, RoomId room, const NewMessage& draft,
            const std::optional<std::string>& key);

/// Which part of a room's history: the newest, or next to a `seq`.
struct Window {
  enum class Kind { newest, before, after, around } kind = Kind::newest;
  std::int64_t seq = 0;
  int limit = 50;
};

struct History {
  std::vector<Message> items;  ///< In the order of `seq`.
  bool more_before = false;
  bool more_after = false;
};

/// Throws not_found when the room is none that `reader` may see.
History history(App& app, UserId reader, RoomId room, const Window& window);

/// Throws not_found when it does not exist, or not for `reader`.
Message get(App& app, UserId reader, MessageId id);

/// Changes the body. `require` may refuse the message's present version.
/// Throws not_found, not_author, version_mismatch, room_archived and what post does.
Message edit(App& app, UserId editor, MessageId id, const std::string& body,
             const rooms::RequireVersion& require = {});

/// Empties a message; its place stays. Done by the author or a moderator of the
/// room. Deleting twice changes nothing. Throws not_found, not_author, version_mismatch.
void remove(App& app, UserId remover, MessageId id, const rooms::RequireVersion& require = {});

/// The JSON of messages by id, for events that are kept by reference.
std::unordered_map<std::uint64_t, std::string> json_by_ids(db::Tx& tx,
                                                           const std::vector<std::uint64_t>& ids);

}  // namespace confab::messages
