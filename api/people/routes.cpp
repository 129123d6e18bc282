#include "api/db/pool.h"
#include "api/face.h"
#include "api/http/router.h"
#include "api/people/people.h"

namespace confab::people {

namespace {

using http::Access;

http::With<Page<accounts::User>> list(App& app, const http::Call& call) {
  constexpr std::int64_t kUsual = 50;
  constexpr std::int64_t kMost = 200;
  const auto limit = static_cast<std::size_t>(call.query_number("limit", kUsual, 1, kMost));
  const auto ids = call.query_value("ids");
  const auto query = call.query_value("q");
  const auto cursor = call.query_value("cursor");
  if (ids && (query || cursor)) {
    throw Error(Code::invalid_request, "Ask by `ids` or by `q`, not both.");
  }
  http::With<Page<accounts::User>> reply = app.pool.read([&](db::Tx& tx) {
    if (ids) return by_ids(tx, *ids);
    return search(tx, std::string(query.value_or("")), limit,
                  cursor ? std::optional(std::string(*cursor)) : std::nullopt);
  });
  if (auto links = links_of(reply.body, call.query); !links.empty()) {
    reply.headers.emplace_back("Link", std::move(links));
  }
  return reply;
}

accounts::User one(App& app, UserId id) {
  auto user = app.pool.read([&](db::Tx& tx) { return accounts::find_user(tx, id); });
  if (!user) throw not_found();
  return std::move(*user);
}

}  // namespace

void add_routes(http::Router& router, App& app) {
  router.add<Nothing, Page<accounts::User>>(
      {.method = "GET",
       .path = "/users",
       .summary = "Find people by the beginning of a name, or get many by id",
       .access = Access::user,
       .scope = "users:read",
       .query = {"q: Beginning of a username or of a word of a display name",
                 "ids: Up to 200 ids with commas between them",
                 "limit: At most so many, 50 unless told, 200 at most",
                 "cursor: `next` or `prev` of a page"},
       .errors = {Code::cursor_invalid}},
      [&app](const http::Call& call) { return list(app, call); });

  router.add<Nothing, accounts::User>(
      {.method = "GET",
       .path = "/users/{user_id}",
       .summary = "A person; `me` is you",
       .access = Access::user,
       .scope = "users:read"},
      [&app](const http::Call& call) { return one(app, call.user_id("user_id")); });
}

}  // namespace confab::people
