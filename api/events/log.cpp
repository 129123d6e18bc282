#include "api/events/log.h"

#include <algorithm>

#include "api/base/log.h"

namespace confab::events {

namespace {

constexpr std::string_view kColumns =
    "node_id, pos, id, at, type, audience_kind, audience_id, room_id, actor_id, effect, "
    "subject_id, ref_id, client_ref, payload";

std::vector<std::pair<std::string, Fill>>& fills() {
  static std::vector<std::pair<std::string, Fill>> all;
  return all;
}

std::shared_ptr<Event> read_event(const db::Row& row) {
  auto event = std::make_shared<Event>();
  std::optional<std::string> client_ref, payload;
  std::optional<std::uint64_t> ref;
  row.into(event->node, event->pos, event->id, event->at, event->type, event->audience.kind,
           event->audience.id, event->about.room, event->about.actor, event->about.effect,
           event->about.subject, ref, client_ref, payload);
  event->about.ref = ref.value_or(0);
  event->about.client_ref = client_ref.value_or("");
  event->about.by_reference = !payload;
  event->data = payload.value_or("");
  return event;
}

/// Asks the features for what the log keeps by reference. Events whose subject
/// is gone from the database are dropped.
std::vector<EventPtr> filled(db::Tx& tx, std::vector<std::shared_ptr<Event>> events) {
  for (const auto& [prefix, fill] : fills()) {
    std::vector<std::uint64_t> refs;
    for (const auto& event : events) {
      if (event->about.by_reference && event->type.starts_with(prefix)) {
        refs.push_back(event->about.ref);
      }
    }
    if (refs.empty()) continue;
    std::sort(refs.begin(), refs.end());
    refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
    const auto texts = fill(tx, refs);
    for (const auto& event : events) {
      if (!event->about.by_reference || !event->type.starts_with(prefix)) continue;
      if (const auto found = texts.find(event->about.ref); found != texts.end()) {
        event->data = found->second;
      }
    }
  }
  std::vector<EventPtr> out;
  out.reserve(events.size());
  for (auto& event : events) {
    if (!event->data.empty()) out.push_back(std::move(event));
  }
  return out;
}

/// Ids grow within a node as its positions do, so their order keeps every node's.
void sort_by_id(std::vector<std::shared_ptr<Event>>& events) {
  std::sort(events.begin(), events.end(), [](const auto& a, const auto& b) {
    return a->node == b->node ? a->pos < b->pos : a->id < b->id;
  });
}

}  // namespace

std::string envelope(const Event& event) {
  std::string out = "{\"id\":\"" + event.id.text() + "\",\"type\":\"" + event.type +
                    "\",\"at\":\"" + to_rfc3339(event.at) + '"';
  if (event.about.room) out += ",\"room_id\":\"" + event.about.room.text() + '"';
  if (event.about.actor) out += ",\"actor_id\":\"" + event.about.actor.text() + '"';
  if (!event.about.client_ref.empty()) {
    out += ",\"client_ref\":";
    json::append_string(out, event.about.client_ref);
  }
  out += ",\"data\":";
  out += event.data;
  out += '}';
  return out;
}

void emit_text(db::Tx& tx, Audience audience, std::string_view type, std::string data,
               About about) {
  tx.part<Log>().add({.type = std::string(type),
                      .audience = audience,
                      .about = std::move(about),
                      .data = std::move(data)});
}

void Log::fill_with(std::string prefix, Fill fill) {
  fills().emplace_back(std::move(prefix), std::move(fill));
}

void Log::add(Event event) {
  event.node = node_;
  event.pos = last_pos_ + pending_.size() + 1;
  event.id = ids_.make<EventId>();
  event.at = clock_.now();
  pending_.push_back(std::make_shared<Event>(std::move(event)));
}

void Log::connected(db::Connection& connection, std::uint32_t node) {
  db::Tx tx(connection);
  const auto last = std::max(
      tx.value<std::uint64_t>("SELECT pos FROM events WHERE node_id = ? ORDER BY pos DESC LIMIT 1",
                              node)
          .value_or(0),
      tx.value<std::uint64_t>("SELECT pruned_pos FROM nodes WHERE id = ?", node).value_or(0));
  if (node_ == node && last > last_pos_) {
    // A commit whose answer was lost: its events have not been handed on yet.
    sink_(read_node(tx, node, last_pos_, last));
  }
  node_ = node;
  last_pos_ = last;
  // The clock may have been set back since: ids still grow with positions.
  ids_.go_on_after(tx.value<std::uint64_t>(
                         "SELECT id FROM events WHERE node_id = ? ORDER BY pos DESC LIMIT 1", node)
                       .value_or(0));
}

void Log::flush(db::Connection& connection) {
  db::Values values;
  constexpr std::size_t kCount = 14;
  values.reserve((pending_.size() - written_) * kCount);
  for (auto i = written_; i < pending_.size(); ++i) {
    const Event& event = *pending_[i];
    const About& about = event.about;
    const std::optional<std::uint64_t> ref =
        about.ref != 0 ? std::optional(about.ref) : std::nullopt;
    const std::optional<std::string_view> client_ref =
        about.client_ref.empty() ? std::nullopt : std::optional<std::string_view>(about.client_ref);
    const std::optional<std::string_view> payload =
        about.by_reference ? std::nullopt : std::optional<std::string_view>(event.data);
    values.insert(values.end(), {event.node, event.pos, event.id, event.at, event.type,
                                 event.audience.kind, event.audience.id, about.room, about.actor,
                                 about.effect, about.subject, ref, client_ref, payload});
  }
  connection.bulk("INSERT INTO events (" + std::string(kColumns) + ") VALUES (" +
                      db::placeholders(kCount) + ")",
                  kCount, values);
  written_ = pending_.size();
}

void Log::committed() noexcept {
  if (pending_.empty()) return;
  last_pos_ += pending_.size();
  sink_({pending_.begin(), pending_.end()});
  pending_.clear();
  written_ = 0;
  unit_start_ = 0;
}

void Log::rolled_back() noexcept {
  pending_.clear();
  written_ = 0;
  unit_start_ = 0;
}

bool Log::survived(db::Connection& connection) {
  // Only this node writes its positions, and the newest are not pruned.
  return db::Tx(connection)
      .value<int>("SELECT 1 FROM events WHERE node_id = ? AND pos = ?", node_, last_pos_ + written_)
      .has_value();
}

Position head(db::Tx& tx) {
  Position position = horizon(tx);
  tx.each(
      [&](const db::Row& row) {
        std::uint32_t node = 0;
        std::uint64_t pos = 0;
        row.into(node, pos);
        position.advance(node, pos);
      },
      "SELECT node_id, MAX(pos) FROM events GROUP BY node_id");
  return position;
}

Position horizon(db::Tx& tx) {
  Position position;
  tx.each(
      [&](const db::Row& row) {
        std::uint32_t node = 0;
        std::uint64_t pos = 0;
        row.into(node, pos);
        if (pos != 0) position.advance(node, pos);
      },
      "SELECT id, pruned_pos FROM nodes");
  return position;
}

std::string server_tag(db::Tx& tx) {
  return tx.value<std::string>("SELECT tag FROM server WHERE id = 1").value_or("");
}

std::vector<EventPtr> read_after(db::Tx& tx, const Position& after, std::size_t limit) {
  std::vector<std::shared_ptr<Event>> events;
  const auto newest = head(tx);
  for (const auto& [node, last] : newest.nodes()) {
    const auto from = after.of(node);
    if (last <= from) continue;
    auto rows = tx.rows(read_event,
                        "SELECT " + std::string(kColumns) +
                            " FROM events WHERE node_id = ? AND pos > ? ORDER BY pos DESC LIMIT ?",
                        node, from, limit);
    events.insert(events.end(), rows.begin(), rows.end());
  }
  sort_by_id(events);
  if (events.size() > limit) {
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(limit));
  }
  return filled(tx, std::move(events));
}

