#include <sys/socket.h>

#include <thread>

#include "tests/http/fixture.h"

namespace confab::test {
namespace {

TEST(Serve, AnswersATypedEndpoint) {
  Site site;
  const Answer answer = site.client().get("/api/v1/notes/12");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"id":"12","version":7,"text":"hello"})");
  EXPECT_EQ(answer.header("content-type"), "application/json");
  EXPECT_EQ(answer.header("etag"), "\"7\"");
  EXPECT_EQ(answer.header("cache-control"), "no-store");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_FALSE(answer.header("x-request-id").empty());
}

TEST(Serve, AnswersFromMemoryWhileEveryThreadIsBusy) {
  Site site({}, 1);
  EXPECT_NE(site.ann().get("/api/v1/memory").body.find("asked"), std::string::npos);
  site.remembers = true;
  std::thread slow([&] { site.client().get("/api/v1/slow"); });
  site.gate.wait_for_waiters(1);
  const Answer answer = site.ann().get("/api/v1/memory");
  site.gate.open();
  slow.join();
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("remembered"), std::string::npos);
  EXPECT_EQ(answer.header("etag"), "\"1\"");
  EXPECT_EQ(answer.header("cache-control"), "no-store");
}

TEST(Serve, AsksWhoCallsBeforeItAnswersFromMemory) {
  Site site;
  site.remembers = true;
  EXPECT_EQ(site.client().get("/api/v1/memory").status, 401);
  // Not known by heart, but let in.
  auto by_cookie = site.client();
  EXPECT_NE(
      by_cookie.request("GET", "/api/v1/memory", {}, {{"Cookie", "confab=ann"}}).body.find("asked"),
      std::string::npos);
}

TEST(Serve, PatientEndpointsKeepNobodyElseWaiting) {
  Executor patient("open", 1, 100);
  Site site([&](http::Server::Settings& settings) { settings.patient = &patient; }, 1);
  std::vector<std::thread> crowd;
  for (int i = 0; i < 8; ++i) {
    crowd.emplace_back([&] { EXPECT_EQ(site.client().get("/api/v1/patient").status, 200); });
  }
  site.gate.wait_for_waiters(1);
  EXPECT_EQ(site.client().get("/api/v1/notes/12").status, 200);
  EXPECT_EQ(site.handled, 1);
  site.gate.open();
  for (auto& one : crowd) one.join();
  EXPECT_EQ(site.handled, 9);
}

TEST(Serve, TakesABodyAndItsStatus) {
  Site site;
  const Answer answer = site.client().post("/api/v1/notes", R"({"text":"ünï"})");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, R"({"id":"5","version":1,"text":"ünï"})");
}

TEST(Serve, ReadsABodyInChunks) {
  Site site;
  auto connection = site.connect();
  connection.send(
      "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"text\":\r\n4\r\n\"hi\"\r\n1\r\n}\r\n0\r\n\r\n");
  EXPECT_EQ(connection.read().status, 201);
}

TEST(Serve, PrefersALiteralSegmentToAParameter) {
  Site site;
  EXPECT_NE(site.client().get("/api/v1/notes/newest").body.find("newest"), std::string::npos);
}

TEST(Serve, HeadIsGetWithoutABody) {
  Site site;
  auto client = site.client();
  const Answer answer = client.request("HEAD", "/api/v1/notes/12");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-length"), "38");
  EXPECT_EQ(answer.header("etag"), "\"7\"");
  EXPECT_EQ(client.get("/api/v1/notes/12").status, 200) << "the connection is in step";
}

TEST(Serve, AnswersNotModifiedToTheHolderOfTheVersion) {
  Site site;
  auto client = site.client();
  for (const char* tags : {"\"7\"", "\"6\", \"7\"", "W/\"7\"", "*"}) {
    const Answer answer = client.get("/api/v1/notes/12", {{"If-None-Match", tags}});
    EXPECT_EQ(answer.status, 304) << tags;
    EXPECT_EQ(answer.header("etag"), "\"7\"");
    EXPECT_EQ(answer.body, "");
  }
  EXPECT_EQ(client.get("/api/v1/notes/12", {{"If-None-Match", "\"6\""}}).status, 200);
}

