#include "api/face.h"
#include "api/reads/wire.h"

namespace confab::reads {

using http::Access;
using http::Call;
using http::Rate;

void add_routes(http::Router& router, App& app) {
  router.add<ReadMark, ReadState>(
      {.method = "PUT",
       .path = "/rooms/{room_id}/read",
       .summary = "Say how far you have read; never goes back unless mark_unread is true",
       .access = Access::user,
       .scope = "rooms:read",
       .errors = {Code::not_found, Code::not_member},
       .rate = Rate::write},
      [&app](const Call& call, const ReadMark& wanted) {
        return mark(app, call.caller.user, call.id<RoomId>("room_id"), wanted);
      });
  const auto gate = std::make_shared<TypingGate>();
  router.add<Nothing, Nothing>({.method = "POST",
                                .path = "/rooms/{room_id}/typing",
                                .summary = "Say that you are typing; passed on once in 3 s",
                                .access = Access::user,
                                .scope = "messages:write",
                                .status = 204,
                                .errors = {Code::not_found, Code::not_member, Code::room_archived},
                                .rate = Rate::write},
                               [&app, gate](const Call& call) {
                                 type(app, *gate, call.caller.user, call.id<RoomId>("room_id"));
                               });

  router.add_event<ReadState>("read.updated", "Your mark in a room moved");
  router.add_event<Typing>("typing", "Somebody is typing", false);
}

}  // namespace confab::reads
