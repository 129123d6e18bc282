#include <unordered_map>

#include "api/base/text.h"
#include "api/rooms/authorize.h"
#include "api/rooms/book.h"
#include "api/rooms/rooms.h"
#include "api/rooms/store.h"

namespace confab::rooms {
namespace {

std::optional<Role> role_of(const std::optional<store::Membership>& membership) {
  return membership ? std::optional(membership->role) : std::nullopt;
}

}  // namespace

std::vector<MyRoom> mine(db::Tx& tx, UserId me) { return store::mine(tx, me); }

MyRoom find(db::Tx& tx, UserId me, RoomId id) {
  auto room = store::room(tx, id);
  if (!room) throw not_found();
  const auto membership = store::membership(tx, id, me);
  authorize(standing(*room), role_of(membership), Action::see);
  if (room->kind != Kind::channel) room->member_ids = store::member_ids(tx, id);
  MyRoom mine{std::move(*room)};
  if (membership) {
    mine.role = membership->role;
    mine.read_seq = membership->read_seq;
    mine.mention_count = membership->mention_count;
    mine.notifications = membership->notifications;
    mine.unread_count = store::unread_count(tx, id, me, membership->read_seq);
  }
  return mine;
}

Page<FoundRoom> discover(db::Tx& tx, UserId me, std::string_view query, std::size_t limit,
                         const std::optional<Cursor>& cursor) {
  constexpr std::size_t kMostPoints = 100;
  constexpr std::size_t kMostWords = 8;
  if (text::code_points(query) > kMostPoints) {
    throw Error(Code::invalid_value, "The query parameter q takes at most 100 characters.");
  }
  auto words = store::words_of(query);
  if (words.empty() && !text::is_blank(query)) return {};
  if (words.size() > kMostWords) words.resize(kMostWords);
  return page_of(store::discover(tx, me, words, limit, cursor), limit, cursor,
                 [](const FoundRoom& room) { return room.id.text(); });
}

Page<MemberUser> members(db::Tx& tx, UserId me, RoomId room, std::size_t limit,
                         const std::optional<Cursor>& cursor) {
  require_reader(tx, room, me);
  auto rows = store::members(tx, room, limit, cursor);
  std::vector<UserId> ids;
  ids.reserve(rows.size());
  for (const auto& row : rows) ids.push_back(row.user_id);
  std::unordered_map<UserId, accounts::User> users;
  for (auto& user : accounts::users_by_ids(tx, ids)) users.emplace(user.id, std::move(user));
  for (auto& row : rows) row.user = users.at(row.user_id);
  return page_of(std::move(rows), limit, cursor,
                 [](const MemberUser& member) { return member.user_id.text(); });
}

std::vector<RoomId> room_ids(db::Tx& tx, UserId user) { return store::room_ids(tx, user); }

std::vector<RoomId> past_room_ids(db::Tx& tx, UserId user, Time since) {
  return store::past_room_ids(tx, user, since);
}

std::int64_t unread_count(db::Tx& tx, RoomId room, UserId user, std::int64_t read_seq) {
  return store::unread_count(tx, room, user, read_seq);
}

void require_allowed(db::Tx& tx, RoomId id, UserId user, Action action) {
  const auto room = store::room(tx, id);
  if (!room) throw not_found();
  authorize(standing(*room), role_of(store::membership(tx, id, user)), action);
}

void require_reader(db::Tx& tx, RoomId room, UserId user) {
  require_allowed(tx, room, user, Action::read);
}

void require_writer(db::Tx& tx, RoomId room, UserId user) {
  const RoomState& state = tx.part<Book>().state(tx, room);
  authorize(standing(state), state.role_of(user), Action::write);
}

}  // namespace confab::rooms