TEST(Serve, RefusesAChangeOfAnotherVersion) {
  Site site;
  auto client = site.client();
  const std::string body = R"({"text":"x"})";
  const Answer answer = client.request("PATCH", "/api/v1/notes/1", body, {{"If-Match", "\"6\""}});
  EXPECT_EQ(answer.status, 412);
  EXPECT_EQ(code_of(answer), "version_mismatch");
  EXPECT_EQ(client.request("PATCH", "/api/v1/notes/1", body, {{"If-Match", "\"7\""}}).status, 200);
  EXPECT_EQ(client.request("PATCH", "/api/v1/notes/1", body, {{"If-Match", "*"}}).status, 200);
  EXPECT_EQ(client.request("PATCH", "/api/v1/notes/1", body).status, 200);
}

TEST(Serve, EchoesARequestIdOfTheRightForm) {
  Site site;
  auto client = site.client();
  EXPECT_EQ(client.get("/healthz", {{"X-Request-Id", "a.B_9-z"}}).header("x-request-id"),
            "a.B_9-z");
  for (const auto& id : {std::string("a b"), std::string(65, 'a'), std::string("<x>")}) {
    const auto made = client.get("/healthz", {{"X-Request-Id", id}}).header("x-request-id");
    EXPECT_NE(made, id);
    EXPECT_FALSE(made.empty());
  }
}

TEST(Serve, SaysWhetherItIsHealthyAndReady) {
  std::atomic<bool> ready{false};
  Site site([&](auto& settings) {
    settings.ready = [&]() -> std::string {
      if (!ready) throw Error(Code::unavailable, "The database does not answer.").retry_after(2);
      return "storage_full";
    };
  });
  auto client = site.client();
  EXPECT_EQ(client.get("/healthz").status, 200);
  const Answer answer = client.get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(code_of(answer), "unavailable");
  EXPECT_EQ(answer.header("retry-after"), "2");
  ready = true;
  EXPECT_EQ(client.get("/readyz").body, R"({"status":"storage_full"})");
}

TEST(Serve, AnswersPipelinedRequestsInOrder) {
  Site site;
  auto connection = site.connect();
  std::string requests;
  for (int i = 1; i <= 20; ++i) {
    requests += "GET /api/v1/notes/" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    requests +=
        "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 12\r\n\r\n{\"text\":\"p\"}";
  }
  connection.send(requests);
  for (int i = 1; i <= 20; ++i) {
    EXPECT_NE(connection.read().body.find("\"id\":\"" + std::to_string(i) + '"'),
              std::string::npos);
    EXPECT_EQ(connection.read().status, 201);
  }
}

