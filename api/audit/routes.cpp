#include "api/audit/audit.h"
#include "api/db/pool.h"
#include "api/face.h"

namespace confab::audit {

namespace {

using http::Access;
using http::Call;

[[noreturn]] void misfit(const std::string& detail) { throw Error(Code::invalid_value, detail); }

Filter filter_of(const Call& call) {
  Filter filter;
  if (const auto actor = call.query_value("actor")) filter.actor = std::string(*actor);
  if (const auto action = call.query_value("action")) {
    filter.action = parse_enum<Action>(*action);
    if (!filter.action) misfit("There is no such action; take one of a row, as room.archived.");
  }
  if (const auto subject = call.query_value("subject")) {
    filter.subject = Subject::parse(*subject);
    if (!filter.subject) misfit("The subject is a kind and an id, as user:123.");
  }
  if (const auto room = call.query_value("room_id")) {
    filter.room = RoomId::parse(*room);
    if (!filter.room) misfit("The query parameter room_id must be an id.");
  }
  if (const auto since = call.query_value("since")) {
    filter.since = parse_rfc3339(*since);
    if (!filter.since) misfit("The time must look like 2026-11-20T07:39:58.123Z.");
  }
  return filter;
}

http::With<Page<AuditEntry>> list(App& app, const Call& call) {
  const auto filter = filter_of(call);
  const auto limit = static_cast<std::size_t>(call.query_number("limit", 50, 1, 200));
  const auto text = call.query_value("cursor");
  const auto cursor = text ? std::optional(Cursor::parse(*text)) : std::nullopt;
  http::With<Page<AuditEntry>> reply =
      app.pool.read([&](db::Tx& tx) { return find(tx, filter, limit, cursor); });
  if (auto links = links_of(reply.body, call.query); !links.empty()) {
    reply.headers.emplace_back("Link", std::move(links));
  }
  return reply;
}

}  // namespace

void add_routes(http::Router& router, App& app) {
  router.add<Nothing, Page<AuditEntry>>(
      {.method = "GET",
       .path = "/admin/audit-log",
       .summary = "Who did what, the newest first; for the server's owners",
       .access = Access::owner,
       .scope = "audit:read",
       .query = {"actor: A user id, `cli:` and a user of the machine, `anonymous` or `system`",
                 "action: What was done, as room.archived",
                 "subject: What it was done to, as user:123 or room:5", "room_id: In that room",
                 "since: Not before that moment (RFC 3339)",
                 "limit: At most so many, 50 unless told, 200 at most",
                 "cursor: `next` or `prev` of a page"},
       .errors = {Code::cursor_invalid}},
      [&app](const Call& call) { return list(app, call); });
}

}  // namespace confab::audit
