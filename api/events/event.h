#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/base/fields.h"
#include "api/base/id.h"

namespace confab::db {
class Tx;
}

namespace confab::events {

/// Who hears an event.
struct Audience {
  enum class Kind : std::uint8_t { everyone = 0, user = 1, room = 2 };
  Kind kind = Kind::everyone;
  std::uint64_t id = 0;
  bool operator==(const Audience&) const = default;
};

inline Audience to_room(RoomId room) { return {Audience::Kind::room, room.value}; }
inline Audience to_user(UserId user) { return {Audience::Kind::user, user.value}; }
inline Audience to_everyone() { return {}; }

/// What an event does to the streams themselves, at its exact place among the others.
enum class Effect : std::uint8_t {
  none = 0,
  join = 1,         ///< `subject` hears the room from this event on.
  leave = 2,        ///< This event is the last of the room that `subject` hears.
  end_session = 3,  ///< The streams of session `ref` end after this event.
};

/// What goes with an event besides its data.
struct About {
  RoomId room = {};
  UserId actor = {};
  std::string client_ref = {};
  Effect effect = Effect::none;
  UserId subject = {};
  std::uint64_t ref = 0;
  /// The log keeps only `ref`; a replay asks the feature for the data again, so
  /// that what was deleted is not kept a second time.
  bool by_reference = false;
};

/// One durable event, as it is committed and sent.
struct Event {
  std::uint32_t node = 0;
  std::uint64_t pos = 0;
  EventId id;
  Time at;
  std::string type;
  Audience audience;
  About about;
  std::string data;  ///< JSON text.
};

using EventPtr = std::shared_ptr<const Event>;

/// `{ id, type, at, room_id?, actor_id?, client_ref?, data }`
std::string envelope(const Event& event);

/// Adds an event to the unit of work: it is in the log if and only if the unit
/// is committed, and is sent to its audience right after the commit.
void emit_text(db::Tx& tx, Audience audience, std::string_view type, std::string data, About about);

template <typename T>
void emit(db::Tx& tx, Audience audience, std::string_view type, const T& data, About about = {}) {
  emit_text(tx, audience, type, to_json(data), std::move(about));
}

}  // namespace confab::events
