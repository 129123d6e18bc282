#include "api/rooms/book.h"

#include <algorithm>

#include "api/rooms/store.h"

namespace confab::rooms {
namespace {

constexpr std::size_t kMostRooms = 20'000;
constexpr std::size_t kMostMembers = 500'000;

auto place_of(std::vector<std::pair<UserId, Role>>& members, UserId user) {
  return std::lower_bound(members.begin(), members.end(), user,
                          [](const auto& entry, UserId id) { return entry.first < id; });
}

}  // namespace

std::optional<Role> RoomState::role_of(UserId user) const {
  const auto found =
      std::lower_bound(members.begin(), members.end(), user,
                       [](const auto& entry, UserId id) { return entry.first < id; });
  if (found == members.end() || found->first != user) return std::nullopt;
  return found->second;
}

const RoomState& Book::state(db::Tx& tx, RoomId room) {
  if (const auto found = rooms_.find(room); found != rooms_.end()) return found->second;
  auto loaded = store::load_state(tx, room);
  if (!loaded) throw not_found();
  touch(room);
  members_ += loaded->members.size();
  return rooms_.emplace(room, std::move(*loaded)).first->second;
}

std::int64_t Book::next_seq(db::Tx& tx, RoomId room, Time at) {
  state(tx, room);
  RoomState& known = rooms_.find(room)->second;
  const auto pending = unwritten_.find(room);
  before_unit_.try_emplace(
      room, pending == unwritten_.end() ? std::nullopt : std::optional(pending->second));
  touch(room);
  unit_counted_ = true;
  unwritten_[room] = {.last_seq = ++known.last_seq, .at = at};
  return known.last_seq;
}

void Book::forget(RoomId room) { drop(room); }

void Book::set_member(RoomId room, UserId user, std::optional<Role> role) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  touch(room);
  auto& members = found->second.members;
  members_ -= members.size();
  const auto place = place_of(members, user);
  const bool known = place != members.end() && place->first == user;
  if (role && known) {
    place->second = *role;
  } else if (role) {
    members.insert(place, {user, *role});
  } else if (known) {
    members.erase(place);
  }
  members_ += members.size();
}

void Book::forget_later(RoomId room) {
  changed_elsewhere_.with([&](auto& rooms) { rooms.push_back(room); });
}

void Book::connected(db::Connection&, std::uint32_t) {
#ifndef CONFAB_SABOTAGE_KEPT_COUNTERS
  drop_all();
#endif
}

void Book::unit_begins() noexcept {
  unit_touched_.clear();
  before_unit_.clear();
  unit_counted_ = false;
  std::vector<RoomId> elsewhere;
  changed_elsewhere_.with([&](auto& rooms) { elsewhere.swap(rooms); });
  for (const RoomId room : elsewhere) drop(room);
  // Here and not when loading: a unit may hold on to what it was given.
  if (rooms_.size() > kMostRooms || members_ > kMostMembers) drop_all();
}

void Book::unit_failed() noexcept {
  for (const auto& [room, counter] : before_unit_) {
    if (counter) {
      unwritten_[room] = *counter;
    } else {
      unwritten_.erase(room);
    }
  }
  before_unit_.clear();
  unit_counted_ = false;
  for (const RoomId room : unit_touched_) drop(room);
  unit_touched_.clear();
}

void Book::flush(db::Connection& connection) {
  store::write_counters(connection, unwritten_);
  unwritten_.clear();
  for (auto& [room, counter] : before_unit_) counter.reset();
  unit_counted_ = false;
}

void Book::committed() noexcept { batch_touched_.clear(); }

void Book::rolled_back() noexcept {
  unwritten_.clear();
  before_unit_.clear();
  unit_touched_.clear();
  unit_counted_ = false;
#ifndef CONFAB_SABOTAGE_KEPT_COUNTERS
  for (const RoomId room : batch_touched_) drop(room);
#endif
  batch_touched_.clear();
}

void Book::drop(RoomId room) noexcept {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  members_ -= found->second.members.size();
  rooms_.erase(found);
}

void Book::drop_all() noexcept {
  rooms_.clear();
  members_ = 0;
}

void Book::touch(RoomId room) {
  unit_touched_.push_back(room);
  batch_touched_.push_back(room);
}

}  // namespace confab::rooms
