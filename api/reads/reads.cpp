#include "api/reads/reads.h"

#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/events/event.h"
#include "api/events/hub.h"
#include "api/reads/store.h"
#include "api/reads/wire.h"
#include "api/rooms/book.h"

namespace confab::reads {
namespace {

constexpr std::int64_t kTypingEvery = 3 * kSecond;
constexpr std::size_t kMostGates = 10'000;

}  // namespace

ReadState mark(App& app, UserId me, RoomId room, const ReadMark& mark) {
  return app.writer.run(
      [&](db::Tx& tx) {
        const auto& known = tx.part<rooms::Book>().state(tx, room);
        rooms::authorize(rooms::standing(known), known.role_of(me), rooms::Action::read);
        if (mark.seq > known.last_seq) {
          throw Error(Code::invalid_value,
                      "The room's last seq is " + std::to_string(known.last_seq) + ".", "/seq");
        }
        auto state = store::read_state(tx, room, me);
        const bool moves =
            mark.mark_unread ? mark.seq != state.read_seq : mark.seq > state.read_seq;
        if (moves) {
          state.read_seq = mark.seq;
          store::set_read_seq(tx, room, me, mark.seq);
        }
        state.unread_count = rooms::unread_count(tx, room, me, state.read_seq);
        if (moves) {
          events::emit(tx, events::to_user(me), "read.updated", state, {.room = room, .actor = me});
        }
        return state;
      },
      db::Growth::none);
}

std::size_t TypingGate::Hash::operator()(const Key& key) const noexcept {
  // Odd and large, so that neighbouring rooms of one person do not collide.
  constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
  return std::hash<std::uint64_t>()(key.user.value * kSpread ^ key.room.value);
}

bool TypingGate::is_shut(UserId user, RoomId room, Time now) {
  return passed_.with([&](auto& passed) {
    const auto found = passed.find({user, room});
    return found != passed.end() && now - found->second < kTypingEvery;
  });
}

void TypingGate::shut(UserId user, RoomId room, Time now) {
  passed_.with([&](auto& passed) {
    if (passed.size() >= kMostGates) {
      std::erase_if(passed, [&](const auto& gate) { return now - gate.second >= kTypingEvery; });
    }
    passed[{user, room}] = now;
  });
}

void type(App& app, TypingGate& gate, UserId me, RoomId room) {
  const Time now = app.clock.now();
  if (gate.is_shut(me, room, now)) return;
  app.pool.read([&](db::Tx& tx) { rooms::require_allowed(tx, room, me, rooms::Action::write); });
  gate.shut(me, room, now);
  if (app.hub == nullptr) return;
  app.hub->tell(events::to_room(room), "typing", to_json(Typing{room, me}), room, me);
}

}  // namespace confab::reads