bool prune(db::Tx& tx, Time oldest, std::int64_t most, int slice) {
  bool more = false;
  const auto kept = horizon(tx);
  const auto newest = head(tx);
  for (const auto& [node, last] : newest.nodes()) {
    // The newest event of a node stays: its position is what the node goes on from.
    const auto first = kept.of(node) + 1;
    const auto until = std::min(last, first + static_cast<std::uint64_t>(slice));
    const auto excess =
        last > static_cast<std::uint64_t>(most) ? last - static_cast<std::uint64_t>(most) : 0;
    const auto pruned = tx.value<std::uint64_t>(
        "SELECT pos FROM events WHERE node_id = ? AND pos < ? AND (at < ? OR pos <= ?) "
        "ORDER BY pos DESC LIMIT 1",
        node, until, oldest, excess);
    if (pruned.value_or(0) < first) continue;
    tx.run("DELETE FROM events WHERE node_id = ? AND pos <= ?", node, *pruned);
    tx.run("UPDATE nodes SET pruned_pos = ? WHERE id = ?", *pruned, node);
    more = more || *pruned + 1 == until;
  }
  return more;
}

Position before(db::Tx& tx, const std::vector<EventPtr>& recent) {
  Position position;
  const auto newest = head(tx);
  for (const auto& [node, last] : newest.nodes()) {
    const auto first = std::find_if(recent.begin(), recent.end(),
                                    [n = node](const EventPtr& event) { return event->node == n; });
    position.advance(node, first == recent.end() ? last : (*first)->pos - 1);
  }
  return position;
}

