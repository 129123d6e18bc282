#include "api/rooms/store.h"

#include <algorithm>

#include "api/base/text.h"

namespace confab::rooms::store {
namespace {

constexpr std::string_view kRoomColumns =
    "r.id, r.version, r.created_at, r.kind, r.name, r.topic, r.visibility, r.created_by, "
    "r.archived_at, r.member_count, r.last_seq, r.last_message_at";

template <typename... More>
void read_room(const db::Row& row, Room& room, More&... more) {
  row.into(room.id, room.version, room.created_at, room.kind, room.name, room.topic,
           room.visibility, room.created_by, room.archived_at, room.member_count, room.last_seq,
           room.last_message_at, more...);
}

std::optional<Room> room_by(db::Tx& tx, RoomId id, std::string_view ending) {
  return tx.one(
      [](const db::Row& row) {
        Room found;
        read_room(row, found);
        return found;
      },
      "SELECT " + std::string(kRoomColumns) + " FROM rooms r WHERE r.id = ?" + std::string(ending),
      id);
}

/// What the directory searches: every word with a space before it.
std::string name_key(std::string_view name) {
  std::string key;
  for (const auto& word : words_of(name)) key += ' ' + word;
  // Folding can make a name longer than its column; what a search needs is its beginning.
  constexpr std::size_t kBytes = 400;
  while (key.size() > kBytes || !text::is_utf8(key))
    key.resize(std::min(key.size(), kBytes + 1) - 1);
  return key;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text::fold(text)) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr unsigned char kAscii = 0x80;
    const bool in_word = byte >= kAscii || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9');
    if (in_word) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::optional<Room> room(db::Tx& tx, RoomId id) { return room_by(tx, id, " /* rooms::room */"); }

std::optional<Room> lock_room(db::Tx& tx, RoomId id) {
  return room_by(tx, id, " /* rooms::lock_room */ FOR UPDATE");
}

std::optional<RoomId> direct_room(db::Tx& tx, const std::string& direct_key) {
  return tx.value<RoomId>("SELECT id FROM rooms /* rooms::direct_room */ WHERE direct_key = ?",
                          direct_key);
}

void insert(db::Tx& tx, const Room& room, const std::optional<std::string>& direct_key) {
  tx.run(
      "INSERT INTO rooms /* rooms::insert */ (id, kind, visibility, name, name_key, topic, "
      "direct_key, created_by, created_at, archived_at, member_count, last_seq, "
      "last_message_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, 0, NULL, ?)",
      room.id, room.kind, room.visibility, room.name, name_key(room.name), room.topic, direct_key,
      room.created_by, room.created_at, room.member_count, room.version);
}

void update(db::Tx& tx, const Room& room) {
  tx.run(
      "UPDATE rooms /* rooms::update */ SET name = ?, name_key = ?, topic = ?, visibility = ?, "
      "archived_at = ?, version = ? WHERE id = ?",
      room.name, name_key(room.name), room.topic, room.visibility, room.archived_at, room.version,
      room.id);
}

void add_to_member_count(db::Tx& tx, RoomId room, int change) {
  tx.run(
      "UPDATE rooms /* rooms::add_to_member_count */ SET member_count = member_count + ? "
      "WHERE id = ?",
      change, room);
}

std::optional<Membership> membership(db::Tx& tx, RoomId room, UserId user) {
  return tx.one(
      [](const db::Row& row) {
        Membership found;
        row.into(found.role, found.notifications, found.joined_at, found.read_seq,
                 found.mention_count, found.version);
        return found;
      },
      "SELECT role, notifications, joined_at, read_seq, mention_count, version "
      "FROM room_members /* rooms::membership */ "
      "WHERE room_id = ? AND user_id = ? AND left_at IS NULL",
      room, user);
}

void join(db::Tx& tx, const Member& member, std::int64_t read_seq) {
  tx.run(
      "INSERT INTO room_members /* rooms::join */ (room_id, user_id, role, notifications, "
      "joined_at, left_at, read_seq, mention_count, version) "
      "VALUES (?, ?, ?, ?, ?, NULL, ?, 0, ?) ON DUPLICATE KEY UPDATE role = VALUES(role), "
      "notifications = VALUES(notifications), joined_at = VALUES(joined_at), left_at = NULL, "
      "read_seq = VALUES(read_seq), mention_count = 0, version = version + 1",
      member.room_id, member.user_id, member.role, Notifications::all, member.joined_at, read_seq,
      member.version);
}

void leave(db::Tx& tx, RoomId room, UserId user, Time at) {
  tx.run(
      "UPDATE room_members /* rooms::leave */ SET left_at = ?, version = version + 1 "
      "WHERE room_id = ? AND user_id = ?",
      at, room, user);
}

void update_member(db::Tx& tx, RoomId room, UserId user, const Membership& membership) {
  tx.run(
      "UPDATE room_members /* rooms::update_member */ SET role = ?, notifications = ?, "
      "version = ? WHERE room_id = ? AND user_id = ?",
      membership.role, membership.notifications, membership.version, room, user);
}

std::int64_t count_owners(db::Tx& tx, RoomId room) {
  return tx
      .value<std::int64_t>(
          "SELECT COUNT(*) FROM room_members /* rooms::count_owners */ "
          "WHERE room_id = ? AND role = ? AND left_at IS NULL",
          room, Role::owner)
      .value_or(0);
}

std::vector<MyRoom> mine(db::Tx& tx, UserId user) {
  auto rooms = tx.rows(
      [](const db::Row& row) {
        MyRoom room;
        read_room(row, room, room.role, room.notifications, room.read_seq, room.mention_count);
        return room;
      },
      "SELECT " + std::string(kRoomColumns) +
          ", me.role, me.notifications, me.read_seq, me.mention_count "
          "FROM room_members me /* rooms::mine */ JOIN rooms r ON r.id = me.room_id "
          "WHERE me.user_id = ? AND me.left_at IS NULL ORDER BY r.id",
      user);
  std::unordered_map<RoomId, MyRoom*> by_id;
  for (auto& room : rooms) by_id[room.id] = &room;
  tx.each(
      [&](const db::Row& row) {
        RoomId room;
        UserId member;
        row.into(room, member);
        if (const auto found = by_id.find(room); found != by_id.end()) {
          found->second->member_ids.push_back(member);
        }
      },
      "SELECT m.room_id, m.user_id FROM room_members me /* rooms::mine */ "
      "JOIN rooms r ON r.id = me.room_id AND r.kind <> ? "
      "JOIN room_members m ON m.room_id = me.room_id AND m.left_at IS NULL "
      "WHERE me.user_id = ? AND me.left_at IS NULL ORDER BY m.room_id, m.user_id",
      Kind::channel, user);
  tx.each(
      [&](const db::Row& row) {
        RoomId room;
        std::int64_t count = 0;
        row.into(room, count);
        if (const auto found = by_id.find(room); found != by_id.end()) {
          found->second->unread_count = count;
        }
      },
      "SELECT me.room_id, COUNT(*) FROM room_members me /* rooms::mine */ "
      "JOIN rooms r ON r.id = me.room_id AND r.last_seq > me.read_seq "
      "JOIN messages m ON m.room_id = me.room_id AND m.seq > me.read_seq "
      "WHERE me.user_id = ? AND me.left_at IS NULL AND m.author_id <> me.user_id "
      "AND m.deleted_at IS NULL AND m.thread_root_id IS NULL GROUP BY me.room_id",
      user);
  return rooms;
}

std::int64_t unread_count(db::Tx& tx, RoomId room, UserId user, std::int64_t read_seq) {
  return tx
      .value<std::int64_t>(
          "SELECT COUNT(*) FROM messages /* rooms::unread_count */ "
          "WHERE room_id = ? AND seq > ? AND author_id <> ? AND deleted_at IS NULL "
          "AND thread_root_id IS NULL",
          room, read_seq, user)
      .value_or(0);
}

std::vector<UserId> member_ids(db::Tx& tx, RoomId room) {
  return tx.rows([](const db::Row& row) { return row.get<UserId>(); },
                 "SELECT user_id FROM room_members /* rooms::member_ids */ "
                 "WHERE room_id = ? AND left_at IS NULL ORDER BY user_id",
                 room);
}

std::vector<RoomId> room_ids(db::Tx& tx, UserId user) {
  return tx.rows([](const db::Row& row) { return row.get<RoomId>(); },
                 "SELECT room_id FROM room_members /* rooms::room_ids */ "
                 "WHERE user_id = ? AND left_at IS NULL ORDER BY room_id",
                 user);
}

std::vector<RoomId> past_room_ids(db::Tx& tx, UserId user, Time since) {
  return tx.rows([](const db::Row& row) { return row.get<RoomId>(); },
                 "SELECT room_id FROM room_members /* rooms::past_room_ids */ "
                 "WHERE user_id = ? AND left_at >= ? ORDER BY room_id",
                 user, since);
}

std::vector<FoundRoom> discover(db::Tx& tx, UserId user, const std::vector<std::string>& words,
                                std::size_t limit, const std::optional<Cursor>& cursor) {
  std::string sql = "SELECT " + std::string(kRoomColumns) +
                    ", me.user_id IS NOT NULL FROM rooms r /* rooms::discover */ "
                    "LEFT JOIN room_members me ON me.room_id = r.id AND me.user_id = ? "
                    "AND me.left_at IS NULL WHERE r.visibility = ? AND r.archived_at IS NULL";
  db::Values values{user, Visibility::everyone};
  std::vector<std::string> patterns;
  patterns.reserve(words.size());
  for (const auto& word : words) {
    sql += " AND r.name_key LIKE ?";
    patterns.push_back("% " + word + '%');
    values.emplace_back(patterns.back());
  }
  std::string name;
  if (cursor) {
    const auto id = RoomId::parse(cursor->key);
    const auto found =
        id ? tx.value<std::string>("SELECT name_key FROM rooms /* rooms::discover */ WHERE id = ?",
                                   *id)
           : std::nullopt;
    if (!found) throw Error(Code::cursor_invalid, "Begin again without a cursor.");
    name = *found;
    sql += cursor->back ? " AND (r.name_key < ? OR (r.name_key = ? AND r.id < ?))"
                        : " AND (r.name_key > ? OR (r.name_key = ? AND r.id > ?))";
    values.insert(values.end(), {name, name, *id});
  }
  sql += cursor && cursor->back ? " ORDER BY r.name_key DESC, r.id DESC LIMIT ?"
                                : " ORDER BY r.name_key, r.id LIMIT ?";
  values.emplace_back(limit + 1);
  return tx.rows_with(
      [](const db::Row& row) {
        FoundRoom room;
        read_room(row, room, room.is_member);
        return room;
      },
      sql, values);
}

std::vector<MemberUser> members(db::Tx& tx, RoomId room, std::size_t limit,
                                const std::optional<Cursor>& cursor) {
  const bool back = cursor && cursor->back;
  auto from = UserId{};
  if (cursor) {
    const auto id = UserId::parse(cursor->key);
    if (!id) throw Error(Code::cursor_invalid, "Begin again without a cursor.");
    from = *id;
  }
  return tx.rows(
      [&](const db::Row& row) {
        MemberUser member;
        member.room_id = room;
        row.into(member.user_id, member.role, member.joined_at, member.version);
        return member;
      },
      std::string("SELECT user_id, role, joined_at, version FROM room_members "
                  "/* rooms::members */ WHERE room_id = ? AND left_at IS NULL AND ") +
          (back ? "user_id < ? ORDER BY user_id DESC LIMIT ?"
                : "user_id > ? ORDER BY user_id LIMIT ?"),
      room, from.value, limit + 1);
}

std::optional<RoomState> load_state(db::Tx& tx, RoomId room) {
  auto state = tx.one(
      [](const db::Row& row) {
        RoomState found;
        std::optional<Time> archived_at;
        row.into(found.kind, found.visibility, archived_at, found.last_seq);
        found.archived = archived_at.has_value();
        return found;
      },
      "SELECT kind, visibility, archived_at, last_seq FROM rooms /* rooms::load_state */ "
      "WHERE id = ? FOR UPDATE",
      room);
  if (!state) return state;
  state->members = tx.rows(
      [](const db::Row& row) {
        std::pair<UserId, Role> member;
        row.into(member.first, member.second);
        return member;
      },
      "SELECT user_id, role FROM room_members /* rooms::load_state */ "
      "WHERE room_id = ? AND left_at IS NULL ORDER BY user_id",
      room);
  return state;
}

void write_counters(db::Connection& connection, const Book::Counters& counters) {
  constexpr std::size_t kColumns = 3;
  db::Values values;
  values.reserve(counters.size() * kColumns);
  for (const auto& [room, counter] : counters) {
    values.insert(values.end(), {counter.last_seq, counter.at, room});
  }
  connection.bulk("UPDATE rooms SET last_seq = ?, last_message_at = ? WHERE id = ?", kColumns,
                  values);
}

}  // namespace confab::rooms::store
