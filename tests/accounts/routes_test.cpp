#include <algorithm>

#include "api/accounts/access/tokens.h"
#include "api/face.h"
#include "api/http/router.h"
#include "tests/accounts/support.h"

namespace confab::test {
namespace {

/// The HTTP face without a socket: what the server does between request and reply.
class Face {
 public:
  explicit Face(World& world) : world_(world) {
    accounts::add_routes(router_, world.app);
    people::add_routes(router_, world.app);
  }

  http::Call call(const std::string& method, const std::string& path,
                  const std::string& body = {}) {
    http::Call made;
    made.method = method;
    made.path = path;
    made.body = body;
    made.address = "127.0.0.1";
    made.headers = {{"host", "localhost:8470"}, {"user-agent", "test"}};
    if (!cookie.empty()) made.headers.emplace_back("cookie", cookie);
    return made;
  }

  http::Reply send(http::Call call) {
    const auto& route = router_.match(call);
    if (route.endpoint.access != http::Access::anonymous) {
      call.caller = authenticate(world_.app, call);
      if (!call.caller) throw Error(Code::unauthenticated, "nobody");
    }
    auto reply = route.handler(call);
    for (const auto& [name, value] : reply.headers) {
      if (name == "Set-Cookie") keep(value);
    }
    return reply;
  }

  std::string cookie;  ///< As a browser would send it.

 private:
  void keep(const std::string& set) {
    const auto pair = set.substr(0, set.find(';'));
    if (!pair.starts_with("confab-device")) cookie = pair;
  }

