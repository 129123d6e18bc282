#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/accounts/accounts.h"
#include "api/app.h"
#include "api/base/fields.h"
#include "api/events/hub.h"
#include "api/rooms/rooms.h"

/// What a client needs to draw, and the stream that keeps it true.
///
/// The law: a bootstrap and the events after its position make a later bootstrap.
namespace confab::sync {

struct PresenceOf {
  UserId user_id;
  events::Presence presence = events::Presence::offline;
};
constexpr auto fields(const PresenceOf*) {
  return resource("Presence", field("user_id", &PresenceOf::user_id),
                  field("presence", &PresenceOf::presence));
}

struct ServerInfo {
  std::string name;
  std::string version;
};
constexpr auto fields(const ServerInfo*) {
  return resource("ServerInfo", field("name", &ServerInfo::name),
                  field("version", &ServerInfo::version));
}

struct Bootstrap {
  std::string position;  ///< Everything below is true at this place in the stream.
  accounts::Me me;
  accounts::Settings settings;
  std::vector<rooms::MyRoom> rooms;
  std::vector<accounts::User> users;  ///< Me and the people of my groups and direct rooms.
  std::vector<PresenceOf> presence;   ///< Who of my rooms is not offline.
  std::optional<accounts::Session> session;
  ServerInfo server;
};
constexpr auto fields(const Bootstrap*) {
  return resource("Bootstrap", field("position", &Bootstrap::position), field("me", &Bootstrap::me),
                  field("settings", &Bootstrap::settings), field("rooms", &Bootstrap::rooms),
                  field("users", &Bootstrap::users), field("presence", &Bootstrap::presence),
                  field("session", &Bootstrap::session), field("server", &Bootstrap::server));
}

/// One moment of everything `user` sees. Throws not_found when the account is gone.
Bootstrap bootstrap(App& app, UserId user, SessionId session);

/// How a stream begins: either a place from which the hub can go on, or a reset.
struct Opening {
  std::optional<events::Subscription> subscription;
  std::string reset;  ///< Why the client must fetch a new bootstrap.
};

/// `cursor` is the client's position, or empty for a stream that begins now.
/// Throws cursor_invalid when it is none at all, too_many_streams, and
/// unauthenticated when the session has ended.
Opening open_stream(App& app, UserId user, SessionId session, std::string_view cursor);

struct EventItem {
  std::string position;
  EventId id;
  std::string type;
  Time at;
  RoomId room_id;
  UserId actor_id;
  std::optional<std::string> client_ref;
  RawJson data;
};
constexpr auto fields(const EventItem*) {
  return resource("EventItem", field("position", &EventItem::position), field("id", &EventItem::id),
                  field("type", &EventItem::type), field("at", &EventItem::at),
                  field("room_id", &EventItem::room_id).nullable(),
                  field("actor_id", &EventItem::actor_id).nullable(),
                  field("client_ref", &EventItem::client_ref), field("data", &EventItem::data));
}

struct EventPage {
  std::vector<EventItem> items;
  std::string next;    ///< `after` of the next page.
  bool reset = false;  ///< The cursor is of another time or server: bootstrap again.
};
constexpr auto fields(const EventPage*) {
  return resource("EventPage", field("items", &EventPage::items), field("next", &EventPage::next),
                  field("reset", &EventPage::reset));
}

/// The same log for those who cannot hold a stream. Throws cursor_invalid.
EventPage event_page(App& app, UserId user, std::string_view cursor, std::size_t limit);

}  // namespace confab::sync
