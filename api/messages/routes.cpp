#include "api/face.h"
#include "api/messages/wire.h"

namespace confab::messages {

namespace {

using http::Access;
using http::Call;
using http::Rate;

Window window_of(const Call& call) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  Window window{.limit = static_cast<int>(call.query_number("limit", 50, 1, 200))};
  constexpr std::pair<const char*, Window::Kind> kKinds[] = {{"before", Window::Kind::before},
                                                             {"after", Window::Kind::after},
                                                             {"around", Window::Kind::around}};
  for (const auto& [name, kind] : kKinds) {
    if (!call.query_value(name)) continue;
    if (window.kind != Window::Kind::newest) {
      throw Error(Code::invalid_value, "Give one of before, after and around.");
    }
    window.kind = kind;
    window.seq = call.query_number(name, 0, 0, kMost);
  }
  return window;
}

http::With<MessagePage> page_of(const Call& call, History history) {
  MessagePage page;
  std::string link;
  const auto relation = [&](const char* name, const char* parameter, std::int64_t seq) {
    if (!link.empty()) link += ", ";
    link += "<" + call.path + "?" + parameter + "=" + std::to_string(seq) +
            "&limit=" + std::to_string(call.query_number("limit", 50, 1, 200)) + ">; rel=\"" +
            name + "\"";
    return std::to_string(seq);
  };
  if (!history.items.empty() && history.more_after) {
    page.next = relation("next", "after", history.items.back().seq);
  }
  if (!history.items.empty() && history.more_before) {
    page.prev = relation("prev", "before", history.items.front().seq);
  }
  page.items = std::move(history.items);
  http::With<MessagePage> reply(std::move(page));
  if (!link.empty()) reply.headers.emplace_back("Link", link);
  return reply;
}

}  // namespace

void add_routes(http::Router& router, App& app) {
  router.add<NewMessage, Message>(
      {.method = "POST",
       .path = "/rooms/{room_id}/messages",
       .summary = "Post a message",
       .access = Access::user,
       .scope = "messages:write",
       .status = 201,
       .creates = true,
       .errors = {Code::empty_message, Code::message_too_long, Code::not_member,
                  Code::room_archived, Code::idempotency_mismatch},
       .rate = Rate::post},
      [&app](const Call& call, const NewMessage& draft) {
        auto posted =
            post(app, call.caller.user, call.id<RoomId>("room_id"), draft, call.idempotency_key());
        http::With<Message> reply(std::move(posted.message));
        if (posted.replayed) reply.headers.emplace_back("Idempotency-Replayed", "true");
        return reply;
      });

  router.add<Nothing, MessagePage>(
      {.method = "GET",
       .path = "/rooms/{room_id}/messages",
       .summary = "A page of a room's history, in the order of seq",
       .access = Access::user,
       .scope = "messages:read",
       .query = {"before: messages before this seq", "after: messages after this seq",
                 "around: messages next to this seq", "limit: 1 to 200, default 50"},
       .errors = {Code::not_member}},
      [&app](const Call& call) {
        return page_of(call,
                       history(app, call.caller.user, call.id<RoomId>("room_id"), window_of(call)));
      });

  router.add<Nothing, Message>({.method = "GET",
                                .path = "/messages/{message_id}",
                                .summary = "One message",
                                .access = Access::user,
                                .scope = "messages:read",
                                .errors = {Code::not_member}},
                               [&app](const Call& call) {
                                 return get(app, call.caller.user,
                                            call.id<MessageId>("message_id"));
                               });

  router.add<MessageChange, Message>(
      {.method = "PATCH",
       .path = "/messages/{message_id}",
       .summary = "Change the body of one's own message",
       .access = Access::user,
       .scope = "messages:write",
       .errors = {Code::empty_message, Code::message_too_long, Code::not_member, Code::not_author,
                  Code::conflict, Code::room_archived, Code::version_mismatch},
       .rate = Rate::write},
      [&app](const Call& call, const MessageChange& change) {
        return edit(app, call.caller.user, call.id<MessageId>("message_id"), change.body,
                    [&](std::int64_t version) { call.require_match(version); });
      });

  router.add<Nothing, Nothing>(
      {.method = "DELETE",
       .path = "/messages/{message_id}",
       .summary = "Delete a message; its place in the room stays",
       .access = Access::user,
       .scope = "messages:write",
       .status = 204,
       .errors = {Code::not_member, Code::not_author, Code::version_mismatch},
       .rate = Rate::write},
      [&app](const Call& call) {
        remove(app, call.caller.user, call.id<MessageId>("message_id"),
               [&](std::int64_t version) { call.require_match(version); });
      });

  router.add_event<Message>("message.created", "A message was posted");
  router.add_event<Message>("message.updated", "A message's body was changed");
  router.add_event<Message>("message.deleted", "A message was deleted: empty body, deleted_at set");
}

}  // namespace confab::messages
