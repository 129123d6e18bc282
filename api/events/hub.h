#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/base/guarded.h"
#include "api/events/event.h"
#include "api/events/position.h"

namespace confab::events {

/// A place among a person's streams, taken before the stream opens and given
/// back when it ends, however it ends.
class StreamSlot;

/// One stream to be opened.
struct Subscription {
  UserId user;
  SessionId session;
  std::optional<Position> after;  ///< Where the client stopped; nothing: from now on.
  std::vector<RoomId> rooms;      ///< The user's rooms at `known`.
  Position known;
  Position oldest;    ///< What the log still reaches back to, for `hello`.
  std::string first;  ///< Bytes to send before anything else (replayed from the database).
  std::shared_ptr<StreamSlot> slot;
};

enum class Presence : std::uint8_t { offline = 0, online = 1, idle = 2, dnd = 3 };
constexpr auto names(Presence) {
  return std::array{named(Presence::online, "online"), named(Presence::idle, "idle"),
                    named(Presence::dnd, "dnd"), named(Presence::offline, "offline")};
}

/// Sends events to open streams.
///
/// One thread owns every socket and all state below; others hand it work through
/// an inbox. A frame's bytes are written once into a shared log and every stream
/// queues references to them.
class Hub {
 public:
  struct Settings {
    std::string tag;
    int heartbeat_s = 15;
    std::int64_t offline_after_ms = 8000;
    std::size_t ring_bytes = 16 << 20;
    std::size_t ring_events = 100'000;
    std::size_t queue_bytes = 4 << 20;
    std::size_t queue_runs = 4096;
    std::int64_t stall_ms = 20'000;
    int streams_per_user = 16;
    /// Rooms with more people present tell nobody's presence: what everybody says to
    /// everybody grows with the square of their number.
    std::size_t presence_most = 200;
  };
  struct Stats {
    std::atomic<std::uint64_t> streams{0}, events{0}, deliveries{0}, cut{0}, resets{0};
    std::atomic<std::uint64_t> waiting{0};  ///< Streams with something to send.
  };

  Hub(Settings settings, const Clock& clock);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// What the ring knows before the first stream: `recent` follow on `before`. Returns
  /// once it does.
  void warm(const Position& before, std::vector<EventPtr> recent);
  /// Committed events, in commit order for each node. Any thread.
  void publish(std::vector<EventPtr> events);
  /// Tells those who listen just now; never replayed. Any thread.
  void tell(Audience audience, std::string_view type, const std::string& data, RoomId room = {},
            UserId actor = {});
  /// Runs for each published event, those of a node in order, before `publish` returns: what
  /// a caller is told of is known to this process by then. Before the first event.
  void watch(std::function<void(const Event&)> watcher);

  /// Throws too_many_streams.
  std::shared_ptr<StreamSlot> take_slot(UserId user);
  /// True when a stream resumed at `after` can be served from memory, by somebody
  /// who knows of everything up to `known`: waits a moment until the hub does too.
  bool remembers(const Position& after, const Position& known) const;
  /// Serves the stream on `descriptor`, whose response head has been sent. The
  /// hub owns the descriptor from here on.
  void subscribe(Subscription subscription, int descriptor);
  /// Ends every open stream of a session.
  void end_session(SessionId session);

  Presence presence(UserId user) const;
  /// Who is not offline in these rooms, with what they show, by user id. Waits for the hub.
  std::vector<std::pair<UserId, Presence>> presence_in(std::vector<RoomId> rooms) const;
  /// Everything published so far.
  Position position() const;
  const Stats& stats() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
  std::vector<std::function<void(const Event&)>> watchers_;
};

}  // namespace confab::events
