#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <set>

#include "tests/audit/support.h"
#include "tests/contract/face.h"

namespace confab::test {
namespace {

/// Endpoints that change something and leave no row, and why.
const std::map<std::string, std::string> kSilent = {
    {"POST /rooms/{room_id}/messages", "what people say is in the room itself"},
    {"PATCH /messages/{message_id}", "an author's own words"},
    {"PUT /rooms/{room_id}/read", "one's own mark, many times an hour"},
    {"POST /rooms/{room_id}/typing", "nothing is stored"},
    {"PATCH /me/settings", "one's own colours and language"},
    {"POST /tokens/refresh", "the same session goes on; its reuse is told"},
};

const std::string kFirst = World::kPassword;
const std::string kSecond = "violet anchor 93 moss";

/// Calls every endpoint that changes something, and counts the rows.
class Walk {
 public:
  explicit Walk(Face& face) : face_(face) {}

  void run() {
    auto nobody = face_.client();
    call(nobody, "POST /users", {}, person("ana"), "account.registered");
    call(nobody, "POST /users", {}, person("ben"), "account.registered");
    auto browser = face_.client();
    const auto login = R"({"login":"ana","password":")" + kFirst + "\"}";
    call(browser, "POST /sessions", {}, login, "session.started");
    auto ana = tokens("ana"), ben = tokens("ben");
    const auto ben_id = Face::id_of(ben);
    sessions(ana, login);
    call(ana, "PATCH /me", {}, R"({"display_name":"Ana the First"})", "account.changed");
    call(ana, "PATCH /me", {}, R"({"display_name":"Ana the First"})", "");
    call(ana, "PATCH /me/settings", {}, R"({"theme":"dark"})", "");
    call(ana, "PUT /me/password", {},
         R"({"current_password":")" + kFirst + R"(","new_password":")" + kSecond + "\"}",
         "password.changed");
    rooms(ana, ben, ben_id);
    everything_was_called();
  }

  /// What people typed, which must not be in the log.
  std::set<std::string> secrets() const { return secrets_; }

 private:
  using Ids = std::vector<std::string>;

  static std::string person(const std::string& name) {
    return R"({"email":")" + name + R"(@example.com","username":")" + name + R"(","password":")" +
           kFirst + "\"}";
  }

  /// The row that the call left has that action; empty: it left none.
  Json::Value call(Client& who, const std::string& operation, const Ids& ids,
                   const std::string& body, const std::string& action) {
    const auto before = audit_rows(face_.world);
    const auto result = face_.call(who, operation, ids, body);
    EXPECT_LT(result.status, 300) << operation << ' ' << result.answer.body;
    const auto rows = entries(face_.world);
    EXPECT_EQ(rows.size(), before + (action.empty() ? 0 : 1)) << operation;
    if (!action.empty() && rows.size() > before) {
      EXPECT_EQ(rows.front().action, action) << operation;
      EXPECT_EQ(rows.front().address, "127.0.0.1") << operation;
      EXPECT_EQ(rows.front().request_id, result.answer.header("x-request-id")) << operation;
      told_.insert(operation);
    } else if (action.empty()) {
      quiet_.insert(operation);
    }
    return result.body;
  }

  Client tokens(const std::string& name) {
    auto nobody = face_.client();
    const auto made =
        call(nobody, "POST /tokens", {},
             R"({"login":")" + name + R"(","password":")" + kFirst + "\"}", "token.created");
    const auto access = made["access_token"].asString(), refresh = made["refresh_token"].asString();
    secrets_.insert({access, refresh});
    const auto fresh =
        call(nobody, "POST /tokens/refresh", {}, R"({"refresh_token":")" + refresh + "\"}", "");
    secrets_.insert(fresh["refresh_token"].asString());
    auto client = face_.client();
    client.always("Authorization", "Bearer " + access);
    return client;
  }

  void sessions(Client& ana, const std::string& login) {
    auto other = face_.client();
    const auto made = call(other, "POST /sessions", {}, login, "session.started");
    call(ana, "DELETE /sessions/{session_id}", {made["session"]["id"].asString()}, "",
         "session.ended");
    call(ana, "DELETE /sessions", {}, "", "sessions.ended");
    call(ana, "DELETE /sessions", {}, "", "");
  }

  void rooms(Client& ana, Client& ben, const std::string& ben_id) {
    const std::string one = "/rooms/{room_id}", member = one + "/members/{user_id}";
    const auto room =
        call(ana, "POST /rooms", {}, R"({"kind":"channel","name":"the secret lab","topic":"t"})",
             "room.created")["id"]
            .asString();
    const auto direct = R"({"kind":"direct","member_ids":[")" + ben_id + "\"]}";
    call(ana, "POST /rooms", {}, direct, "room.created");
    call(ana, "POST /rooms", {}, direct, "");
    call(ana, "PATCH " + one, {room}, R"({"name":"the hidden lab","visibility":"public"})",
         "room.changed");
    call(ana, "PUT " + member, {room, ben_id}, "", "member.added");
    call(ana, "PUT " + member, {room, ben_id}, "", "");
    call(ana, "PATCH " + member, {room, ben_id}, R"({"role":"moderator"})", "member.role_changed");
    call(ben, "PATCH " + member, {room, "me"}, R"({"notifications":"nothing"})", "");
    messages(ana, ben, room);
    call(ben, "DELETE " + member, {room, "me"}, "", "member.removed");
    call(ana, "DELETE " + one, {room}, "", "room.archived");
    call(ana, "PATCH " + one, {room}, R"({"archived":false})", "room.restored");
    call(ana, "DELETE " + member, {room, "me"}, "", "member.removed");
  }

  void messages(Client& ana, Client& ben, const std::string& room) {
    const auto posted = call(ana, "POST /rooms/{room_id}/messages", {room},
                             R"({"body":"the treasure is under the oak"})", "")["id"]
                            .asString();
    call(ana, "PATCH /messages/{message_id}", {posted},
         R"({"body":"the treasure is under the elm"})", "");
    call(ben, "PUT /rooms/{room_id}/read", {room}, R"({"seq":1})", "");
    call(ben, "POST /rooms/{room_id}/typing", {room}, "", "");
    call(ben, "DELETE /messages/{message_id}", {posted}, "", "message.removed");
    const auto own =
        call(ana, "POST /rooms/{room_id}/messages", {room}, R"({"body":"oops"})", "")["id"]
            .asString();
    call(ana, "DELETE /messages/{message_id}", {own}, "", "");
  }

  void everything_was_called() {
    const auto& paths = face_.document()["paths"];
    for (const auto& path : paths.getMemberNames()) {
      for (auto method : paths[path].getMemberNames()) {
        if (method == "get" || method == "servers") continue;
        for (char& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        const auto operation = method + ' ' + path;
        const bool silent = kSilent.contains(operation);
        EXPECT_NE(told_.contains(operation), silent)
            << operation << " changes something: let its rule call audit::record, and call it "
            << "here; or say in kSilent why it leaves no row";
        if (silent) {
          EXPECT_TRUE(quiet_.contains(operation)) << operation << " is not called here";
        }
      }
    }
  }

  Face& face_;
  std::set<std::string> told_, quiet_;
  std::set<std::string> secrets_;
};

