#include "api/accounts/call_key.h"
#include "api/db/pool.h"
#include "api/face.h"
#include "api/rooms/wire.h"

namespace confab::rooms {
namespace {

using http::Access;
using http::Call;
using http::Rate;
using http::With;

constexpr int kOk = 200;
constexpr int kCreated = 201;
constexpr const char* kLimit = "limit: Items on a page, 1 to 200; 50 when absent";
constexpr const char* kCursor = "cursor: From `next` or `prev` of another page";

std::size_t limit_of(const Call& call) {
  return static_cast<std::size_t>(call.query_number("limit", 50, 1, 200));
}

std::optional<Cursor> cursor_of(const Call& call) {
  const auto text = call.query_value("cursor");
  return text ? std::optional(Cursor::parse(*text)) : std::nullopt;
}

RequireVersion if_match(const Call& call) {
  return [&call](std::int64_t version) { call.require_match(version); };
}

template <typename T>
With<Page<T>> with_links(const Call& call, Page<T> page) {
  auto links = links_of(page, call.query);
  With<Page<T>> reply(std::move(page));
  if (!links.empty()) reply.headers.emplace_back("Link", std::move(links));
  return reply;
}

With<MyRoom> created(const accounts::Once<Created>& once) {
  With<MyRoom> reply(once.value.room, once.value.is_new ? kCreated : kOk);
  accounts::mark_replayed(reply, once.replayed);
  return reply;
}

/// Its counts move without its version, so an ETag is of use to If-Match alone.
http::Reply always_whole(const MyRoom& room) {
  http::Reply reply;
  reply.header("ETag", '"' + std::to_string(room.version) + '"');
  reply.body = to_json(room);
  return reply;
}

void add_room_routes(http::Router& router, App& app) {
  router.add<NewRoom, MyRoom>(
      {.method = "POST",
       .path = "/rooms",
       .summary = "Make a room, or find the direct room of two people (200)",
       .access = Access::user,
       .scope = "rooms:write",
       .status = 201,
       .creates = true,
       .errors = {Code::idempotency_mismatch},
       .rate = Rate::write,
       .other_status = kOk},
      [&app](const Call& call, const NewRoom& draft) {
        return created(create(app, call.caller.user, draft, accounts::key_of(call)));
      });
  router.add<Nothing, Page<MyRoom>>({.method = "GET",
                                     .path = "/rooms",
                                     .summary = "All rooms that you are in, on one page",
                                     .access = Access::user,
                                     .scope = "rooms:read"},
                                    [&app](const Call& call) {
                                      return app.pool.snapshot([&](db::Tx& tx) {
                                        return Page<MyRoom>{.items = mine(tx, call.caller.user)};
                                      });
                                    });
  router.add<Nothing, Page<FoundRoom>>(
      {.method = "GET",
       .path = "/rooms/discover",
       .summary = "Public channels by name",
       .access = Access::user,
       .scope = "rooms:read",
       .query = {"q: Beginnings of words of the name", kLimit, kCursor},
       .errors = {Code::cursor_invalid},
       .rate = Rate::search},
      [&app](const Call& call) {
        return app.pool.snapshot([&](db::Tx& tx) {
          return with_links(call, discover(tx, call.caller.user, call.query_value("q").value_or(""),
                                           limit_of(call), cursor_of(call)));
        });
      });
  router.add_raw<MyRoom>(
      {.method = "GET",
       .path = "/rooms/{room_id}",
       .summary = "One of your rooms, or a public channel",
       .access = Access::user,
       .scope = "rooms:read",
       .errors = {Code::not_found}},
      [&app](const Call& call) {
        return app.pool.snapshot([&](db::Tx& tx) {
          return always_whole(find(tx, call.caller.user, call.id<RoomId>("room_id")));
        });
      });
  router.add<RoomChange, MyRoom>(
      {.method = "PATCH",
       .path = "/rooms/{room_id}",
       .summary = "Change or restore a room",
       .access = Access::user,
       .scope = "rooms:write",
       .errors = {Code::not_found, Code::not_member, Code::insufficient_role, Code::room_archived,
                  Code::conflict, Code::version_mismatch},
       .rate = Rate::write},
      [&app](const Call& call, const RoomChange& wanted) {
        return change(app, call.caller.user, call.id<RoomId>("room_id"), wanted, if_match(call));
      });
  router.add<Nothing, Nothing>(
      {.method = "DELETE",
       .path = "/rooms/{room_id}",
       .summary = "Archive a room: it can still be read",
       .access = Access::user,
       .scope = "rooms:write",
       .status = 204,
       .errors = {Code::not_found, Code::not_member, Code::insufficient_role, Code::conflict,
                  Code::version_mismatch},
       .rate = Rate::write},
      [&app](const Call& call) {
        archive(app, call.caller.user, call.id<RoomId>("room_id"), if_match(call));
      });
}

void add_member_routes(http::Router& router, App& app) {
  router.add<Nothing, Page<MemberUser>>(
      {.method = "GET",
       .path = "/rooms/{room_id}/members",
       .summary = "Who is in a room",
       .access = Access::user,
       .scope = "rooms:read",
       .query = {kLimit, kCursor},
       .errors = {Code::not_found, Code::not_member, Code::cursor_invalid}},
      [&app](const Call& call) {
        return app.pool.snapshot([&](db::Tx& tx) {
          return with_links(call, members(tx, call.caller.user, call.id<RoomId>("room_id"),
                                          limit_of(call), cursor_of(call)));
        });
      });
  router.add<Nothing, Member>(
      {.method = "PUT",
       .path = "/rooms/{room_id}/members/{user_id}",
       .summary = "Add somebody, or join a public channel as `me` (201 when new)",
       .access = Access::user,
       .scope = "rooms:write",
       .errors = {Code::not_found, Code::not_member, Code::room_archived, Code::conflict},
       .rate = Rate::write,
       .other_status = kCreated},
      [&app](const Call& call) {
        const auto joined =
            add(app, call.caller.user, call.id<RoomId>("room_id"), call.user_id("user_id"));
        return With<Member>(joined.member, joined.is_new ? kCreated : kOk);
      });
  router.add<MemberChange, Member>(
      {.method = "PATCH",
       .path = "/rooms/{room_id}/members/{user_id}",
       .summary = "Change a member's role, or your own notifications",
       .access = Access::user,
       .scope = "rooms:write",
       .errors = {Code::not_found, Code::not_member, Code::insufficient_role, Code::room_archived,
                  Code::last_owner, Code::conflict, Code::version_mismatch},
       .rate = Rate::write},
      [&app](const Call& call, const MemberChange& wanted) {
        return change_member(app, call.caller.user, call.id<RoomId>("room_id"),
                             call.user_id("user_id"), wanted, if_match(call));
      });
  router.add<Nothing, Nothing>(
      {.method = "DELETE",
       .path = "/rooms/{room_id}/members/{user_id}",
       .summary = "Remove somebody, or leave as `me`",
       .access = Access::user,
       .scope = "rooms:write",
       .status = 204,
       .errors = {Code::not_found, Code::not_member, Code::insufficient_role, Code::room_archived,
                  Code::last_owner, Code::conflict},
       .rate = Rate::write},
      [&app](const Call& call) {
        remove(app, call.caller.user, call.id<RoomId>("room_id"), call.user_id("user_id"));
      });
}

}  // namespace

void add_routes(http::Router& router, App& app) {
  add_room_routes(router, app);
  add_member_routes(router, app);
  router.add_event<Room>("room.created", "A room that you are in was made");
  router.add_event<Room>("room.updated",
                         "A room's name, topic or visibility changed, or it was restored");
  router.add_event<Room>("room.archived", "A room was closed for writing");
  router.add_event<MemberAdded>("member.added", "Somebody joined; perhaps you");
  router.add_event<MemberUpdated>("member.updated", "A role changed, or your own notifications");
  router.add_event<MemberRemoved>("member.removed",
                                  "Somebody left; when it is you, the room's last event");
}

}  // namespace confab::rooms
