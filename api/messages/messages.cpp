#include "api/messages/messages.h"

#include <cstring>

#include "api/audit/audit.h"
#include "api/base/crypto.h"
#include "api/base/text.h"
#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/events/event.h"
#include "api/messages/store.h"
#include "api/rooms/authorize.h"
#include "api/rooms/book.h"

namespace confab::messages {

namespace {

void require_body(const std::string& body) {
  if (body.size() > kBodyBytes) {
    throw Error(Code::message_too_long,
                "A message has at most " + std::to_string(kBodyBytes) +
                    " bytes; send the rest as another message or as a file.",
                "/body");
  }
  if (text::is_blank(body)) {
    throw Error(Code::empty_message, "A message needs something that can be seen.", "/body");
  }
}

/// What two posts with one key must share.
std::uint64_t hash_of(RoomId room, const NewMessage& draft) {
  const auto digest = crypto::sha256(
      room.text() + '/' + draft.reply_to_id.value_or(MessageId{}).text() + '/' + draft.body);
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

void emit(db::Tx& tx, std::string_view type, const Message& message, UserId actor,
          const std::string& client_ref = {}) {
  events::emit(tx, events::to_room(message.room_id), type, message,
               {.room = message.room_id,
                .actor = actor,
                .client_ref = client_ref,
                .ref = message.id.value,
                .by_reference = true});
}

Message require_visible(db::Tx& tx, UserId reader, MessageId id) {
  auto message = store::by_id(tx, id);
  if (!message) throw not_found();
  rooms::require_reader(tx, message->room_id, reader);
  return std::move(*message);
}

}  // namespace

Posted post(App& app, UserId author, RoomId room, const NewMessage& draft,
            const std::optional<std::string>& key) {
  require_body(draft.body);
  bool can_reply = true;
  if (draft.reply_to_id) {
    const auto target =
        app.pool.read([&](db::Tx& tx) { return store::by_id(tx, *draft.reply_to_id); });
    can_reply = target && target->room_id == room && !target->deleted_at;
  }
  const Message fresh{.id = app.ids.make<MessageId>(),
                      .room_id = room,
                      .author_id = author,
                      .body = draft.body,
                      .created_at = app.clock.now(),
                      .reply_to_id = draft.reply_to_id.value_or(MessageId{}),
                      .client_ref = key};
  // A made-up key begins with a space, which no client's can.
  const std::string kept_key = key ? *key : ' ' + fresh.id.text();
  const auto hash = hash_of(room, draft);

  return app.writer.run([&](db::Tx& tx) -> Posted {
    const auto earlier = [&]() -> std::optional<Posted> {
      auto found = store::by_key(tx, author, kept_key);
      if (!found) return std::nullopt;
      if (found->request_hash != hash) {
        throw Error(Code::idempotency_mismatch,
                    "This Idempotency-Key was used for another message; make a new key.");
      }
      return Posted{std::move(found->message), key.has_value()};
    };
    // Also without a key of the client: this may be the second run of a unit whose
    // commit was not heard of.
    if (tx.careful()) {
      if (auto first = earlier()) return *first;
    }
    try {
      rooms::require_writer(tx, room, author);
    } catch (const db::SqlError&) {
      throw;
    } catch (const Error&) {
      // The first try may have been acknowledged before the author left.
      if (auto first = earlier()) return *first;
      throw;
    }
    if (!can_reply) {
      // What the first try replied to may be gone by now.
      if (auto first = earlier()) return *first;
      throw Error(Code::invalid_value, "Reply to a message that stands in this room.",
                  "/reply_to_id");
    }
    Posted posted{fresh};
    posted.message.seq = tx.part<rooms::Book>().next_seq(tx, room, fresh.created_at);
    tx.part<Rows>().add({posted.message, kept_key, hash});
    emit(tx, "message.created", posted.message, author, key.value_or(""));
    return posted;
  });
}

History history(App& app, UserId reader, RoomId room, const Window& window) {
  return app.pool.read([&](db::Tx& tx) {
    rooms::require_reader(tx, room, reader);
    constexpr std::int64_t kEnd = std::int64_t{1} << 62;
    const int limit = window.limit;
    History out;
    // One more than asked for tells whether there is more.
    const auto older = [&](std::int64_t seq, int count) {
      auto page = store::page_before(tx, room, seq, count + 1);
      out.more_before = page.size() > static_cast<std::size_t>(count);
      if (out.more_before) page.erase(page.begin());
      return page;
    };
    const auto newer = [&](std::int64_t seq, int count) {
      auto page = store::page_after(tx, room, seq, count + 1);
      out.more_after = page.size() > static_cast<std::size_t>(count);
      if (out.more_after) page.pop_back();
      return page;
    };
    switch (window.kind) {
      case Window::Kind::newest:
        out.items = older(kEnd, limit);
        break;
      case Window::Kind::before:
        out.items = older(window.seq, limit);
        out.more_after = !store::page_after(tx, room, window.seq - 1, 1).empty();
        break;
      case Window::Kind::after:
        out.items = newer(window.seq, limit);
        out.more_before = !store::page_before(tx, room, window.seq + 1, 1).empty();
        break;
      case Window::Kind::around:
        out.items = older(window.seq, limit / 2);
        for (auto& message : newer(window.seq - 1, limit - limit / 2)) {
          out.items.push_back(std::move(message));
        }
        break;
    }
    return out;
  });
}

Message get(App& app, UserId reader, MessageId id) {
  return app.pool.read([&](db::Tx& tx) { return require_visible(tx, reader, id); });
}

Message edit(App& app, UserId editor, MessageId id, const std::string& body,
             const rooms::RequireVersion& require) {
  require_body(body);
  return app.writer.run([&](db::Tx& tx) {
    Message message = require_visible(tx, editor, id);
    if (message.author_id != editor) {
      throw Error(Code::not_author, "Only its author may change a message.");
    }
    rooms::require_writer(tx, message.room_id, editor);
    if (require) require(message.version);
    if (message.deleted_at) throw Error(Code::conflict, "The message was deleted.");
    if (message.body == body) return message;
    message.body = body;
    message.edited_at = app.clock.now();
    ++message.version;
    store::update_body(tx, message);
    emit(tx, "message.updated", message, editor);
    return message;
  });
}

void remove(App& app, UserId remover, MessageId id, const rooms::RequireVersion& require) {
  const auto by = audit::by(remover);
  app.writer.run(
      [&](db::Tx& tx) {
        Message message = require_visible(tx, remover, id);
        const auto role = tx.part<rooms::Book>().state(tx, message.room_id).role_of(remover);
        const bool moderates = role && *role >= rooms::Role::moderator;
        if (message.author_id != remover && !moderates) {
          throw Error(Code::not_author, "Only its author or a moderator may delete a message.");
        }
        if (message.deleted_at) return;
        if (require) require(message.version);
        message.body.clear();
        message.deleted_at = app.clock.now();
        ++message.version;
        store::update_body(tx, message);
        emit(tx, "message.deleted", message, remover);
        if (message.author_id != remover) {
          audit::record(tx, by,
                        {.action = audit::Action::message_removed,
                         .subject = id,
                         .room = message.room_id,
                         .details = {{"author_id", message.author_id}}});
        }
      },
      db::Growth::none);
}

std::unordered_map<std::uint64_t, std::string> json_by_ids(db::Tx& tx,
                                                           const std::vector<std::uint64_t>& ids) {
  std::unordered_map<std::uint64_t, std::string> out;
  constexpr std::size_t kAtOnce = 512;
  for (std::size_t i = 0; i < ids.size(); i += kAtOnce) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(i + kAtOnce, ids.size()));
    for (const auto& message : store::by_ids(tx, {begin, end})) {
      out.emplace(message.id.value, to_json(message));
    }
  }
  return out;
}

}  // namespace confab::messages