TEST(AuditWalk, EveryChangeOfAccountsRoomsAndMembersLeavesOneRowWithoutSecrets) {
  Face face;
  Walk walk(face);
  walk.run();
  EXPECT_EQ(faults(face.world), std::vector<std::string>{});

  auto secrets = walk.secrets();
  secrets.insert({kFirst, kSecond, "treasure", "oops", "@example.com", "secret lab", "hidden lab",
                  "Ana the First", "argon2id"});
  for (const auto& entry : entries(face.world)) {
    for (const auto& secret : secrets) {
      EXPECT_EQ(to_json(entry).find(secret), std::string::npos) << to_json(entry);
    }
  }
}

TEST(AuditWalk, AReplayedRequestLeavesNoSecondRow) {
  Face face;
  auto ana = face.person("ana");
  const Headers key{{"Idempotency-Key", "once"}};
  const std::string body = R"({"kind":"channel","name":"lab"})";
  face.call(ana, "POST /rooms", {}, body, "", key);
  const auto rows = audit_rows(face.world);
  EXPECT_EQ(face.call(ana, "POST /rooms", {}, body, "", key).status, 201);
  EXPECT_EQ(audit_rows(face.world), rows);
}

TEST(AuditWalk, AUsedRefreshTokenComingAgainLeavesOneRow) {
  Face face;
  face.person("ana");
  auto nobody = face.client();
  const auto made =
      face.call(nobody, "POST /tokens", {}, R"({"login":"ana","password":")" + kFirst + "\"}");
  const auto refresh = R"({"refresh_token":")" + made.body["refresh_token"].asString() + "\"}";
  face.call(nobody, "POST /tokens/refresh", {}, refresh);
  EXPECT_EQ(face.call(nobody, "POST /tokens/refresh", {}, refresh).status, 401);
  EXPECT_EQ(face.call(nobody, "POST /tokens/refresh", {}, refresh).status, 401);
  const audit::Filter reused{.action = audit::Action::token_reused};
  ASSERT_EQ(entries(face.world, reused).size(), 1u);
  EXPECT_EQ(entries(face.world, reused)[0].actor, "anonymous");
}

TEST(AuditLog, IsForOwnersOnly) {
  Face face;
  auto owner = face.person("ana");
  face.person("ben");
  auto admin = face.signed_in("ben");
  const auto ben = UserId::parse(Face::id_of(admin)).value();
  accounts::set_role(face.world.app, ben, accounts::ServerRole::admin);
  const std::string operation = "GET /admin/audit-log";
  EXPECT_EQ(face.call(admin, operation).body["code"], "insufficient_role");
  auto nobody = face.client();
  EXPECT_EQ(face.call(nobody, operation).body["code"], "unauthenticated");

  const auto page = face.call(owner, operation, {}, "", "limit=2");
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.body["items"].size(), 2u);
  EXPECT_EQ(page.body["items"][0]["action"], "account.role_changed");
  EXPECT_EQ(page.body["items"][0]["details"]["to"], "admin");
  EXPECT_NE(page.answer.header("link").find("rel=\"next\""), std::string::npos);
  const auto next =
      face.call(owner, operation, {}, "", "limit=2&cursor=" + page.body["next"].asString());
  EXPECT_NE(next.body["items"][0]["id"], page.body["items"][0]["id"]);

  const auto found = [&](const std::string& query) {
    return face.call(owner, operation, {}, "", query).body["items"].size();
  };
  EXPECT_EQ(found("subject=user:" + ben.text()), 2u);
  EXPECT_EQ(found("actor=system"), 1u);
  EXPECT_EQ(found("action=account.registered"), 2u);
  EXPECT_EQ(found("since=" + to_rfc3339(face.world.clock.now() + 1)), 0u);
  EXPECT_EQ(found("room_id=77"), 0u);
  for (const char* bad : {"action=no", "subject=user", "since=now", "room_id=x", "limit=0"}) {
    EXPECT_EQ(face.call(owner, operation, {}, "", bad).body["code"], "invalid_value") << bad;
  }
  EXPECT_EQ(face.call(owner, operation, {}, "", "cursor=x").body["code"], "cursor_invalid");
}

}  // namespace
}  // namespace confab::test
