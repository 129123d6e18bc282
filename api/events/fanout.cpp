#include <algorithm>

#include "api/base/log.h"
#include "api/events/loop.h"

namespace confab::events {

namespace {

bool contains(const std::vector<std::uint64_t>& list, std::uint64_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

void set_member(std::vector<std::uint64_t>& rooms, std::uint64_t room, bool inside) {
  std::erase(rooms, room);
  if (inside) rooms.push_back(room);
}

}  // namespace

Run Hub::Loop::remember(const Event& event) {
  position_.advance(event.node, event.pos);
  const Run frame = frames_.append(
      std::string_view("id: "), position_.text(settings.tag), std::string_view("\nevent: "),
      event.type, std::string_view("\ndata: "), envelope(event), std::string_view("\n\n"));
  ring_.push({.node = event.node,
              .effect = event.about.effect,
              .pos = event.pos,
              .audience = event.audience,
              .subject = event.about.subject,
              .ref = event.about.ref,
              .frame = frame});
  ++stats.events;
  return frame;
}

void Hub::Loop::warm(const Position& before, const std::vector<EventPtr>& recent) {
  position_ = before;
  ring_.start_at(before);
  for (const auto& event : recent) remember(*event);
  reach.with([&](auto& now) { now = {position_, ring_.before()}; });
}

void Hub::Loop::publish(const std::vector<EventPtr>& events) {
  for (const auto& each : events) {
    const Event& event = *each;
    if (position_.covers(event.node, event.pos)) continue;
    const Run frame = remember(event);

    const auto found =
        event.about.effect == Effect::none || event.about.effect == Effect::end_session
            ? people_.end()
            : people_.find(event.about.subject);
    if (found != people_.end() && event.about.effect == Effect::join) {
      join(*found->second, event.audience.id);
    }
    deliver(event.audience, frame);
    if (found != people_.end() && event.about.effect == Effect::join) {
      introduce(*found->second, event.audience.id);
    }
    if (found != people_.end() && event.about.effect == Effect::leave) {
      leave(*found->second, event.audience.id);
    }
    if (event.about.effect == Effect::end_session) end_session(SessionId{event.about.ref});
  }
  reach.with([&](auto& now) { now = {position_, ring_.before()}; });
  for (std::size_t i = 0; i < early_.size();) {
    if (position_.covers(early_[i].first.known)) {
      auto [subscription, descriptor] = std::move(early_[i]);
      early_.erase(early_.begin() + static_cast<std::ptrdiff_t>(i));
      serve(subscription, descriptor);
    } else {
      ++i;
    }
  }
}

template <typename F>
void Hub::Loop::for_audience(const Audience& audience, F&& use) {
  switch (audience.kind) {
    case Audience::Kind::everyone:
      for (const auto& [id, person] : people_) {
        for (Stream* stream : person->streams) use(*stream);
      }
      break;
    case Audience::Kind::user:
      if (const auto found = people_.find(UserId{audience.id}); found != people_.end()) {
        for (Stream* stream : found->second->streams) use(*stream);
      }
      break;
    case Audience::Kind::room:
      if (const auto found = rooms_.find(audience.id); found != rooms_.end()) {
        for (Person* person : found->second) {
          for (Stream* stream : person->streams) use(*stream);
        }
      }
      break;
  }
}

void Hub::Loop::deliver(const Audience& audience, const Run& frame) {
  for_audience(audience, [&](Stream& stream) { enqueue(stream, frame); });
}

void Hub::Loop::enqueue(Stream& stream, const Run& frame) {
  if (stream.end_by != 0) return;
  if (stream.queue.empty()) stream.moved_at = now_;
  if (stream.queue.bytes() + frame.length > stream.most_bytes ||
      stream.queue.runs() >= stream.most_runs) {
    // Slower than its rooms: it ends here and resumes from where it got to.
    ++stats.cut;
    log::info("events.cut", {{"why", "queue"}, {"bytes", stream.queue.bytes()}});
    stream.end_by = now_;
    cut_.push_back(stream.descriptor);
    return;
  }
  stream.queue.push(frame);
  ++stats.deliveries;
  mark_dirty(stream);
}

void Hub::Loop::tell(Audience audience, const std::string& frame) {
  deliver(audience, frames_.append(frame));
}

void Hub::Loop::end_session(SessionId session) {
  for (const auto& stream : streams_) {
    if (stream && stream->session == session) end(*stream);
  }
}

void Hub::Loop::end(Stream& stream) {
  constexpr std::int64_t kGrace = 500;
  if (stream.end_by != 0) return;
  stream.end_by = now_ + kGrace;
  mark_dirty(stream);
}

/// Everything the client has not seen, up to now; from then on it lives in its
/// person's rooms.
void Hub::Loop::replay(Stream& stream, const Subscription& subscription) {
  std::vector<std::uint64_t> rooms;
  for (const RoomId room : subscription.rooms) rooms.push_back(room.value);
  const Position& known = subscription.known;
  const Position after = subscription.after.value_or(known);
  const auto say = [&](const std::string& text) { stream.queue.push(FrameLog::alone(text)); };

  const bool ahead = !position_.covers(after);
  if (ahead || !ring_.reaches(after)) {
    ++stats.resets;
    say(std::string("event: reset\ndata: {\"reason\":\"") + (ahead ? "unknown" : "too_old") +
        "\"}\n\n");
    return end(stream);
  }

  // `rooms` are those at `known`: go back to `after`, then forward again.
  const auto first = ring_.first_past(after);
  const auto concerns_me = [&](const Ring::Entry& entry) {
    return entry.subject == subscription.user &&
           (entry.effect == Effect::join || entry.effect == Effect::leave);
  };
  for (auto i = ring_.size(); i-- > first;) {
    const auto& entry = ring_[i];
    if (!concerns_me(entry) || after.covers(entry.node, entry.pos)) continue;
    if (!known.covers(entry.node, entry.pos)) continue;
    set_member(rooms, entry.audience.id, entry.effect == Effect::leave);
  }
  std::vector<Run> missed;
  bool ended = false;
  bool behind = true;
  for (auto i = first; i < ring_.size(); ++i) {
    const auto& entry = ring_[i];
    if (after.covers(entry.node, entry.pos)) continue;
    const bool mine = concerns_me(entry);
    if (mine && entry.effect == Effect::join) set_member(rooms, entry.audience.id, true);
    const bool hears =
        entry.audience.kind == Audience::Kind::everyone ||
        (entry.audience.kind == Audience::Kind::user &&
         entry.audience.id == subscription.user.value) ||
        (entry.audience.kind == Audience::Kind::room && contains(rooms, entry.audience.id));
    if (hears) {
      const auto frame = behind ? lifted(entry.frame, after) : std::nullopt;
      behind = frame.has_value();
      missed.push_back(frame.value_or(entry.frame));
    }
    if (mine && entry.effect == Effect::leave) set_member(rooms, entry.audience.id, false);
    // It ended between the request and now: nothing after that is for this stream.
    ended = entry.effect == Effect::end_session && SessionId{entry.ref} == subscription.session &&
            subscription.session;
    if (ended) break;
  }
  if (ended) {
    for (const Run& run : missed) stream.queue.push(run);
    return end(stream);
  }

  Person& person = person_of(subscription.user, rooms);
  stream.person = &person;
  person.streams.push_back(&stream);
  say(hello(person, subscription.oldest));
  if (!subscription.first.empty()) say(subscription.first);
  for (const Run& run : missed) stream.queue.push(run);
  show(person, Presence::online);
}

/// A frame whose id would take the client back behind `after`, with one that does
/// not: a snapshot may have seen events of one node that came here later than this
/// one of another. Nothing when the frame will do.
std::optional<Run> Hub::Loop::lifted(const Run& frame, const Position& after) {
  constexpr std::string_view kId = "id: ";
  const auto text = frame.text();
  const auto end = text.find('\n');
  auto at = Position::parse(text.substr(kId.size(), end - kId.size()));
  if (!at || at->position.covers(after)) return std::nullopt;
  for (const auto& [node, pos] : after.nodes()) at->position.advance(node, pos);
  return FrameLog::alone(std::string(kId) + at->position.text(settings.tag) +
                         std::string(text.substr(end)));
}

std::string Hub::Loop::hello(const Person& person, const Position& oldest) const {
  std::vector<UserId> present;
  for (const Person* each : near(person.rooms)) present.push_back(each->id);
  std::sort(present.begin(), present.end());
  return "retry: 2000\n\nevent: hello\ndata: {\"position\":\"" + position_.text(settings.tag) +
         "\",\"oldest\":\"" + oldest.text(settings.tag) +
         "\",\"heartbeat_s\":" + std::to_string(settings.heartbeat_s) +
         ",\"present\":" + to_json(present) + "}\n\n";
}

Person& Hub::Loop::person_of(UserId user, const std::vector<std::uint64_t>& rooms) {
  auto& slot = people_[user];
  if (!slot) {
    slot = std::make_unique<Person>();
    slot->id = user;
    for (const auto room : rooms) join(*slot, room);
  }
  return *slot;
}

void Hub::Loop::join(Person& person, std::uint64_t room) {
  if (contains(person.rooms, room)) return;
  person.rooms.push_back(room);
  rooms_[room].push_back(&person);
}

void Hub::Loop::leave(Person& person, std::uint64_t room) {
  std::erase(person.rooms, room);
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  std::erase(found->second, &person);
  if (found->second.empty()) rooms_.erase(found);
}

Run Hub::Loop::presence_frame(UserId user, Presence presence) {
  return frames_.append(
      "event: presence.updated\ndata: {\"type\":\"presence.updated\",\"data\":{\"user_id\":\"" +
      user.text() + "\",\"presence\":\"" + std::string(name_of(presence)) + "\"}}\n\n");
}

/// Who has a stream among the members of these rooms, as far as those tell presence.
std::vector<Person*> Hub::Loop::near(const std::vector<std::uint64_t>& rooms) const {
  std::vector<Person*> people;
  for (const auto room : rooms) {
    const auto found = rooms_.find(room);
    if (found == rooms_.end() || found->second.size() > settings.presence_most) continue;
    people.insert(people.end(), found->second.begin(), found->second.end());
  }
  std::sort(people.begin(), people.end());
  people.erase(std::unique(people.begin(), people.end()), people.end());
  return people;
}

std::vector<std::pair<UserId, Presence>> Hub::Loop::presence_in(
    const std::vector<RoomId>& rooms) const {
  std::vector<std::uint64_t> ids;
  for (const RoomId room : rooms) ids.push_back(room.value);
  std::vector<std::pair<UserId, Presence>> out;
  shown.with([&](const auto& all) {
    for (const Person* each : near(ids)) {
      if (const auto found = all.find(each->id); found != all.end()) out.push_back(*found);
    }
  });
  std::sort(out.begin(), out.end());
  return out;
}

/// A newcomer and the members who are here learn of each other's presence.
void Hub::Loop::introduce(Person& newcomer, std::uint64_t room) {
  if (rooms_[room].size() > settings.presence_most) return;
  const auto presence_of = [&](UserId user) {
    return shown.with([&](const auto& all) {
      const auto found = all.find(user);
      return found == all.end() ? Presence::offline : found->second;
    });
  };
  const auto tell_person = [&](Person& person, const Run& frame) {
    for (Stream* stream : person.streams) enqueue(*stream, frame);
  };
  const Run news = presence_frame(newcomer.id, presence_of(newcomer.id));
  for (Person* member : rooms_[room]) {
    if (member == &newcomer) continue;
    tell_person(*member, news);
    tell_person(newcomer, presence_frame(member->id, presence_of(member->id)));
  }
}

void Hub::Loop::show(Person& person, Presence presence) {
  const bool changed = shown.with([&](auto& all) {
    if (presence == Presence::offline) return all.erase(person.id) > 0;
    return std::exchange(all[person.id], presence) != presence;
  });
  if (!changed) return;
  const Run frame = presence_frame(person.id, presence);
  const auto people = near(person.rooms);
  const auto tell_them = [&](const Person& each) {
    for (Stream* stream : each.streams) enqueue(*stream, frame);
  };
  for (const Person* each : people) tell_them(*each);
  if (std::find(people.begin(), people.end(), &person) == people.end()) tell_them(person);
}

void Hub::Loop::forget(Person& person) {
  const auto rooms = person.rooms;
  for (const auto room : rooms) leave(person, room);
  people_.erase(person.id);
}

}  // namespace confab::events