std::vector<EventPtr> read_node(db::Tx& tx, std::uint32_t node, std::uint64_t after,
                                std::uint64_t until) {
  return filled(tx, tx.rows(read_event,
                            "SELECT " + std::string(kColumns) +
                                " FROM events WHERE node_id = ? AND pos > ? AND pos <= ? "
                                "ORDER BY pos",
                            node, after, until));
}

Replay replay(db::Tx& tx, UserId user, const std::vector<RoomId>& rooms,
              const std::vector<RoomId>& past_rooms, const Position& after, const Position& until,
              std::size_t limit) {
  Replay out;
  if (!after.covers(horizon(tx))) {
    out.state = Replay::State::too_old;
    return out;
  }
  // One read for each kind of audience and node, each by the index.
  std::vector<std::shared_ptr<Event>> events;
  const auto read = [&](Audience::Kind kind, const std::vector<std::uint64_t>& ids) {
    if (ids.empty()) return;
    for (const auto& [node, last] : until.nodes()) {
      const auto from = after.of(node);
      if (last <= from) continue;
      db::Values values{kind};
      const auto list = db::padded(ids);
      values.insert(values.end(), list.begin(), list.end());
      values.insert(values.end(), {node, from, last, limit + 1});
      auto rows = tx.rows_with(
          read_event,
          "SELECT " + std::string(kColumns) + " FROM events WHERE audience_kind = ? AND " +
              "audience_id IN (" + db::placeholders(list.size()) +
              ") AND node_id = ? AND pos > ? AND pos <= ? ORDER BY pos LIMIT ?",
          values);
      events.insert(events.end(), rows.begin(), rows.end());
    }
  };
  std::vector<std::uint64_t> room_ids;
  for (const auto& list : {rooms, past_rooms}) {
    for (const RoomId room : list) room_ids.push_back(room.value);
  }
  read(Audience::Kind::room, room_ids);
  read(Audience::Kind::user, {user.value});
  read(Audience::Kind::everyone, {0});
  sort_by_id(events);
  if (events.size() > limit) {
    events.resize(limit);
    out.more = true;
  }

  // With the list cut short, later joins and leaves are missing from it, so
  // membership is taken back to `after` by all of them.
  std::vector<std::uint64_t> member(room_ids.begin(),
                                    room_ids.begin() + static_cast<std::ptrdiff_t>(rooms.size()));
  const auto set = [&](std::uint64_t room, bool inside) {
    std::erase(member, room);
    if (inside) member.push_back(room);
  };
  struct Change {
    std::uint64_t room;
    bool joined;
  };
  std::vector<std::pair<EventId, Change>> changes;
  if (!room_ids.empty()) {
    for (const auto& [node, last] : until.nodes()) {
      if (last <= after.of(node)) continue;
      const auto list = db::padded(room_ids);
      db::Values values{Audience::Kind::room};
      values.insert(values.end(), list.begin(), list.end());
      values.insert(values.end(), {node, after.of(node), last, user});
      tx.each_with(
          [&](const db::Row& row) {
            EventId id;
            Change change{};
            Effect effect{};
            row.into(id, change.room, effect);
            change.joined = effect == Effect::join;
            changes.emplace_back(id, change);
          },
          "SELECT id, audience_id, effect FROM events WHERE audience_kind = ? AND audience_id IN "
          "(" +
              db::placeholders(list.size()) +
              ") AND node_id = ? AND pos > ? AND pos <= ? AND subject_id = ? AND effect IN (1, 2)",
          values);
    }
  }
  std::sort(changes.begin(), changes.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [id, change] : changes) set(change.room, !change.joined);

  Position position = after;
  std::vector<std::shared_ptr<Event>> heard;
  std::vector<Position> positions;
  for (auto& event : events) {
    position.advance(event->node, event->pos);
    const bool about_me = event->about.subject == user && event->about.effect != Effect::none;
    const bool in_room = event->audience.kind == Audience::Kind::room;
    if (in_room && about_me && event->about.effect == Effect::join) set(event->audience.id, true);
    if (!in_room || std::find(member.begin(), member.end(), event->audience.id) != member.end()) {
      heard.push_back(event);
      positions.push_back(position);
    }
    if (in_room && about_me && event->about.effect == Effect::leave) set(event->audience.id, false);
  }
  std::unordered_map<std::uint64_t, Position> position_of;
  for (std::size_t i = 0; i < heard.size(); ++i) position_of[heard[i]->id.value] = positions[i];
  for (auto& event : filled(tx, std::move(heard))) {
    out.items.push_back({event, position_of[event->id.value]});
  }
  if (out.more) out.stopped = position;
  return out;
}

}  // namespace confab::events
