#include <gtest/gtest.h>

#include "tests/contract/face.h"

namespace confab::test {
namespace {

/// Calls every operation of the document, with success and without.
class Walk {
 public:
  explicit Walk(Face& face)
      : face_(face),
        ana_(face.person("ana")),
        ben_(face.person("ben")),
        ben_id_(Face::id_of(ben_)),
        room_(make_room(R"({"kind":"channel","name":"general"})")) {}

  void accounts();
  void people();
  void rooms();
  void members();
  void messages();
  void reads();
  void admin();
  void sync();

 private:
  using Ids = std::vector<std::string>;

  /// Expects that status of an operation, and the code when it is a refusal.
  Json::Value expect(int status, const std::string& code, Client& who, const std::string& operation,
                     const Ids& ids = {}, const std::string& body = {},
                     const std::string& query = {}, const Headers& headers = {}) {
    const auto result = face_.call(who, operation, ids, body, query, headers);
    EXPECT_EQ(result.status, status) << operation << ' ' << body << '\n' << result.answer.body;
    if (status >= 400) {
      EXPECT_EQ(result.body["code"].asString(), code) << operation;
    }
    return result.body;
  }
  Json::Value good(int status, Client& who, const std::string& operation, const Ids& ids = {},
                   const std::string& body = {}, const std::string& query = {},
                   const Headers& headers = {}) {
    return expect(status, "", who, operation, ids, body, query, headers);
  }
  std::string make_room(const std::string& body) {
    return good(201, ana_, "POST /rooms", {}, body)["id"].asString();
  }
  std::string post(Client& who, const std::string& body) {
    return good(201, who, "POST /rooms/{room_id}/messages", {room_},
                R"({"body":")" + body + "\"}")["id"]
        .asString();
  }

  Face& face_;
  Client ana_;
  Client ben_;
  std::string ben_id_;
  std::string room_;
};

void Walk::accounts() {
  auto nobody = face_.client();
  good(200, nobody, "GET /meta");
  good(200, nobody, "GET /.well-known/jwks.json");
  const std::string cyd =
      R"({"email":"cyd@example.com","username":"cyd","password":"correct horse battery"})";
  auto browser = face_.client();
  good(201, browser, "POST /users", {}, cyd);
  expect(409, "username_taken", nobody, "POST /users", {}, cyd);
  expect(422, "password_too_short", nobody, "POST /users", {},
         R"({"email":"d@example.com","username":"dora","password":"short"})");
  expect(422, "invalid_value", nobody, "POST /users", {}, R"({"email":"x"})");
  expect(400, "unknown_field", nobody, "POST /users", {}, R"({"mail":"x"})");
  expect(400, "invalid_json", nobody, "POST /users", {}, "{");
  const std::string login = R"({"login":"cyd","password":"correct horse battery"})";
  auto second = face_.client();
  const auto session = good(201, second, "POST /sessions", {}, login)["session"]["id"].asString();
  const std::string wrong = R"({"login":"cyd","password":"wrong horse battery"})";
  expect(401, "bad_credentials", nobody, "POST /sessions", {}, wrong);
  expect(401, "bad_credentials", nobody, "POST /tokens", {}, wrong);
  const auto tokens = good(200, nobody, "POST /tokens", {}, login);
  const auto refresh = R"({"refresh_token":")" + tokens["refresh_token"].asString() + "\"}";
  good(200, nobody, "POST /tokens/refresh", {}, refresh);
  expect(401, "token_revoked", nobody, "POST /tokens/refresh", {}, refresh);

  good(200, browser, "GET /sessions");
  expect(401, "unauthenticated", nobody, "GET /sessions");
  expect(404, "not_found", browser, "DELETE /sessions/{session_id}", {"1"});
  good(204, browser, "DELETE /sessions/{session_id}", {session});
  good(204, browser, "DELETE /sessions");
  expect(401, "unauthenticated", nobody, "DELETE /sessions");

  good(200, browser, "GET /me");
  good(304, browser, "GET /me", {}, "", "", {{"If-None-Match", "\"1\""}});
  expect(401, "unauthenticated", nobody, "GET /me");
  good(200, browser, "PATCH /me", {}, R"({"display_name":"Cyd"})");
  expect(409, "username_taken", browser, "PATCH /me", {}, R"({"username":"ana"})");
  expect(412, "version_mismatch", browser, "PATCH /me", {}, R"({"display_name":"Cy D"})", "",
         {{"If-Match", "\"1\""}});
  good(200, browser, "GET /me/settings");
  expect(401, "unauthenticated", nobody, "GET /me/settings");
  good(200, browser, "PATCH /me/settings", {}, R"({"density":"compact"})");
  expect(422, "invalid_value", browser, "PATCH /me/settings", {}, R"({"theme":"mauve"})");
  expect(403, "csrf_rejected", browser, "PATCH /me/settings", {}, R"({"theme":"dark"})", "",
         {{"X-Requested-With", "else"}});
  expect(401, "bad_credentials", browser, "PUT /me/password", {},
         R"({"current_password":"wrong","new_password":"another horse battery"})");
  good(204, browser, "PUT /me/password", {},
       R"({"current_password":"correct horse battery","new_password":"another horse battery"})");
  good(204, browser, "DELETE /sessions/{session_id}", {"current"});
}

