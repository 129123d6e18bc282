#include "api/rooms/rooms.h"

#include <algorithm>

#include "api/audit/audit.h"
#include "api/base/clock.h"
#include "api/base/text.h"
#include "api/events/event.h"
#include "api/rooms/authorize.h"
#include "api/rooms/store.h"
#include "api/rooms/wire.h"

namespace confab::rooms {
namespace {

Error misfit(const char* detail, const char* pointer) {
  return {Code::invalid_value, detail, pointer};
}

std::string clean_name(const std::string& given) {
  std::string name(text::trim(given));
  if (text::is_blank(name)) throw misfit("Must have at least one visible character.", "/name");
  if (text::has_controls(name)) throw misfit("Must not hold control characters.", "/name");
  return name;
}

std::string clean_topic(const std::string& given) {
  std::string topic(text::trim(given));
  if (text::has_controls(topic)) throw misfit("Must not hold control characters.", "/topic");
  return topic;
}

/// The others that a draft names, each once.
std::vector<UserId> others_of(const NewRoom& draft, UserId me) {
  auto others = draft.member_ids;
  std::erase(others, me);
  std::sort(others.begin(), others.end());
  others.erase(std::unique(others.begin(), others.end()), others.end());
  return others;
}

/// The room that a draft asks for. Throws invalid_value.
Room room_of(const NewRoom& draft, std::size_t others) {
  Room room{.kind = draft.kind};
  const bool is_channel = draft.kind == Kind::channel;
  if (is_channel && !draft.name) throw misfit("A channel needs a name.", "/name");
  if (draft.kind == Kind::direct && (draft.name || draft.topic)) {
    throw misfit("A direct room has neither name nor topic.", draft.name ? "/name" : "/topic");
  }
  if (draft.kind == Kind::direct && others != 1) {
    throw misfit("A direct room needs exactly one other person.", "/member_ids");
  }
  if (draft.kind == Kind::group && others == 0) {
    throw misfit("A group needs at least one other person.", "/member_ids");
  }
  if (!is_channel && draft.visibility == Visibility::everyone) {
    throw misfit("Only channels can be public.", "/visibility");
  }
  if (draft.name) room.name = clean_name(*draft.name);
  if (draft.topic) room.topic = clean_topic(*draft.topic);
  room.visibility =
      draft.visibility.value_or(is_channel ? Visibility::everyone : Visibility::members);
  return room;
}

std::string direct_key_of(UserId one, UserId other) {
  return std::min(one, other).text() + ':' + std::max(one, other).text();
}

/// The people of a new room, `me` first. Throws invalid_value for one who does
/// not exist or has no account any more.
std::vector<accounts::User> people_of(db::Tx& tx, UserId me, const std::vector<UserId>& others) {
  auto ids = others;
  ids.insert(ids.begin(), me);
  auto people = accounts::users_by_ids(tx, ids);
  const auto usable = [&](UserId id) {
    return std::any_of(people.begin(), people.end(), [&](const accounts::User& user) {
      return user.id == id && !user.deactivated_at;
    });
  };
  if (!std::all_of(ids.begin(), ids.end(), usable)) {
    throw misfit("Names somebody who has no account here.", "/member_ids");
  }
  return people;
}

MyRoom make(App& app, db::Tx& tx, Room room, UserId me, const std::vector<UserId>& others,
            const std::string& client_ref) {
  const auto people = people_of(tx, me, others);
  const bool is_direct = room.kind == Kind::direct;
  room.created_by = me;
  room.created_at = app.clock.now();
  room.member_count = static_cast<std::int64_t>(people.size());
  if (room.kind != Kind::channel) {
    for (const auto& person : people) room.member_ids.push_back(person.id);
    std::sort(room.member_ids.begin(), room.member_ids.end());
  }
  store::insert(tx, room,
                is_direct ? std::optional(direct_key_of(me, others.front())) : std::nullopt);
  const Role my_role = is_direct ? Role::member : Role::owner;
  for (const auto& person : people) {
    const Member member{.room_id = room.id,
                        .user_id = person.id,
                        .role = person.id == me ? my_role : Role::member,
                        .joined_at = room.created_at};
    store::join(tx, member, 0);
    events::emit(tx, events::to_room(room.id), "member.added", MemberAdded{member, person, room},
                 {.room = room.id,
                  .actor = me,
                  .client_ref = client_ref,
                  .effect = events::Effect::join,
                  .subject = person.id});
  }
  events::emit(tx, events::to_room(room.id), "room.created", room,
               {.room = room.id, .actor = me, .client_ref = client_ref});
  MyRoom mine{std::move(room)};
  mine.role = my_role;
  return mine;
}

/// The room with its row locked, and what `me` may do judged by `action`.
struct Found {
  Room room;
  std::optional<store::Membership> mine;
};

Found lock(db::Tx& tx, UserId me, RoomId id) {
  auto room = store::lock_room(tx, id);
  if (!room) throw not_found();
  return {std::move(*room), store::membership(tx, id, me)};
}

std::optional<Role> role_in(const Found& found) {
  return found.mine ? std::optional(found.mine->role) : std::nullopt;
}

void save(db::Tx& tx, Room& room, UserId me, std::string_view event) {
  ++room.version;
  store::update(tx, room);
  tx.part<Book>().forget(room.id);
  if (room.kind != Kind::channel) room.member_ids = store::member_ids(tx, room.id);
  events::emit(tx, events::to_room(room.id), event, room, {.room = room.id, .actor = me});
}

/// What changed, without what people wrote.
audit::Entry change_entry(const Room& before, const Room& after) {
  const bool restored = before.archived_at && !after.archived_at;
  audit::Entry entry{
      .action = restored ? audit::Action::room_restored : audit::Action::room_changed,
      .subject = after.id,
      .room = after.id};
  if (before.name != after.name) entry.details.emplace_back("name", true);
  if (before.topic != after.topic) entry.details.emplace_back("topic", true);
  if (before.visibility != after.visibility) {
    entry.details.emplace_back("visibility", name_of(after.visibility));
  }
  return entry;
}

}  // namespace

accounts::Once<Created> create(App& app, UserId me, const NewRoom& draft,
                               const std::optional<accounts::IdempotencyKey>& key) {
  const auto others = others_of(draft, me);
  Room room = room_of(draft, others.size());
  room.id = app.ids.make<RoomId>();
  const auto by = audit::by(me);
  return app.writer.run([&](db::Tx& tx) {
    return accounts::once<Created>(tx, me, key, app.clock.now(), [&]() -> Created {
      if (room.kind == Kind::direct) {
        const auto existing = store::direct_room(tx, direct_key_of(me, others.front()));
        if (existing) return {.room = find(tx, me, *existing), .is_new = false};
      }
      auto made = make(app, tx, room, me, others, key ? key->key : "");
      audit::record(tx, by,
                    {.action = audit::Action::room_created,
                     .subject = room.id,
                     .room = room.id,
                     .details = {{"kind", name_of(room.kind)},
                                 {"visibility", name_of(room.visibility)},
                                 {"others", others.size()}}});
      return {.room = std::move(made)};
    });
  });
}

MyRoom change(App& app, UserId me, RoomId id, const RoomChange& change,
              const RequireVersion& require) {
  const auto name = change.name ? std::optional(clean_name(*change.name)) : std::nullopt;
  const auto topic = change.topic ? std::optional(clean_topic(*change.topic)) : std::nullopt;
  if (change.archived.value_or(false)) {
    throw misfit("Archive a room with DELETE; here it can only be restored.", "/archived");
  }
  const auto by = audit::by(me);
  return app.writer.run([&](db::Tx& tx) {
    auto found = lock(tx, me, id);
    Room& room = found.room;
    authorize(standing(room), role_in(found), Action::see);
    auto after = standing(room);
    if (change.archived) {
      authorize(after, role_in(found), Action::restore);
      after.archived = false;
    }
    if (name || topic) authorize(after, role_in(found), Action::edit);
    if (change.visibility) {
      authorize(after, role_in(found), Action::set_visibility);
      if (room.kind != Kind::channel && *change.visibility == Visibility::everyone) {
        throw misfit("Only channels can be public.", "/visibility");
      }
    }
    if (require) require(room.version);

    const Room before = room;
    if (change.archived) room.archived_at.reset();
    room.name = name.value_or(room.name);
    room.topic = topic.value_or(room.topic);
    room.visibility = change.visibility.value_or(room.visibility);
    const bool same = room.name == before.name && room.topic == before.topic &&
                      room.visibility == before.visibility &&
                      room.archived_at == before.archived_at;
    if (!same) {
      save(tx, room, me, "room.updated");
      audit::record(tx, by, change_entry(before, room));
    }
    return find(tx, me, id);
  });
}

void archive(App& app, UserId me, RoomId id, const RequireVersion& require) {
  const auto by = audit::by(me);
  app.writer.run([&](db::Tx& tx) {
    auto found = lock(tx, me, id);
    authorize(standing(found.room), role_in(found), Action::archive);
    if (require) require(found.room.version);
    if (found.room.archived_at) return;
    found.room.archived_at = app.clock.now();
    save(tx, found.room, me, "room.archived");
    audit::record(tx, by, {.action = audit::Action::room_archived, .subject = id, .room = id});
  });
}

}  // namespace confab::rooms
