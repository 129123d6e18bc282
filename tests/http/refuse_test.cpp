#include "tests/http/fixture.h"

namespace confab::test {
namespace {

const std::string kNote = R"({"text":"hello"})";

TEST(Refuse, EveryCodeOfTheEdgeHasItsStatus) {
  Site site;
  struct Case {
    int status;
    std::string code, method, path, body;
    Headers headers;
  };
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  const std::vector<Case> cases = {
      {404, "not_found", "GET", "/api/v1/nothing", "", {}},
      {404, "not_found", "GET", "/api/v2/notes/1", "", {}},
      {404, "not_found", "GET", "/api/v1", "", {}},
      {404, "not_found", "GET", "/api/v1/notes/1/", "", {}},
      {404, "not_found", "GET", "/api/v1/notes/", "", {}},
      {404, "not_found", "GET", "/api/v1/notes/abc", "", {}},
      {404, "not_found", "GET", "/api/v1/notes/01", "", {}},
      {404, "not_found", "GET", "/api/v1/notes/%zz", "", {}},
      {404, "not_found", "GET", "/api/v1/notes/99999999999999999999", "", {}},
      {405, "method_not_allowed", "PUT", "/api/v1/notes/1", kNote, {}},
      {405, "method_not_allowed", "TRACE", "/api/v1/notes/1", "", {}},
      {405, "method_not_allowed", "POST", "/healthz", "", {}},
      {405, "method_not_allowed", "DELETE", "/", "", {}},
      {405, "method_not_allowed", "POST", "/api/v1/openapi.json", "", {}},
      {400, "invalid_json", "POST", "/api/v1/notes", "{", {}},
      {400, "invalid_json", "POST", "/api/v1/notes", "", {}},
      {400, "invalid_json", "POST", "/api/v1/notes", deep, {}},
      {400, "invalid_utf8", "POST", "/api/v1/notes", "{\"text\":\"\xff\"}", {}},
      {400, "unknown_field", "POST", "/api/v1/notes", R"({"text":"a","color":"red"})", {}},
      {422, "invalid_value", "POST", "/api/v1/notes", R"({"text":"","stars":9})", {}},
      {400, "invalid_request", "GET", "/api/v1/notes/1?color=red", "", {}},
      {400, "invalid_request", "GET", "/api/v1/page?limit=1&limit=2", "", {}},
      {400, "invalid_request", "GET", "/api/v1/page?q=%f", "", {}},
      {400, "invalid_request", "GET", "/api/v1/page?q=%ff", "", {}},
      {422, "invalid_value", "GET", "/api/v1/page?limit=0", "", {}},
      {422, "invalid_value", "GET", "/api/v1/page?limit=ten", "", {}},
      {400, "invalid_request", "GET", "/api/v1/notes/1", kNote, {}},
      {415,
       "unsupported_media_type",
       "POST",
       "/api/v1/notes",
       kNote,
       {{"Content-Type", "text/plain"}}},
      {415,
       "unsupported_media_type",
       "POST",
       "/api/v1/notes",
       kNote,
       {{"Content-Type", "application/json; charset=latin1"}}},
      {415,
       "unsupported_media_type",
       "POST",
       "/api/v1/notes",
       kNote,
       {{"Content-Encoding", "gzip"}}},
      {401, "unauthenticated", "GET", "/api/v1/me", "", {}},
      {401, "unauthenticated", "GET", "/api/v1/me", "", {{"Authorization", "Bearer who"}}},
      {401, "token_expired", "GET", "/api/v1/me", "", {{"Authorization", "Bearer old"}}},
      {403, "insufficient_role", "GET", "/api/v1/admin", "", {{"Authorization", "Bearer ann"}}},
      {400,
       "ambiguous_auth",
       "GET",
       "/api/v1/me",
       "",
       {{"Authorization", "Bearer ann"}, {"Cookie", "confab=ann"}}},
      {400, "invalid_request", "POST", "/api/v1/notes", kNote, {{"Idempotency-Key", "two words"}}},
      {400,
       "invalid_request",
       "POST",
       "/api/v1/notes",
       kNote,
       {{"Idempotency-Key", std::string(65, 'k')}}},
      {500, "internal", "GET", "/api/v1/bug", "", {}},
      {500, "internal", "GET", "/api/v1/me", "", {{"Authorization", "Bearer bug"}}},
  };
  auto client = site.client();
  for (const auto& each : cases) {
    const Answer answer = client.request(each.method, each.path, each.body, each.headers);
    SCOPED_TRACE(each.method + ' ' + each.path + ' ' + each.body);
    EXPECT_EQ(answer.status, each.status);
    EXPECT_EQ(code_of(answer), each.code);
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.body.find("SELECT"), std::string::npos);
  }
}

TEST(Refuse, AProblemSaysWhatRfc9457Asks) {
  Site site;
  const Answer answer =
      site.client().post("/api/v1/notes", R"({"text":"","stars":9})", {{"X-Request-Id", "req-1"}});
  const auto problem = json::parse(answer.body);
  EXPECT_EQ(problem["type"].asString(), "/api/docs#errors/invalid_value");
  EXPECT_EQ(problem["title"].asString(), "A value does not fit");
  EXPECT_EQ(problem["status"].asInt(), 422);
  EXPECT_EQ(problem["instance"].asString(), "/api/v1/notes");
  EXPECT_EQ(problem["request_id"].asString(), "req-1");
  ASSERT_EQ(problem["errors"].size(), 2U);
  EXPECT_EQ(problem["errors"][0]["pointer"].asString(), "/text");
  EXPECT_EQ(problem["errors"][0]["code"].asString(), "invalid_value");
}

TEST(Refuse, NamesTheUnknownQueryParameter) {
  Site site;
  const Answer answer = site.client().get("/api/v1/notes/1?color=red");
  EXPECT_NE(answer.body.find("`color`"), std::string::npos);
}

TEST(Refuse, ReadsTheParametersItKnows) {
  Site site;
  auto client = site.client();
  EXPECT_NE(client.get("/api/v1/page?limit=7&q=%C3%A4+b%2Bc").body.find("7 ä b+c"),
            std::string::npos);
  EXPECT_NE(client.get("/api/v1/page").body.find("50 -"), std::string::npos);
}

TEST(Refuse, TellsWhichMethodsAnAddressTakes) {
  Site site;
  auto client = site.client();
  for (const char* method : {"OPTIONS", "PUT"}) {
    const Answer answer = client.request(method, "/api/v1/notes/1");
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.header("allow"), "DELETE, GET, HEAD, PATCH");
    EXPECT_FALSE(answer.has_header("access-control-allow-origin"));
  }
  EXPECT_EQ(client.request("OPTIONS", "/healthz").header("allow"), "GET, HEAD");
}

