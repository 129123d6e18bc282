#include "api/http/guard.h"

#include <sys/socket.h>

#include "tests/http/fixture.h"

namespace confab::test {
namespace {

using namespace std::string_literals;

/// Sends `request` with a second one hidden behind it, and says what came back:
/// it must be one refusal, then the end, and no handler may have run.
void expect_refused(Site& site, const std::string& what, const std::string& request) {
  SCOPED_TRACE(what);
  auto connection = site.connect();
  connection.send(request + "GET /api/v1/notes/666 HTTP/1.1\r\nHost: x\r\n\r\n");
  try {
    const Answer answer = connection.read();
    EXPECT_GE(answer.status, 400);
    EXPECT_LT(answer.status, 506);
  } catch (const std::runtime_error&) {
    // Closed without a word is a refusal, too.
  }
  EXPECT_TRUE(connection.closed());
  EXPECT_EQ(site.handled.exchange(0), 0);
}

const std::string kPost = "POST /api/v1/notes HTTP/1.1\r\nContent-Type: application/json\r\n";
const std::string kBody = "{\"text\":\"p\"}";

TEST(Guard, RefusesEverySmugglingForm) {
  Site site;
  const std::vector<std::pair<std::string, std::string>> forms = {
      {"CL and TE",
       kPost + "Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"TE and CL",
       kPost + "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"},
      {"two lengths", kPost + "Host: x\r\nContent-Length: 12\r\nContent-Length: 0\r\n\r\n" + kBody},
      {"two equal lengths",
       kPost + "Host: x\r\nContent-Length: 12\r\nContent-Length: 12\r\n\r\n" + kBody},
      {"a list of lengths", kPost + "Host: x\r\nContent-Length: 12, 12\r\n\r\n" + kBody},
      {"a signed length", kPost + "Host: x\r\nContent-Length: +12\r\n\r\n" + kBody},
      {"a negative length", kPost + "Host: x\r\nContent-Length: -1\r\n\r\n" + kBody},
      {"a hexadecimal length", kPost + "Host: x\r\nContent-Length: 0xc\r\n\r\n" + kBody},
      {"an empty length", kPost + "Host: x\r\nContent-Length:\r\n\r\n" + kBody},
      {"a length past 64 bits",
       kPost + "Host: x\r\nContent-Length: 18446744073709551628\r\n\r\n" + kBody},
      {"a method with NUL",
       "POST\0x"s + kPost.substr(4) + "Host: x\r\nContent-Length: 12\r\n\r\n" + kBody},
      {"TE identity", kPost + "Host: x\r\nTransfer-Encoding: identity\r\n\r\n" + kBody},
      {"TE xchunked", kPost + "Host: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
      {"TE list", kPost + "Host: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"two TEs",
       kPost +
           "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"},
      {"TE with a tab", kPost + "Host: x\r\nTransfer-Encoding:\x0b"
                                "chunked\r\n\r\n0\r\n\r\n"},
      {"space before the colon", kPost + "Host: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"},
      {"space before a name", kPost + "Host: x\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"TE in HTTP/1.0",
       "POST /api/v1/notes HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"two Hosts", "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"},
      {"no Host", "GET /api/v1/notes/1 HTTP/1.1\r\nAccept: */*\r\n\r\n"},
      {"an empty Host", "GET /api/v1/notes/1 HTTP/1.1\r\nHost:\r\n\r\n"},
      {"a Host with a path", "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x/y\r\n\r\n"},
      {"a folded line",
       "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\nX-B: 3\r\n\r\n"},
      {"a folded last line", "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n\t2\r\n\r\n"},
      {"NUL in a value",
       "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nX-A: 1\0"
       "2\r\nX-B: 3\r\n\r\n"s},
      {"NUL in the last value",
       "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nX-A: 1\0"
       "2\r\n\r\n"s},
      {"NUL in a name", "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nX\0A: 1\r\nX-B: 3\r\n\r\n"s},
      {"NUL in the path",
       "GET /api/v1/notes/1\0"
       "2 HTTP/1.1\r\nHost: x\r\n\r\n"s},
      {"a bare CR in a value",
       "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nX-A: 1\rX-C: 2\r\nX-B: 3\r\n\r\n"},
      {"a bare LF after a header", "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\nX-A: 1\r\n\r\n"},
      {"a bare LF after the last header", "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\n\r\n"},
      {"a bare LF after the request line", "GET /api/v1/notes/1 HTTP/1.1\nHost: x\r\n\r\n"},
      {"only bare LFs", "GET /api/v1/notes/1 HTTP/1.1\nHost: x\n\n"},
      {"an escape character", "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nX-A: \x1b[31m\r\n\r\n"},
      {"not UTF-8", "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nX-A: \xff\xfe\r\n\r\n"},
      {"a full address without a host", "GET http:///api/v1/notes/1 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"a full address with a name and password",
       "GET http://a:b@x/api/v1/notes/1 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"a full address without a Host", "GET http://x/api/v1/notes/1 HTTP/1.1\r\n\r\n"},
      {"a full address of another kind", "GET ftp://x/api/v1/notes/1 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"an authority", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"a fragment", "GET /api/v1/notes/1#x HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"bytes past ASCII in the path", "GET /api/v1/notes/\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"a space in the path", "GET /api/v1/notes/1 x HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"HTTP/1.2", "GET /api/v1/notes/1 HTTP/1.2\r\nHost: x\r\n\r\n"},
      {"HTTP/2.0", "GET /api/v1/notes/1 HTTP/2.0\r\nHost: x\r\n\r\n"},
      {"no version", "GET /api/v1/notes/1\r\nHost: x\r\n\r\n"},
      {"two tokens",
       "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ann\r\n"
       "Authorization: Bearer root\r\n\r\n"},
      {"a chunk size with a sign",
       kPost + "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n+c\r\n" + kBody + "\r\n0\r\n\r\n"},
      {"a chunk size in 0x",
       kPost + "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n0xc\r\n" + kBody + "\r\n0\r\n\r\n"},
      {"a chunk size past 64 bits",
       kPost + "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n1000000000000000c\r\n" + kBody +
           "\r\n0\r\n\r\n"},
      {"a chunk longer than it says",
       kPost + "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" + kBody + "\r\n0\r\n\r\n"},
  };
  for (const auto& [what, request] : forms) expect_refused(site, what, request);
  EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 200) << "the server lives on";
}

TEST(Guard, SaysWhyAndClosesTheConnection) {
  Site site;
  auto connection = site.connect();
  connection.send(
      "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\nHost: y\r\nX-Request-Id: abc\r\n\r\n");
  const Answer answer = connection.read();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code_of(answer), "invalid_request");
  EXPECT_NE(answer.body.find("comes twice"), std::string::npos);
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_TRUE(connection.closed());
}

TEST(Guard, TakesUnusualButPlainRequests) {
  Site site;
  const std::vector<std::string> heads = {
      "Host: [::1]:8470\r\n",
      "host:x\r\n",
      "Host: x\r\nX-Empty:\r\nX-Next: 1\r\n",
      "Host: x\r\nX-Empty:\r\n",
      "Host: x\r\nX-Spaces:   a b   \r\nX-Next: 1\r\n",
      "Host: x \r\n",
      "Host: x\r\nCookie: a=1; b=\"2\"; c\r\nCookie: d=3\r\nX-Next: 1\r\n",
      "Host: x\r\nX-Words: ünïcödé\r\n",
      "Host: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: h2c\r\n",
  };
  for (const auto& head : heads) {
    auto connection = site.connect();
    for (int i = 0; i < 2; ++i) {
      connection.send("GET /api/v1/notes/1 HTTP/1.1\r\n" + head + "\r\n");
      EXPECT_EQ(connection.read().status, 200) << head;
    }
  }
}

TEST(Guard, TakesATargetInAbsoluteForm) {
  Site site;
  auto connection = site.connect();
  for (const char* target : {"http://x/api/v1/notes/1", "HTTPS://x:8470/api/v1/notes/1"}) {
    connection.send(std::string("GET ") + target + " HTTP/1.1\r\nHost: y\r\n\r\n");
    EXPECT_EQ(connection.read().status, 200) << target;
  }
  connection.send("GET http://x?q=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(connection.read().body, site.client().get("/?q=1").body);
}

TEST(Guard, AnAbsoluteTargetsHostOverrulesTheHeader) {
  Site site;
  const auto status = [&](const std::string& target, const std::string& host) {
    auto connection = site.connect();
    connection.send("POST " + target + " HTTP/1.1\r\nHost: " + host +
                    "\r\nCookie: confab=ann\r\nOrigin: https://evil.example\r\n"
                    "X-Requested-With: confab\r\nContent-Type: application/json\r\n"
                    "Content-Length: 12\r\n\r\n" +
                    kBody);
    return connection.read().status;
  };
  // Origin is compared with the host that was meant.
  EXPECT_EQ(status("http://chat.example/api/v1/notes", "evil.example"), 403);
  EXPECT_EQ(status("http://evil.example/api/v1/notes", "chat.example"), 201);
}

TEST(Guard, SurvivesRandomHeads) {
  Site site([](auto& settings) { settings.deadlines.head_ms = 500; });
  const unsigned seed = 20261120;
  RecordProperty("seed", static_cast<int>(seed));
  std::uint64_t state = seed;
  const auto next = [&](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33) % below;
  };
  const std::string plain =
      "POST /api/v1/notes?a=b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Cookie: confab=ann\r\nContent-Length: 12\r\n\r\n{\"text\":\"p\"}";
  const std::string marks = "\r\n\0:; %,=\t\x80\xff\"{1"s;
  std::vector<Connection> connections;
  for (int round = 0; round < 400; ++round) {
    std::string request = plain;
    for (std::uint64_t i = 0; i <= next(4); ++i) {
      const auto at = next(request.size());
      const char mark = marks[next(marks.size())];
      if (next(2) == 0) {
        request[at] = mark;
      } else {
        request.insert(at, 1, mark);
      }
    }
    auto& connection = connections.emplace_back(site.connect());
    connection.try_send(request);
    ::shutdown(connection.descriptor(), SHUT_WR);
  }
  for (std::size_t round = 0; round < connections.size(); ++round) {
    EXPECT_TRUE(connections[round].closed()) << "round " << round << ", seed " << seed;
  }
  EXPECT_EQ(site.client().get("/healthz").status, 200);
}

}  // namespace
}  // namespace confab::test
