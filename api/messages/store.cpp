#include "api/messages/store.h"

#include <algorithm>

namespace confab::messages {

void Rows::flush(db::Connection& connection) {
  constexpr std::size_t kCount = 11;
  db::Values values;
  values.reserve(pending_.size() * kCount);
  for (const auto& [message, key, request_hash] : pending_) {
    values.insert(values.end(), {message.room_id, message.seq, message.id, message.author_id,
                                 message.body, key, request_hash, message.reply_to_id,
                                 message.thread_root_id, message.created_at, message.version});
  }
  connection.bulk(
      "INSERT INTO messages (room_id, seq, id, author_id, kind, body, idempotency_key, "
      "request_hash, reply_to_id, thread_root_id, created_at, version) "
      "VALUES (?,?,?,?,0,?,?,?,?,?,?,?)",
      kCount, values);
  pending_.clear();
  unit_start_ = 0;
}

namespace store {

namespace {

constexpr std::string_view kColumns =
    "id, room_id, seq, author_id, body, created_at, edited_at, deleted_at, version, reply_to_id, "
    "thread_root_id, idempotency_key";

template <typename... More>
Message read_with(const db::Row& row, More&... more) {
  Message message;
  std::string key;
  row.into(message.id, message.room_id, message.seq, message.author_id, message.body,
           message.created_at, message.edited_at, message.deleted_at, message.version,
           message.reply_to_id, message.thread_root_id, key, more...);
  // A key that the server made up begins with a space, which no client's can.
  if (!key.starts_with(' ')) message.client_ref = std::move(key);
  return message;
}

Message read(const db::Row& row) { return read_with(row); }

std::string select(std::string_view rest) {
  return "SELECT " + std::string(kColumns) + " FROM messages WHERE " + std::string(rest);
}

}  // namespace

std::optional<Earlier> by_key(db::Tx& tx, UserId author, const std::string& key) {
  return tx.one(
      [](const db::Row& row) {
        Earlier earlier;
        earlier.message = read_with(row, earlier.request_hash);
        return earlier;
      },
      "SELECT " + std::string(kColumns) +
          ", request_hash FROM messages WHERE author_id = ? AND idempotency_key = ?",
      author, key);
}

std::optional<Message> by_id(db::Tx& tx, MessageId id) {
  static const std::string sql = select("id = ?");
  return tx.one(read, sql, id);
}

std::vector<Message> by_ids(db::Tx& tx, const std::vector<std::uint64_t>& ids) {
  if (ids.empty()) return {};
  const auto values = db::padded(ids);
  return tx.rows_with(read, select("id IN (" + db::placeholders(values.size()) + ")"), values);
}

std::vector<Message> page_before(db::Tx& tx, RoomId room, std::int64_t seq, int limit) {
  static const std::string sql = select("room_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?");
  auto page = tx.rows(read, sql, room, seq, limit);
  std::reverse(page.begin(), page.end());
  return page;
}

std::vector<Message> page_after(db::Tx& tx, RoomId room, std::int64_t seq, int limit) {
  static const std::string sql = select("room_id = ? AND seq > ? ORDER BY seq LIMIT ?");
  return tx.rows(read, sql, room, seq, limit);
}

void update_body(db::Tx& tx, const Message& message) {
  tx.run("UPDATE messages SET body = ?, edited_at = ?, deleted_at = ?, version = ? WHERE id = ?",
         message.body, message.edited_at, message.deleted_at, message.version, message.id);
}

}  // namespace store

}  // namespace confab::messages
