#include "tests/http/fixture.h"

namespace confab::test {
namespace {

const Headers kGood = {{"Cookie", "confab=ann"},
                       {"X-Requested-With", "confab"},
                       {"Content-Type", "application/json"},
                       {"Sec-Fetch-Site", "same-origin"}};

Headers with(Headers headers, const std::string& name, const std::string& value) {
  std::erase_if(headers, [&](const auto& each) { return each.first == name; });
  if (!value.empty()) headers.emplace_back(name, value);
  return headers;
}

/// Sends exactly these headers; the client's own kindness would spoil the test.
Answer remove_note(Site& site, const Headers& headers) {
  auto connection = site.connect();
  std::string request = "DELETE /api/v1/notes/1 HTTP/1.1\r\nHost: chat.local:8470\r\n";
  for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
  connection.send(request + "\r\n");
  return connection.read();
}

TEST(Origin, TakesAChangeByCookieFromOurOwnPages) {
  Site site;
  EXPECT_EQ(remove_note(site, kGood).status, 204);
  EXPECT_EQ(remove_note(site, with(kGood, "Sec-Fetch-Site", "none")).status, 204);
  const auto by_origin = with(kGood, "Sec-Fetch-Site", "");
  for (const char* origin :
       {"https://chat.example", "http://chat.local:8470", "https://chat.local:8470"}) {
    EXPECT_EQ(remove_note(site, with(by_origin, "Origin", origin)).status, 204) << origin;
  }
}

TEST(Origin, RefusesAChangeByCookieThatAnotherSiteCouldMake) {
  Site site;
  const auto no_site = with(kGood, "Sec-Fetch-Site", "");
  const std::vector<Headers> forged = {
      with(kGood, "X-Requested-With", ""),
      with(kGood, "X-Requested-With", "XMLHttpRequest"),
      with(kGood, "Content-Type", ""),
      with(kGood, "Content-Type", "text/plain"),
      with(kGood, "Sec-Fetch-Site", "cross-site"),
      with(kGood, "Sec-Fetch-Site", "same-site"),
      no_site,
      with(no_site, "Origin", "null"),
      with(no_site, "Origin", "https://evil.example"),
      with(no_site, "Origin", "https://chat.example.evil.example"),
      with(no_site, "Origin", "http://chat.local"),
  };
  for (const auto& headers : forged) {
    const Answer answer = remove_note(site, headers);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(code_of(answer), "csrf_rejected");
  }
  EXPECT_EQ(site.handled, 0);
}

TEST(Origin, RefusesAnotherSitesRequestWithoutACookieToo) {
  Site site;
  const Answer answer =
      site.client().post("/api/v1/notes", R"({"text":"a"})", {{"Sec-Fetch-Site", "cross-site"}});
  EXPECT_EQ(code_of(answer), "csrf_rejected") << "or a page could sign its visitor in as somebody";
}

TEST(Origin, ATokenNeedsNoneOfIt) {
  Site site;
  EXPECT_EQ(remove_note(site, {{"Authorization", "Bearer ann"}}).status, 204);
}

TEST(Origin, ReadingByCookieNeedsNoneOfIt) {
  Site site;
  const Answer answer = site.client().get("/api/v1/me", {{"Cookie", "a=b; confab=ann"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("cookie"), std::string::npos);
  EXPECT_NE(site.ann().get("/api/v1/me").body.find("token"), std::string::npos);
}

TEST(Origin, AReplyWithoutABodyCanEndACookie) {
  Site site;
  auto client = site.client();
  client.cookies()["confab"] = "ann";
  EXPECT_EQ(client.request("DELETE", "/api/v1/sessions/current").status, 204);
  EXPECT_TRUE(client.cookies().empty());
}

}  // namespace
}  // namespace confab::test