void Walk::people() {
  auto nobody = face_.client();
  good(200, ana_, "GET /users", {}, "", "q=b");
  good(200, ana_, "GET /users", {}, "", "ids=" + ben_id_ + ",77");
  const auto page = good(200, ana_, "GET /users", {}, "", "limit=1");
  good(200, ana_, "GET /users", {}, "", "limit=1&cursor=" + page["next"].asString());
  expect(400, "cursor_invalid", ana_, "GET /users", {}, "", "cursor=!");
  expect(422, "invalid_value", ana_, "GET /users", {}, "", "limit=0");
  expect(401, "unauthenticated", nobody, "GET /users");
  good(200, ana_, "GET /users/{user_id}", {"me"});
  good(200, ana_, "GET /users/{user_id}", {ben_id_});
  expect(404, "not_found", ana_, "GET /users/{user_id}", {"77"});
}

void Walk::rooms() {
  const std::string direct = R"({"kind":"direct","member_ids":[")" + ben_id_ + "\"]}";
  const auto pair = make_room(direct);
  EXPECT_EQ(good(200, ana_, "POST /rooms", {}, direct)["id"].asString(), pair);
  make_room(R"({"kind":"group","member_ids":[")" + ben_id_ + "\"]}");
  expect(422, "invalid_value", ana_, "POST /rooms", {}, R"({"kind":"channel"})");
  const Headers key{{"Idempotency-Key", "once"}};
  const std::string lab = R"({"kind":"channel","name":"lab","topic":"t","visibility":"private"})";
  const auto hidden = good(201, ana_, "POST /rooms", {}, lab, "", key)["id"].asString();
  EXPECT_EQ(good(201, ana_, "POST /rooms", {}, lab, "", key)["id"].asString(), hidden);
  expect(422, "idempotency_mismatch", ana_, "POST /rooms", {}, direct, "", key);

  good(200, ana_, "GET /rooms");
  good(200, ben_, "GET /rooms/discover", {}, "", "q=gen");
  expect(400, "cursor_invalid", ben_, "GET /rooms/discover", {}, "", "cursor=x");
  good(200, ana_, "GET /rooms/{room_id}", {room_});
  good(200, ben_, "GET /rooms/{room_id}", {room_});
  expect(404, "not_found", ben_, "GET /rooms/{room_id}", {hidden});
  expect(404, "not_found", ben_, "GET /rooms/{room_id}", {"none"});
  good(200, ana_, "PATCH /rooms/{room_id}", {room_}, R"({"topic":"new"})");
  expect(403, "not_member", ben_, "PATCH /rooms/{room_id}", {room_}, R"({"topic":"mine"})");
  expect(409, "conflict", ana_, "PATCH /rooms/{room_id}", {pair}, R"({"name":"us"})");
  expect(412, "version_mismatch", ana_, "PATCH /rooms/{room_id}", {room_}, R"({"topic":"z"})", "",
         {{"If-Match", "\"1\""}});
  expect(403, "not_member", ben_, "DELETE /rooms/{room_id}", {room_});
  good(204, ana_, "DELETE /rooms/{room_id}", {hidden});
  expect(409, "room_archived", ana_, "PATCH /rooms/{room_id}", {hidden}, R"({"topic":"z"})");
}

void Walk::members() {
  const char* const kMember = "/rooms/{room_id}/members/{user_id}";
  const std::string put = std::string("PUT ") + kMember, patch = std::string("PATCH ") + kMember,
                    end = std::string("DELETE ") + kMember;
  expect(403, "not_member", ben_, "GET /rooms/{room_id}/members", {room_});
  good(201, ben_, put, {room_, "me"});
  good(200, ben_, put, {room_, "me"});
  expect(404, "not_found", ana_, put, {room_, "77"});
  good(200, ana_, "GET /rooms/{room_id}/members", {room_}, "", "limit=1");
  good(200, ana_, patch, {room_, ben_id_}, R"({"role":"moderator"})");
  good(200, ben_, patch, {room_, "me"}, R"({"notifications":"nothing"})");
  expect(403, "insufficient_role", ben_, patch, {room_, "me"}, R"({"role":"owner"})");
  expect(409, "last_owner", ana_, end, {room_, "me"});
  good(204, ben_, end, {room_, "me"});
  expect(403, "not_member", ben_, end, {room_, "me"});
  good(201, ana_, put, {room_, ben_id_});
}