TEST(Serve, KeepsAConnectionForManyRequests) {
  Site site;
  auto connection = site.connect();
  for (int i = 0; i < 200; ++i) {
    connection.send("GET /api/v1/notes/3 HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(connection.read().status, 200);
  }
}

TEST(Serve, ReadsARequestThatComesByteByByte) {
  Site site;
  auto connection = site.connect();
  const std::string request =
      "POST /api/v1/notes?x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-A: 1\r\n"
      "X-B: 2\r\nContent-Length: 12\r\n\r\n{\"text\":\"p\"}";
  for (int round = 0; round < 3; ++round) {
    for (const char c : request) connection.send(std::string_view(&c, 1));
    ASSERT_EQ(connection.read().status, 400) << "?x is no parameter, but the head was taken";
  }
}

TEST(Serve, TakesALargeHeadInPieces) {
  Site site;
  auto connection = site.connect();
  connection.send("GET /api/v1/notes/3 HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; i < 12; ++i) {
    connection.send("X-Filler-" + std::to_string(i) + ": " + std::string(900, 'f') + "\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  connection.send("\r\n");
  EXPECT_EQ(connection.read().status, 200);
}

TEST(Serve, ServesManyConnectionsAtOnce) {
  // 128 at once stopped libmicrohttpd's own epoll thread for good.
  for (const int count : {127, 128, 129, 200}) {
    Site site;
    std::vector<Connection> connections;
    for (int i = 0; i < count; ++i) connections.push_back(site.connect());
    for (int round = 0; round < 3; ++round) {
      for (auto& each : connections) each.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
      for (auto& each : connections) ASSERT_EQ(each.read().status, 200) << count;
      for (auto& each : connections) each.send("GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\n\r\n");
      for (auto& each : connections) ASSERT_EQ(each.read().status, 200) << count;
    }
  }
}

TEST(Serve, DoesNotKeepAConnectionWhoseClientSendsNoMore) {
  // libmicrohttpd misses an end that comes together with the request.
  Site site;
  std::vector<Connection> connections;
  for (int i = 0; i < 300; ++i) {
    connections.push_back(site.connect());
    connections.back().send(
        "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 12\r\n\r\n{\"text\":\"p\"}");
    ::shutdown(connections.back().descriptor(), SHUT_WR);
  }
  for (auto& each : connections) EXPECT_TRUE(each.closed());
}

TEST(Serve, SharesItsPortAmongThreads) {
  Site site([](auto& settings) { settings.threads = 3; });
  for (int i = 0; i < 30; ++i) EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 200);
}

TEST(Serve, ListensOnAUnixSocketAndReplacesAStaleOne) {
  char name[] = "/tmp/confab-http-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const std::string path = std::string(name) + "/socket";
  for (int round = 0; round < 2; ++round) {
    Site site([&](auto& settings) {
      settings.bind = "unix:" + path;
      settings.threads = 2;
    });
    Client client({.unix_path = path});
    EXPECT_NE(client.get("/api/v1/address").body.find("\"unix\""), std::string::npos);
    EXPECT_THROW(Site([&](auto& settings) { settings.bind = "unix:" + path; }), Error);
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0) << "removed at the end";
  ::rmdir(name);
}

TEST(Serve, SaysWhatAnAddressNeeds) {
  Site site;
  const auto why = [&](const std::string& bind, int port) -> std::string {
    try {
      Site other([&](auto& settings) {
        settings.bind = bind;
        settings.port = port;
      });
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(why("127.0.0.1", site.port()).find("Another program has that port"), std::string::npos);
  EXPECT_NE(why("chat.example", 0).find("IP address"), std::string::npos);
  EXPECT_NE(why("203.0.113.7", 0).find("no such address"), std::string::npos);
}

TEST(Serve, StopsOnlyAfterRequestsUnderWay) {
  Site site;
  auto connection = site.connect();
  connection.send("GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
  site.gate.wait_for_waiters(1);
  std::thread opener([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    site.gate.open();
  });
  site.stop();
  opener.join();
  EXPECT_EQ(connection.read().status, 200);
  EXPECT_TRUE(connection.closed());
}

TEST(Serve, GivesUpOnAHandlerThatDoesNotEnd) {
  Site site;
  auto connection = site.connect();
  connection.send("GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
  site.gate.wait_for_waiters(1);
  site.stop();
  EXPECT_TRUE(connection.closed());
  site.gate.open();
  EXPECT_TRUE(eventually([&] { return site.handled == 1; }));
}

TEST(Serve, CountsRequestsByRouteAndStatus) {
  metrics::Registry registry;
  Site site([&](auto& settings) { settings.metrics = &registry; });
  auto client = site.client();
  client.get("/api/v1/notes/1");
  client.get("/api/v1/notes/2");
  client.get("/api/v1/notes/x");
  client.get("/who/knows");
  const std::string text = registry.text();
  EXPECT_NE(
      text.find(R"(confab_http_requests_total{method="GET",route="/notes/{id}",code="200"} 2)"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find(R"(route="/notes/{id}",code="404"} 1)"), std::string::npos);
  EXPECT_EQ(text.find("knows"), std::string::npos);
}

TEST(Serve, CountsAForwardedAddressOnlyFromThisMachine) {
  Site site;
  auto client = site.client();
  const auto seen = [&](const std::string& forwarded) {
    return json::parse(client.get("/api/v1/address", {{"X-Forwarded-For", forwarded}}).body)["text"]
        .asString();
  };
  EXPECT_EQ(seen("10.0.0.1, 203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(seen("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(seen("nonsense"), "0.0.0.0") << "never mistaken for loopback";
  EXPECT_NE(client.get("/api/v1/address").body.find("127.0.0.1"), std::string::npos);
}

}  // namespace
}  // namespace confab::test
