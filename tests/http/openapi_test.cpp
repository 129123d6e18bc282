#include <algorithm>
#include <set>

#include "tests/http/fixture.h"

namespace confab::test {
namespace {

/// Every `$ref` in a document.
void collect_refs(const Json::Value& value, std::set<std::string>& refs) {
  if (value.isObject() && value.isMember("$ref")) refs.insert(value["$ref"].asString());
  if (!value.isObject() && !value.isArray()) return;
  for (const auto& each : value) collect_refs(each, refs);
}

TEST(OpenApi, DescribesWhatTheServerDoes) {
  Site site;
  const Answer answer = site.client().get("/api/v1/openapi.json");
  ASSERT_EQ(answer.status, 200);
  const auto document = json::parse_own(answer.body);
  EXPECT_EQ(document["openapi"].asString(), "3.1.0");
  EXPECT_EQ(document["info"]["version"].asString(), "test");
  EXPECT_EQ(document["servers"][0]["url"].asString(), "/api/v1");

  const auto& post = document["paths"]["/notes"]["post"];
  EXPECT_EQ(post["operationId"].asString(), "post_notes");
  EXPECT_EQ(post["tags"][0].asString(), "notes");
  EXPECT_EQ(post["parameters"][0]["$ref"].asString(), "#/components/parameters/IdempotencyKey");
  EXPECT_EQ(post["requestBody"]["content"]["application/json"]["schema"]["$ref"].asString(),
            "#/components/schemas/NewNote");
  EXPECT_TRUE(post["responses"].isMember("201"));
  EXPECT_EQ(post["responses"]["409"]["x-codes"][0].asString(), "conflict");
  EXPECT_EQ(post["security"].size(), 0U);

  const auto& remove = document["paths"]["/notes/{id}"]["delete"];
  EXPECT_EQ(remove["parameters"][0]["name"].asString(), "id");
  EXPECT_EQ(remove["security"][1]["bearer"][0].asString(), "notes:write");
  EXPECT_TRUE(remove["responses"]["204"]["content"].isNull());
  EXPECT_EQ(document["paths"]["/admin"]["get"]["x-role"].asString(), "admin");

  const auto& page = document["paths"]["/page"]["get"]["parameters"];
  EXPECT_EQ(page[0]["name"].asString(), "limit");
  EXPECT_EQ(page[0]["description"].asString(), "how many");
  EXPECT_TRUE(document["paths"]["/events"]["get"]["responses"]["200"]["content"].isMember(
      "text/event-stream"));
  EXPECT_EQ(document["x-events"]["note.created"]["data"]["$ref"].asString(),
            "#/components/schemas/Note");
  EXPECT_FALSE(document["x-events"]["note.typing"]["durable"].asBool());
}

TEST(OpenApi, HasEveryNameItRefersToAndNoIdTwice) {
  Site site;
  const auto document = site.router.openapi("test");
  std::set<std::string> refs;
  collect_refs(document, refs);
  EXPECT_FALSE(refs.empty());
  for (const auto& ref : refs) {
    ASSERT_TRUE(ref.starts_with("#/components/"));
    const auto slash = ref.rfind('/');
    EXPECT_TRUE(document["components"][ref.substr(13, slash - 13)].isMember(ref.substr(slash + 1)))
        << ref;
  }
  std::set<std::string> ids;
  for (const auto& path : document["paths"]) {
    for (const auto& operation : path) {
      EXPECT_TRUE(ids.insert(operation["operationId"].asString()).second);
      for (const auto& code : operation["responses"]) EXPECT_TRUE(code.isMember("description"));
    }
  }
  EXPECT_EQ(document["x-errors"].size(), all_codes().size());
}

TEST(OpenApi, SaysWhatIsRefusedBeforeAnyEndpointIsAsked) {
  Site site;
  const auto document = site.router.openapi("test");
  for (const auto& path : document["paths"]) {
    for (const auto& operation : path) {
      // A body that an endpoint has no use for can be too large and of another type as well.
      for (const char* status : {"400", "413", "415", "429", "500", "503"}) {
        EXPECT_TRUE(operation["responses"].isMember(status))
            << operation["operationId"].asString() << status;
      }
      const auto& codes = operation["responses"]["400"]["x-codes"];
      EXPECT_NE(std::find(codes.begin(), codes.end(), Json::Value("ambiguous_auth")), codes.end());
    }
  }
}

TEST(OpenApi, PromisesNotModifiedOnlyWhereThereIsAnETag) {
  Site site;
  const auto document = site.router.openapi("test");
  const auto& one = document["paths"]["/notes/{id}"]["get"];
  EXPECT_TRUE(one["responses"].isMember("304"));
  EXPECT_TRUE(one["responses"]["200"]["headers"].isMember("ETag"));
  const auto& stream = document["paths"]["/events"]["get"];
  EXPECT_FALSE(stream["responses"].isMember("304"));
  EXPECT_FALSE(document["paths"]["/notes"]["post"]["responses"].isMember("304"));
}

TEST(OpenApi, TwoEndpointsOnOneAddressAreABug) {
  Site site;
  EXPECT_THROW(site.router.add_raw({"GET", "/notes/{id}", "Again", http::Access::user, ""}, {}),
               std::logic_error);
}

TEST(OpenApi, HasAReaderThatNeedsNoOtherHost) {
  Site site;
  auto client = site.client();
  const Answer page = client.get("/api/docs");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(page.header("content-security-policy").find("script-src 'self'"), std::string::npos);
  EXPECT_EQ(page.body.find("://"), std::string::npos);
  EXPECT_EQ(page.body.find("style="), std::string::npos);
  EXPECT_EQ(client.get("/api/docs/reader.js").header("content-type"),
            "text/javascript; charset=utf-8");
  EXPECT_EQ(client.get("/api/docs/reader.css").status, 200);
  EXPECT_EQ(client.get("/api/docs/other").status, 404);
  const Answer again = client.get("/api/docs", {{"If-None-Match", page.header("etag")}});
  EXPECT_EQ(again.status, 304);
}

}  // namespace
}  // namespace confab::test
