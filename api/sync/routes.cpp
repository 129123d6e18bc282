#include "api/face.h"
#include "api/sync/sync.h"

namespace confab::sync {

namespace {

using http::Access;
using http::Call;

http::Reply stream_reply(App& app, const Call& call) {
  const auto header = call.header("last-event-id");
  const auto cursor = !header.empty() ? header : call.query_value("after").value_or("");
  auto opening = open_stream(app, call.caller.user, call.caller.session, cursor);
  http::Reply reply{.type = "text/event-stream"};
  reply.header("X-Accel-Buffering", "no");
  if (!opening.subscription) {
    reply.body = "event: reset\ndata: {\"reason\":\"" + opening.reset + "\"}\n\n";
    return reply;
  }
  reply.stream = [hub = app.hub, subscription = std::make_shared<events::Subscription>(std::move(
                                     *opening.subscription))](int descriptor, http::Seat seat) {
    // The slot lives as long as the stream, so the connection's seat goes with it.
    struct Places {
      std::shared_ptr<events::StreamSlot> slot;
      http::Seat seat;
    };
    auto places = std::make_shared<Places>(Places{std::move(subscription->slot), std::move(seat)});
    subscription->slot = {places, places->slot.get()};
    hub->subscribe(std::move(*subscription), descriptor);
  };
  return reply;
}

struct Hello {
  std::string position;
  std::string oldest;
  int heartbeat_s = 0;
  std::vector<UserId> present;
};
constexpr auto fields(const Hello*) {
  return resource(
      "Hello", field("position", &Hello::position), field("oldest", &Hello::oldest),
      field("heartbeat_s", &Hello::heartbeat_s),
      field("present", &Hello::present)
          .says("Who is online just now in those of my rooms where at most 200 people are"));
}
struct Reset {
  std::string reason;
};
constexpr auto fields(const Reset*) { return resource("Reset", field("reason", &Reset::reason)); }

}  // namespace

void add_routes(http::Router& router, App& app) {
  router.add<Nothing, Bootstrap>(
      {.method = "GET",
       .path = "/bootstrap",
       .summary = "Everything a client needs to draw, and where the "
                  "stream goes on from it",
       .access = Access::user,
       .scope = "rooms:read",
       .patient = true},
      [&app](const Call& call) { return bootstrap(app, call.caller.user, call.caller.session); });

  router.add_raw({.method = "GET",
                  .path = "/events",
                  .summary = "The event stream (text/event-stream)",
                  .access = Access::user,
                  .scope = "rooms:read",
                  .query = {"after: position to go on from; or the Last-Event-ID header"},
                  .errors = {Code::cursor_invalid, Code::too_many_streams},
                  .produces = "text/event-stream",
                  .patient = true},
                 [&app](const Call& call) { return stream_reply(app, call); });

  router.add<Nothing, EventPage>(
      {.method = "GET",
       .path = "/events/page",
       .summary = "A page of the event log",
       .access = Access::user,
       .scope = "rooms:read",
       .query = {"after: position to go on from", "limit: 1 to 1000, default 100"},
       .errors = {Code::cursor_invalid}},
      [&app](const Call& call) {
        return event_page(app, call.caller.user, call.query_value("after").value_or(""),
                          static_cast<std::size_t>(call.query_number("limit", 100, 1, 1000)));
      });

  router.add_event<PresenceOf>("presence.updated", "Somebody of my rooms came or went", false);
  router.add_event<Hello>("hello", "The stream is open", false);
  router.add_event<Reset>("reset", "The position is of another time or server: bootstrap again",
                          false);
}

}  // namespace confab::sync