TEST(Refuse, AnUnauthenticatedCallNamesTheScheme) {
  Site site;
  EXPECT_EQ(site.client().get("/api/v1/me").header("www-authenticate"), "Bearer realm=\"Confab\"");
}

TEST(Refuse, TakesTheMediaTypeInEveryRightForm) {
  Site site;
  auto client = site.client();
  for (const char* type : {"application/json", "application/json; charset=utf-8",
                           "Application/JSON;charset=\"UTF-8\""}) {
    EXPECT_EQ(client.post("/api/v1/notes", kNote, {{"Content-Type", type}}).status, 201) << type;
  }
  EXPECT_EQ(
      client.request("DELETE", "/api/v1/notes/1", "{}", {{"Authorization", "Bearer ann"}}).status,
      204);
}

TEST(Refuse, ABodyOverTheLimit) {
  Site site([](auto& settings) { settings.max_body = 1000; });
  const auto body = [](std::size_t size) {
    return R"({"text":"a","stars":0})" + std::string(size - 22, ' ');
  };
  EXPECT_EQ(site.client().post("/api/v1/notes", body(1000)).status, 201);
  // A little over: read to its end. Far over: not even read.
  for (const std::size_t size : {1001U, 15'000U}) {
    auto client = site.client();
    const Answer answer = client.post("/api/v1/notes", body(size));
    EXPECT_EQ(answer.status, 413) << size;
    EXPECT_EQ(code_of(answer), "body_too_large");
    EXPECT_EQ(answer.header("connection"), "close");
  }
  auto far = site.connect();
  far.send("POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(far.read().status, 413);
  EXPECT_TRUE(far.closed());

  auto polite = site.connect();
  polite.send(
      "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(polite.read().status, 413);

  auto chunked = site.connect();
  chunked.send(
      "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n7d0\r\n" +
      body(2000) + "\r\n0\r\n\r\n");
  EXPECT_EQ(code_of(chunked.read()), "body_too_large");
  EXPECT_TRUE(chunked.closed());

  auto endless = site.connect();
  endless.send("POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "3e8\r\n" + std::string(1000, ' ') + "\r\n";
  bool cut = false;
  for (int i = 0; i < 10'000 && !cut; ++i) cut = !endless.try_send(chunk);
  EXPECT_TRUE(cut) << "a body without end is cut off";
  EXPECT_EQ(site.handled, 1);
}

TEST(Refuse, GoesOnAfter100Continue) {
  Site site;
  auto connection = site.connect();
  connection.send(
      "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: 16\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_line(5000), "HTTP/1.1 100 Continue");
  EXPECT_EQ(connection.read_line(5000), "");
  connection.send(kNote);
  EXPECT_EQ(connection.read().status, 201);
}

TEST(Refuse, WhenTheExecutorIsFull) {
  Site site({}, 1, 2);
  std::vector<Connection> waiting;
  const auto ask = [&] {
    waiting.push_back(site.connect());
    waiting.back().send("GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
  };
  ask();
  site.gate.wait_for_waiters(1);
  // One runs, two wait, the rest are sent away at once.
  int refused = 0;
  while (refused < 4) {
    ask();
    try {
      const Answer answer = waiting.back().read(false, waiting.size() < 4 ? 50 : 10'000);
      EXPECT_EQ(answer.status, 503);
      EXPECT_EQ(code_of(answer), "unavailable");
      EXPECT_EQ(answer.header("retry-after"), "1");
      ++refused;
      waiting.pop_back();
    } catch (const std::runtime_error&) {
      ASSERT_LE(waiting.size(), 3U) << "more wait than the queue holds";
    }
  }
  site.gate.open();
  EXPECT_EQ(waiting.size(), 3U);
  for (auto& each : waiting) EXPECT_EQ(each.read().status, 200);
  EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 200);
}

}  // namespace
}  // namespace confab::test
