#include <sys/socket.h>

#include "tests/http/fixture.h"

namespace confab::test {
namespace {

using namespace std::string_literals;

/// Bodies that try to be more than they are, over the wire. Nothing of them may
/// reach a handler, and the connection stays usable: the framing was sound.
void expect_bodies_refused(const std::vector<std::pair<std::string, std::string>>& bodies,
                           const std::string& code) {
  Site site;
  auto client = site.client();
  for (const auto& [what, body] : bodies) {
    const Answer answer = client.post("/api/v1/notes", body);
    EXPECT_EQ(answer.status, 400) << what;
    EXPECT_EQ(code_of(answer), code) << what;
  }
  EXPECT_EQ(site.handled, 0);
  EXPECT_EQ(client.post("/api/v1/notes", R"({"text":"fine"})").status, 201);
}

std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(HostileJson, DepthEndsInARefusalNotInTheStack) {
  expect_bodies_refused(
      {
          {"33 arrays", R"({"text":)" + repeat("[", 33) + repeat("]", 33) + "}"},
          {"33 objects", repeat(R"({"a":)", 33) + "1" + repeat("}", 33)},
          {"100,000 open arrays", repeat("[", 100'000)},
          {"40,000 open objects", repeat(R"({"a":)", 40'000)},
      },
      "invalid_json");
}

TEST(HostileJson, NumbersAreNumbersOrRefused) {
  expect_bodies_refused(
      {
          {"a leading zero", R"({"text":"a","stars":01})"},
          {"hexadecimal", R"({"text":"a","stars":0x1})"},
          {"a plus", R"({"text":"a","stars":+1})"},
          {"NaN", R"({"text":"a","stars":NaN})"},
          {"Infinity", R"({"text":"a","stars":-Infinity})"},
          {"past 64 bits", R"({"text":"a","stars":18446744073709551616})"},
          {"past doubles", R"({"text":"a","stars":1e999})"},
          {"a bare point", R"({"text":"a","stars":1.})"},
          {"100,000 digits", R"({"text":"a","stars":)" + repeat("9", 100'000) + "}"},
      },
      "invalid_json");
}

TEST(HostileJson, AMillionElementsAreNotBuilt) {
  expect_bodies_refused({{"zeros", R"({"text":[)" + repeat("0,", 120'000) + "0]}"}},
                        "invalid_json");
}

TEST(HostileJson, ANameMayComeOnceHoweverItIsSpelt) {
  expect_bodies_refused(
      {
          {"twice", R"({"text":"a","text":"b"})"},
          {"escaped", R"({"text":"a","te\u0078t":"b"})"},
          {"in an inner object", R"({"text":{"a":1,"a":2}})"},
      },
      "invalid_json");
}

TEST(HostileJson, WhatOtherParsersTakeIsRefused) {
  expect_bodies_refused(
      {
          {"a comment", R"({"text":"a"/**/})"},
          {"a trailing comma", R"({"text":"a",})"},
          {"single quotes", R"({'text':'a'})"},
          {"two documents", R"({"text":"a"}{"text":"b"})"},
          {"a byte order mark", "\xef\xbb\xbf{\"text\":\"a\"}"},
          {"a raw NUL", "{\"text\":\"a\0b\"}"s},
          {"NUL after the document", "{\"text\":\"a\"}\0"s},
          {"a raw escape character", "{\"text\":\"\x1b[2J\"}"},
          {"a raw line feed", "{\"text\":\"a\nb\"}"},
          {"half a surrogate pair", R"({"text":"\ud800"})"},
      },
      "invalid_json");
}

TEST(HostileJson, BytesThatAreNotUtf8) {
  expect_bodies_refused(
      {
          {"a lone continuation", "{\"text\":\"\x80\"}"},
          {"overlong", "{\"text\":\"\xc0\xaf\"}"},
          {"a surrogate", "{\"text\":\"\xed\xa0\x80\"}"},
          {"past the last character", "{\"text\":\"\xf4\x90\x80\x80\"}"},
      },
      "invalid_utf8");
}

TEST(HostileText, ControlAndBidiCharactersComeBackAsTheyWere) {
  // Whether a text may hold them is each field's rule; the edge neither drops nor
  // reorders, and prints what would break a line or a terminal escaped.
  Site site;
  auto client = site.client();
  for (const std::string text : {R"(\u001b[2J)", R"(\r\nX: y)", R"(\u202eevil)", R"(\u2066a\u2069)",
                                 R"(\u200f)", R"(\u2028)"}) {
    const Answer answer = client.post("/api/v1/notes", R"({"text":")" + text + "\"}");
    ASSERT_EQ(answer.status, 201) << text;
    EXPECT_EQ(json::parse(answer.body)["text"].asString(),
              json::parse(R"({"text":")" + text + "\"}")["text"].asString());
    for (const char c : answer.body) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << text;
  }
}

TEST(HostileText, InAnAddressIsNeverReflectedRaw) {
  Site site;
  for (const std::string path :
       {"/api/v1/notes/%00", "/api/v1/notes/%0d%0aSet-Cookie:%20a=b", "/api/v1/notes/%e2%80%ae",
        "/api/v1/notes/%1b[2J", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd",
        "/assets/%00.js"}) {
    auto connection = site.connect();
    connection.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const Answer answer = connection.read();
    EXPECT_FALSE(answer.has_header("set-cookie")) << path;
    EXPECT_EQ(answer.body.find("root:"), std::string::npos) << path;
    for (const char c : answer.body) {
      EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << path;
    }
  }
}

TEST(HostileText, InARequestIdIsReplaced) {
  Site site;
  auto client = site.client();
  for (const std::string id : {"a b", "<script>", "\xe2\x80\xae", "a\tb"}) {
    const Answer answer = client.get("/healthz", {{"X-Request-Id", id}});
    EXPECT_NE(answer.header("x-request-id"), id);
    EXPECT_FALSE(answer.header("x-request-id").empty());
  }
  EXPECT_NE(client.get("/healthz", {{"X-Request-Id", std::string(65, 'a')}}).header("x-request-id"),
            std::string(65, 'a'));
}

TEST(HalfOpen, ClientsThatVanishLeaveNothingBehind) {
  Site site([](auto& settings) { settings.deadlines.head_ms = 300; });
  const std::vector<std::string> parts = {
      "", "GET", "GET / HTTP/1.1\r\nHost", "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\n",
      "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{\"te"};
  for (int round = 0; round < 40; ++round) {
    for (const auto& part : parts) {
      auto connection = site.connect();
      connection.send(part);
      if (round % 2 == 0) connection.reset();
    }
  }
  EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 200);
  EXPECT_EQ(site.handled, 1);
}

TEST(HalfOpen, AClientThatShutsItsSideStillGetsItsAnswer) {
  Site site;
  auto connection = site.connect();
  connection.send("GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
  site.gate.wait_for_waiters(1);
  ::shutdown(connection.descriptor(), SHUT_WR);
  site.gate.open();
  EXPECT_EQ(connection.read().status, 200);
}

}  // namespace
}  // namespace confab::test
