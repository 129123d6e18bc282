#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/events/event.h"
#include "api/events/position.h"

namespace confab::events {

/// The data of events that are kept by reference, asked for again at replay:
/// `ref` -> JSON text. What is missing from the answer is left out of the replay.
using Fill = std::function<std::unordered_map<std::uint64_t, std::string>(
    db::Tx& tx, const std::vector<std::uint64_t>& refs)>;

/// The event log's part in the writer: gives each event of a batch the next
/// position of this node, writes them in bulk, and after the commit hands them on.
class Log final : public db::Part {
 public:
  using Sink = std::function<void(std::vector<EventPtr>)>;

  /// `sink` is called in commit order, from the writer's thread.
  Log(const Clock& clock, IdMaker& ids, Sink sink)
      : clock_(clock), ids_(ids), sink_(std::move(sink)) {}

  /// Events whose type begins with `prefix` are filled by `fill`. Before the first event.
  static void fill_with(std::string prefix, Fill fill);

  void add(Event event);

  void connected(db::Connection& connection, std::uint32_t node) override;
  void unit_begins() noexcept override { unit_start_ = pending_.size(); }
  void unit_failed() noexcept override { pending_.resize(unit_start_); }
  bool has_rows() const noexcept override { return written_ < pending_.size(); }
  bool unit_has_rows() const noexcept override {
    return pending_.size() > std::max(written_, unit_start_);
  }
  void flush(db::Connection& connection) override;
  void committed() noexcept override;
  void rolled_back() noexcept override;
  bool leaves_mark() const noexcept override { return written_ > 0; }
  bool survived(db::Connection& connection) override;

 private:
  const Clock& clock_;
  IdMaker& ids_;
  const Sink sink_;
  std::uint32_t node_ = 0;
  std::uint64_t last_pos_ = 0;  ///< Handed on.
  std::vector<std::shared_ptr<Event>> pending_;
  std::size_t written_ = 0;
  std::size_t unit_start_ = 0;
};

/// Where the log stands, as `tx` sees it. In a snapshot this is the position at
/// which everything else read there is true.
Position head(db::Tx& tx);
/// The last position of each node that is no longer kept.
Position horizon(db::Tx& tx);
/// This database's tag in stream positions.
std::string server_tag(db::Tx& tx);

/// Events past `after`, of all audiences, in an order that keeps each node's;
/// the newest `limit` at most. For the hub's memory at start and for followers.
std::vector<EventPtr> read_after(db::Tx& tx, const Position& after, std::size_t limit);

/// Deletes at most `slice` events of each node that are older than `oldest` or
/// beyond the newest `most`. True when there is more to delete.
bool prune(db::Tx& tx, Time oldest, std::int64_t most, int slice);

/// The position that `recent`, read by `read_after` in the same snapshot, follow on.
Position before(db::Tx& tx, const std::vector<EventPtr>& recent);

/// The events of one node in (`after`, `until`], oldest first.
std::vector<EventPtr> read_node(db::Tx& tx, std::uint32_t node, std::uint64_t after,
                                std::uint64_t until);

/// What one person is owed.
struct Replay {
  enum class State { complete, too_old } state = State::complete;
  struct Item {
    EventPtr event;
    Position position;  ///< After this event.
  };
  std::vector<Item> items;
  bool more = false;  ///< `limit` was reached; go on from `stopped`.
  Position stopped;
};

/// The events of (`after`, `until`] that `user` may hear, with membership as it
/// was at each event. `rooms` are the user's rooms at `until`; `past_rooms` those
/// the user has left. Throws nothing but SqlError.
Replay replay(db::Tx& tx, UserId user, const std::vector<RoomId>& rooms,
              const std::vector<RoomId>& past_rooms, const Position& after, const Position& until,
              std::size_t limit);

}  // namespace confab::events
