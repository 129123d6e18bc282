#include "api/sync/sync.h"

#include <algorithm>

#include "api/base/config.h"
#include "api/base/version.h"
#include "api/db/pool.h"
#include "api/events/log.h"

namespace confab::sync {

namespace {

/// People who left a room longer ago than this have no events of it to come.
constexpr std::int64_t kPastRooms = 30 * kDay;

struct Cursor {
  bool reset = false;
  std::optional<events::Position> after;
};

Cursor read_cursor(db::Tx& tx, std::string_view text) {
  if (text.empty()) return {};
  const auto parsed = events::Position::parse(text);
  if (!parsed) {
    throw Error(Code::cursor_invalid,
                "This is not a stream position; leave it out and fetch a bootstrap.");
  }
  if (parsed->tag != events::server_tag(tx)) return {.reset = true};
  return {.after = parsed->position};
}

}  // namespace

Bootstrap bootstrap(App& app, UserId user, SessionId session) {
  return app.pool.snapshot([&](db::Tx& tx) {
    Bootstrap out;
    out.position = events::head(tx).text(events::server_tag(tx));
    out.me = accounts::me(tx, user);
    out.settings = accounts::settings_of(tx, user);
    out.rooms = rooms::mine(tx, user);
    std::vector<UserId> people{user};
    for (const auto& room : out.rooms) {
      people.insert(people.end(), room.member_ids.begin(), room.member_ids.end());
    }
    std::sort(people.begin(), people.end());
    people.erase(std::unique(people.begin(), people.end()), people.end());
    out.users = accounts::users_by_ids(tx, people);
    std::vector<RoomId> places;
    for (const auto& room : out.rooms) places.push_back(room.id);
    for (const auto& [id, presence] : app.hub->presence_in(std::move(places))) {
      out.presence.push_back({id, presence});
    }
    out.session = accounts::find_session(tx, user, session, app.clock.now());
    out.server = {app.config.name, std::string(kVersion)};
    return out;
  });
}

Opening open_stream(App& app, UserId user, SessionId session, std::string_view cursor) {
  auto slot = app.hub->take_slot(user);
  return app.pool.snapshot([&](db::Tx& tx) -> Opening {
    // It may have ended since the call was let in, and its event gone past already.
    if (!accounts::find_session(tx, user, session, app.clock.now())) {
      throw Error(Code::unauthenticated, "The session has ended. Sign in again.");
    }
    const auto [reset, after] = read_cursor(tx, cursor);
    if (reset) return {.reset = "unknown"};
    events::Subscription subscription{.user = user,
                                      .session = session,
                                      .after = after,
                                      .rooms = rooms::room_ids(tx, user),
                                      .known = events::head(tx),
                                      .oldest = events::horizon(tx),
                                      .first = {},
                                      .slot = slot};
    if (!after || app.hub->remembers(*after, subscription.known))
      return {.subscription = std::move(subscription)};
#ifdef CONFAB_SABOTAGE_MEMORY_ONLY
    subscription.after = subscription.known;
    return {.subscription = std::move(subscription)};
#endif
    if (!subscription.known.covers(*after)) return {.reset = "unknown"};

    // Older than the hub's memory: what was missed comes from the log, and the
    // hub goes on from what this snapshot knows.
    constexpr std::size_t kMost = 20'000;
    const auto past = rooms::past_room_ids(tx, user, app.clock.now() - kPastRooms);
    const auto missed =
        events::replay(tx, user, subscription.rooms, past, *after, subscription.known, kMost);
    if (missed.state == events::Replay::State::too_old) return {.reset = "too_old"};
    if (missed.more) return {.reset = "too_many"};
    const auto tag = events::server_tag(tx);
    for (const auto& [event, position] : missed.items) {
      subscription.first += "id: " + position.text(tag) + "\nevent: " + event->type +
                            "\ndata: " + events::envelope(*event) + "\n\n";
    }
    subscription.after = subscription.known;
    return {.subscription = std::move(subscription)};
  });
}

EventPage event_page(App& app, UserId user, std::string_view cursor, std::size_t limit) {
  return app.pool.snapshot([&](db::Tx& tx) {
    EventPage page;
    const auto tag = events::server_tag(tx);
    const auto head = events::head(tx);
    const auto [reset, after] = read_cursor(tx, cursor);
    page.next = head.text(tag);
    page.reset = reset || (after && !head.covers(*after));
    if (page.reset || !after) return page;
    const auto past = rooms::past_room_ids(tx, user, app.clock.now() - kPastRooms);
    const auto replay =
        events::replay(tx, user, rooms::room_ids(tx, user), past, *after, head, limit);
    if (replay.state == events::Replay::State::too_old) {
      page.reset = true;
      return page;
    }
    for (const auto& [event, position] : replay.items) {
      page.items.push_back({.position = position.text(tag),
                            .id = event->id,
                            .type = event->type,
                            .at = event->at,
                            .room_id = event->about.room,
                            .actor_id = event->about.actor,
                            .client_ref = event->about.client_ref.empty()
                                              ? std::nullopt
                                              : std::optional(event->about.client_ref),
                            .data = {event->data}});
    }
    if (replay.more) page.next = replay.stopped.text(tag);
    return page;
  });
}

}  // namespace confab::sync
