#include "api/audit/audit.h"
#include "api/base/clock.h"
#include "api/events/event.h"
#include "api/rooms/authorize.h"
#include "api/rooms/rooms.h"
#include "api/rooms/store.h"
#include "api/rooms/wire.h"

namespace confab::rooms {
namespace {

/// The room with its row locked, and the two people concerned.
struct Scene {
  Room room;
  std::optional<store::Membership> mine;
  std::optional<store::Membership> theirs;

  std::optional<Role> my_role() const { return role(mine); }
  std::optional<Role> their_role() const { return role(theirs); }

 private:
  static std::optional<Role> role(const std::optional<store::Membership>& membership) {
    return membership ? std::optional(membership->role) : std::nullopt;
  }
};

Scene lock(db::Tx& tx, RoomId id, UserId me, UserId person) {
  auto room = store::lock_room(tx, id);
  if (!room) throw not_found();
  auto mine = store::membership(tx, id, me);
  auto theirs = person == me ? mine : store::membership(tx, id, person);
  return {std::move(*room), mine, theirs};
}

Member member_of(RoomId room, UserId user, const store::Membership& membership) {
  return {.room_id = room,
          .user_id = user,
          .role = membership.role,
          .joined_at = membership.joined_at,
          .version = membership.version};
}

void require_another_owner(db::Tx& tx, const Scene& scene) {
  if (scene.their_role() == Role::owner && store::count_owners(tx, scene.room.id) == 1) {
    throw Error(Code::last_owner, "Make somebody else an owner first.");
  }
}

/// The last person goes, and with them everyone who could restore the room.
void archive_deserted(App& app, db::Tx& tx, Room room, UserId me) {
  room.archived_at = app.clock.now();
  ++room.version;
  store::update(tx, room);
  tx.part<Book>().forget(room.id);
  if (room.kind != Kind::channel) room.member_ids = store::member_ids(tx, room.id);
  events::emit(tx, events::to_room(room.id), "room.archived", room, {.room = room.id, .actor = me});
}

}  // namespace

Joined add(App& app, UserId me, RoomId id, UserId person) {
  const auto by = audit::by(me);
  return app.writer.run([&](db::Tx& tx) -> Joined {
    auto scene = lock(tx, id, me, person);
    Room& room = scene.room;
    authorize(standing(room), scene.my_role(), person == me ? Action::join : Action::add);
    if (scene.theirs) return {.member = member_of(id, person, *scene.theirs), .is_new = false};
    const auto user = accounts::find_user(tx, person);
    if (!user || user->deactivated_at) throw not_found();

    store::join(tx, {.room_id = id, .user_id = person, .joined_at = app.clock.now()},
                room.last_seq);
    store::add_to_member_count(tx, id, 1);
    tx.part<Book>().set_member(id, person, Role::member);
    ++room.member_count;
    if (room.kind != Kind::channel) room.member_ids = store::member_ids(tx, id);
    const auto member = member_of(id, person, store::membership(tx, id, person).value());
    events::emit(tx, events::to_room(id), "member.added", MemberAdded{member, *user, room},
                 {.room = id, .actor = me, .effect = events::Effect::join, .subject = person});
    audit::record(tx, by, {.action = audit::Action::member_added, .subject = person, .room = id});
    return {.member = member};
  });
}

void remove(App& app, UserId me, RoomId id, UserId person) {
  const auto by = audit::by(me);
  app.writer.run(
      [&](db::Tx& tx) {
        const auto scene = lock(tx, id, me, person);
        const Room& room = scene.room;
        if (person == me) {
          authorize(standing(room), scene.my_role(), Action::leave);
        } else {
          authorize(standing(room), scene.my_role(), Action::remove, scene.their_role());
        }
        const bool is_last = room.member_count == 1;
        if (!is_last) require_another_owner(tx, scene);
        const bool deserted = is_last && !room.archived_at;
        if (deserted) archive_deserted(app, tx, room, me);

        store::leave(tx, id, person, app.clock.now());
        store::add_to_member_count(tx, id, -1);
        tx.part<Book>().set_member(id, person, std::nullopt);
        events::emit(tx, events::to_room(id), "member.removed",
                     MemberRemoved{id, person, room.member_count - 1},
                     {.room = id, .actor = me, .effect = events::Effect::leave, .subject = person});
        audit::Entry entry{.action = audit::Action::member_removed, .subject = person, .room = id};
        if (deserted) entry.details.emplace_back("room_archived", true);
        audit::record(tx, by, entry);
      },
      db::Growth::none);
}

Member change_member(App& app, UserId me, RoomId id, UserId person, const MemberChange& change,
                     const RequireVersion& require) {
  const auto by = audit::by(me);
  return app.writer.run([&](db::Tx& tx) {
    auto scene = lock(tx, id, me, person);
    authorize(standing(scene.room), scene.my_role(), Action::read);
    if (change.role) {
      authorize(standing(scene.room), scene.my_role(), Action::set_role, scene.their_role());
    }
    if (!scene.theirs) throw not_found();
    if (change.notifications && person != me) {
      throw Error(Code::insufficient_role, "Only they choose what they are notified of.");
    }
    auto& membership = *scene.theirs;
    if (require) require(membership.version);

    const bool new_role = change.role && *change.role != membership.role;
    const bool new_notifications =
        change.notifications && *change.notifications != membership.notifications;
    if (!new_role && !new_notifications) return member_of(id, person, membership);
    if (new_role) require_another_owner(tx, scene);
    const Role before = membership.role;

    membership.role = change.role.value_or(membership.role);
    membership.notifications = change.notifications.value_or(membership.notifications);
    ++membership.version;
    store::update_member(tx, id, person, membership);
    tx.part<Book>().set_member(id, person, membership.role);
    const auto member = member_of(id, person, membership);
    const events::About about{.room = id, .actor = me};
    if (new_role) {
      events::emit(tx, events::to_room(id), "member.updated", MemberUpdated{member, {}}, about);
      audit::record(tx, by,
                    {.action = audit::Action::member_role_changed,
                     .subject = person,
                     .room = id,
                     .details = {{"from", name_of(before)}, {"to", name_of(member.role)}}});
    }
    if (new_notifications) {
      events::emit(tx, events::to_user(me), "member.updated",
                   MemberUpdated{member, membership.notifications}, about);
    }
    return member;
  });
}

}  // namespace confab::rooms