  World& world_;
  http::Router router_;
};

const char* const kRegister =
    R"({"email":"ana@example.org","username":"ana","password":"copper lantern 47 tide"})";

std::vector<std::string> cookies(const http::Reply& reply) {
  std::vector<std::string> out;
  for (const auto& [name, value] : reply.headers) {
    if (name == "Set-Cookie") out.push_back(value);
  }
  return out;
}

bool says(const http::Reply& reply, const std::string& name, const std::string& value) {
  return std::find(reply.headers.begin(), reply.headers.end(), std::pair(name, value)) !=
         reply.headers.end();
}

TEST(AccountRoutes, RegisteringSetsCookiesThatScriptsCannotRead) {
  World world;
  Face face(world);
  const auto reply = face.send(face.call("POST", "/api/v1/users", kRegister));
  EXPECT_EQ(reply.status, 201);
  const auto set = cookies(reply);
  ASSERT_EQ(set.size(), 2U);
  EXPECT_TRUE(set[0].starts_with("__Host-confab="));
  EXPECT_TRUE(set[1].starts_with("confab-device="));
  for (const auto& each : set) {
    for (const char* part :
         {"; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age="}) {
      EXPECT_NE(each.find(part), std::string::npos) << each;
    }
  }
  const auto me = face.send(face.call("GET", "/api/v1/me"));
  EXPECT_NE(me.body.find("\"username\":\"ana\""), std::string::npos);
  EXPECT_TRUE(says(me, "ETag", "\"1\""));
}

TEST(AccountRoutes, PlainHttpElsewhereDoesWithoutSecure) {
  World world;
  world.config.public_url = "http://chat.example.org";
  Face face(world);
  const auto set = cookies(face.send(face.call("POST", "/api/v1/users", kRegister)));
  ASSERT_EQ(set.size(), 2U);
  EXPECT_TRUE(set[0].starts_with("confab="));
  EXPECT_EQ(set[0].find("Secure"), std::string::npos);
}

TEST(AccountRoutes, ARetriedRegistrationIsMarkedAndSetsTheSameCookie) {
  World world;
  Face face(world);
  auto call = face.call("POST", "/api/v1/users", kRegister);
  call.headers.emplace_back("idempotency-key", "k1");
  const auto first = face.send(call);
  const auto again = face.send(call);
  EXPECT_EQ(again.status, first.status);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(cookies(again)[0], cookies(first)[0]);
  EXPECT_FALSE(says(first, "Idempotency-Replayed", "true"));
  EXPECT_TRUE(says(again, "Idempotency-Replayed", "true"));
  call.body = R"({"email":"x@example.org","username":"xyz","password":"copper lantern 47 tide"})";
  EXPECT_EQ(code_of([&] { face.send(call); }), Code::idempotency_mismatch);
}

TEST(AccountRoutes, OnlyThisMachineUnderItsOwnNameNeedsNoSetupCode) {
  World world;
  Face face(world);
  accounts::prepare_setup(world.app);
  auto call = face.call("POST", "/api/v1/users", kRegister);
  call.headers[0].second = "rebound.example.org:8470";
  EXPECT_EQ(code_of([&] { face.send(call); }), Code::setup_code_required);
  call.headers[0].second = "localhost:8470";
  call.address = "203.0.113.7";
  EXPECT_EQ(code_of([&] { face.send(call); }), Code::setup_code_required);
  call.address = "::1";
  EXPECT_EQ(face.send(call).status, 201);
}

TEST(AccountRoutes, MetaSaysWhetherAnOwnerIsMissing) {
  World world;
  Face face(world);
  EXPECT_NE(face.send(face.call("GET", "/api/v1/meta")).body.find("\"setup_required\":true"),
            std::string::npos);
  face.send(face.call("POST", "/api/v1/users", kRegister));
  const auto body = face.send(face.call("GET", "/api/v1/meta")).body;
  EXPECT_NE(body.find("\"setup_required\":false"), std::string::npos);
  EXPECT_NE(body.find("\"signup\":\"open\""), std::string::npos);
}

TEST(AccountRoutes, SigningOutTakesTheCookieBack) {
  World world;
  Face face(world);
  face.send(face.call("POST", "/api/v1/users", kRegister));
  const auto signed_in_as = face.cookie;
  const auto reply = face.send(face.call("DELETE", "/api/v1/sessions/current"));
  EXPECT_EQ(reply.status, 204);
  EXPECT_NE(cookies(reply).at(0).find("Max-Age=0"), std::string::npos);
  face.cookie = signed_in_as;
  EXPECT_EQ(code_of([&] { face.send(face.call("GET", "/api/v1/me")); }), Code::unauthenticated);
}

TEST(AccountRoutes, SigningInAgainEndsTheSessionOfTheBrowser) {
  World world;
  Face face(world);
  face.send(face.call("POST", "/api/v1/users", kRegister));
  const auto first = face.cookie;
  face.send(face.call("POST", "/api/v1/sessions",
                      R"({"login":"ana","password":"copper lantern 47 tide"})"));
  EXPECT_NE(face.cookie, first);
  EXPECT_NO_THROW(face.send(face.call("GET", "/api/v1/sessions")));
  face.cookie = first;
  EXPECT_EQ(code_of([&] { face.send(face.call("GET", "/api/v1/me")); }), Code::unauthenticated);
}

TEST(AccountRoutes, AnotherVersionThanIfMatchChangesNothing) {
  World world;
  Face face(world);
  face.send(face.call("POST", "/api/v1/users", kRegister));
  auto call = face.call("PATCH", "/api/v1/me", R"({"display_name":"Ana"})");
  call.headers.emplace_back("if-match", "\"2\"");
  EXPECT_EQ(code_of([&] { face.send(call); }), Code::version_mismatch);
  call.headers.back().second = "\"1\"";
  EXPECT_TRUE(says(face.send(call), "ETag", "\"2\""));
}

TEST(Authenticate, TakesABearerTokenInAnyCaseOfTheScheme) {
  World world;
  Face face(world);
  const auto ana = registered(world, "ana").signed_in.user.id;
  const auto tokens =
      accounts::issue_tokens(world.app, {.login = "ana", .password = kGoodPassword}, here());
  auto call = face.call("GET", "/api/v1/me");
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER  "}) {
    auto with_token = call;
    with_token.headers.emplace_back("authorization", scheme + tokens.access_token);
    const auto caller = authenticate(world.app, with_token);
    EXPECT_EQ(caller.user, ana) << scheme;
    EXPECT_FALSE(caller.by_cookie);
  }
  for (const char* other : {"Basic YTpi", "Bearer", "Bearer ", ""}) {
    auto with_other = call;
    with_other.headers.emplace_back("authorization", other);
    EXPECT_EQ(code_of([&] { authenticate(world.app, with_other); }), Code::unauthenticated);
  }
}

TEST(Authenticate, RefusesCookieAndTokenTogether) {
  World world;
  Face face(world);
  face.send(face.call("POST", "/api/v1/users", kRegister));
  auto call = face.call("GET", "/api/v1/me");
  call.headers.emplace_back("authorization", "Bearer x");
  EXPECT_EQ(code_of([&] { authenticate(world.app, call); }), Code::ambiguous_auth);
}

TEST(Authenticate, WithoutEitherIsNobody) {
  World world;
  Face face(world);
  EXPECT_FALSE(authenticate(world.app, face.call("GET", "/api/v1/me")));
}

TEST(JsonWebKeys, AreAtTheWellKnownAddressOnly) {
  World world;
  Face face(world);
  const auto reply = face.send(face.call("GET", "/.well-known/jwks.json"));
  EXPECT_EQ(reply.body, to_json(accounts::key_set(world.keys)));
  EXPECT_EQ(code_of([&] { face.send(face.call("GET", "/api/v1/.well-known/jwks.json")); }),
            Code::not_found);
}

TEST(PeopleRoutes, LinkTheNextPage) {
  World world;
  Face face(world);
  face.send(face.call("POST", "/api/v1/users", kRegister));
  world.person("ana.b");
  auto call = face.call("GET", "/api/v1/users");
  call.query = {{"q", "a"}, {"limit", "1"}};
  const auto reply = face.send(call);
  const auto link = std::find_if(reply.headers.begin(), reply.headers.end(),
                                 [](const auto& each) { return each.first == "Link"; });
  ASSERT_NE(link, reply.headers.end());
  EXPECT_TRUE(link->second.starts_with("<?cursor=")) << link->second;
  EXPECT_TRUE(link->second.ends_with("&q=a&limit=1>; rel=\"next\"")) << link->second;
  call.query = {{"q", "a"}, {"ids", "1"}};
  EXPECT_EQ(code_of([&] { face.send(call); }), Code::invalid_request);
}

TEST(PeopleRoutes, KnowTheCallerAsMe) {
  World world;
  Face face(world);
  face.send(face.call("POST", "/api/v1/users", kRegister));
  EXPECT_NE(face.send(face.call("GET", "/api/v1/users/me")).body.find("\"ana\""),
            std::string::npos);
  EXPECT_EQ(code_of([&] { face.send(face.call("GET", "/api/v1/users/7")); }), Code::not_found);
  EXPECT_EQ(code_of([&] { face.send(face.call("GET", "/api/v1/users/x")); }), Code::not_found);
}

}  // namespace
}  // namespace confab::test