void Walk::messages() {
  const auto first = post(ana_, "one");
  const auto theirs = post(ben_, "two");
  post(ana_, "three");
  expect(422, "empty_message", ana_, "POST /rooms/{room_id}/messages", {room_}, R"({"body":" "})");
  expect(413, "message_too_long", ana_, "POST /rooms/{room_id}/messages", {room_},
         R"({"body":")" + std::string(16'385, 'x') + "\"}");
  expect(404, "not_found", ana_, "POST /rooms/{room_id}/messages", {"77"}, R"({"body":"x"})");
  expect(400, "invalid_request", ana_, "POST /rooms/{room_id}/messages", {room_}, R"({"body":"x"})",
         "", {{"Idempotency-Key", std::string(65, 'k')}});
  for (const char* query : {"", "before=3", "after=1", "around=2&limit=1", "limit=1"}) {
    good(200, ben_, "GET /rooms/{room_id}/messages", {room_}, "", query);
  }
  expect(422, "invalid_value", ben_, "GET /rooms/{room_id}/messages", {room_}, "",
         "before=1&after=2");
  expect(404, "not_found", ben_, "GET /rooms/{room_id}/messages", {"77"});
  good(200, ben_, "GET /messages/{message_id}", {first});
  good(304, ben_, "GET /messages/{message_id}", {first}, "", "", {{"If-None-Match", "\"1\""}});
  expect(404, "not_found", ben_, "GET /messages/{message_id}", {"77"});
  good(200, ana_, "PATCH /messages/{message_id}", {first}, R"({"body":"One"})");
  expect(403, "not_author", ana_, "PATCH /messages/{message_id}", {theirs}, R"({"body":"x"})");
  expect(412, "version_mismatch", ana_, "PATCH /messages/{message_id}", {first},
         R"({"body":"ONE"})", "", {{"If-Match", "\"1\""}});
  expect(403, "not_author", ben_, "DELETE /messages/{message_id}", {first});
  expect(412, "version_mismatch", ana_, "DELETE /messages/{message_id}", {first}, "", "",
         {{"If-Match", "\"1\""}});
  good(204, ana_, "DELETE /messages/{message_id}", {first});
  expect(409, "conflict", ana_, "PATCH /messages/{message_id}", {first}, R"({"body":"x"})");
}

void Walk::reads() {
  good(200, ana_, "PUT /rooms/{room_id}/read", {room_}, R"({"seq":2})");
  good(200, ana_, "PUT /rooms/{room_id}/read", {room_}, R"({"seq":1,"mark_unread":true})");
  expect(422, "invalid_value", ana_, "PUT /rooms/{room_id}/read", {room_}, R"({"seq":99})");
  expect(404, "not_found", ana_, "PUT /rooms/{room_id}/read", {"77"}, R"({"seq":1})");
  good(204, ana_, "POST /rooms/{room_id}/typing", {room_});
  expect(404, "not_found", ana_, "POST /rooms/{room_id}/typing", {"77"});
}

void Walk::admin() {
  good(200, ana_, "GET /admin/audit-log", {}, "", "limit=1&action=room.created");
  expect(403, "insufficient_role", ben_, "GET /admin/audit-log");
}

void Walk::sync() {
  auto nobody = face_.client();
  const auto position = good(200, ben_, "GET /bootstrap")["position"].asString();
  expect(401, "unauthenticated", nobody, "GET /bootstrap");
  const auto start = position.substr(0, position.find(':') + 1);
  const auto page = good(200, ben_, "GET /events/page", {}, "", "limit=3&after=" + start);
  EXPECT_FALSE(page["items"].empty());
  EXPECT_TRUE(good(200, ben_, "GET /events/page", {}, "", "after=00000000:1.1")["reset"].asBool());
  expect(400, "cursor_invalid", ben_, "GET /events/page", {}, "", "after=x");
  expect(422, "invalid_value", ben_, "GET /events/page", {}, "", "limit=1001");
  expect(400, "cursor_invalid", ben_, "GET /events", {}, "", "after=x");
  expect(401, "unauthenticated", nobody, "GET /events");
  std::vector<Stream> streams;
  for (int i = 0; i < 16; ++i) streams.push_back(face_.stream(ben_));
  expect(429, "too_many_streams", ben_, "GET /events");
}

TEST(Document, IsTrueOfEveryOperation) {
  Face face;
  Walk walk(face);
  walk.accounts();
  walk.people();
  walk.rooms();
  walk.members();
  walk.messages();
  walk.reads();
  walk.admin();
  walk.sync();
  for (const auto& path : face.document()["paths"].getMemberNames()) {
    for (auto method : face.document()["paths"][path].getMemberNames()) {
      if (method == "servers") continue;
      for (char& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      const auto operation = method + ' ' + path;
      EXPECT_TRUE(face.succeeded().contains(operation)) << operation << " was never called";
      const bool can_fail =
          path != "/meta" && path != "/.well-known/jwks.json" && operation != "GET /rooms";
      EXPECT_EQ(face.refused().contains(operation), can_fail) << operation << " was never refused";
    }
  }
}

}  // namespace
}  // namespace confab::test
