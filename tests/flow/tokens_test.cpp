#include <gtest/gtest.h>

#include "api/base/clock.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"

namespace confab::test {
namespace {

class Tokens : public testing::Test {
 protected:
  void SetUp() override { instance.start(); }

  Json::Value issued() {
    return expect(
        instance.client().post("/api/v1/tokens",
                               object({{"login", "ana"}, {"password", Person::kPassword}})),
        200);
  }
  Answer refresh(const std::string& token) {
    return instance.client().post("/api/v1/tokens/refresh", object({{"refresh_token", token}}));
  }
  Client bearer(const Json::Value& tokens) {
    Client client = instance.client();
    client.always("Authorization", "Bearer " + tokens["access_token"].asString());
    return client;
  }

  Instance instance;
};

TEST_F(Tokens, BearerReadsWritesAndListens) {
  Person ana(instance.port(), "ana");
  const auto room = ana.room("garden");
  Client client = bearer(issued());
  EXPECT_EQ(expect(client.get("/api/v1/me"), 200)["id"], ana.id());

  Stream stream = client.open_stream("/api/v1/events");
  next_of(stream, "hello");
  expect(client.post("/api/v1/rooms/" + room + "/messages", object({{"body", "from a script"}})),
         201);
  EXPECT_NE(next_of(stream, "message.created").data.find("from a script"), std::string::npos);
}

TEST_F(Tokens, RefreshRotatesAndReuseEndsTheFamily) {
  Person ana(instance.port(), "ana");
  const auto first = issued();
  const auto second = expect(refresh(first["refresh_token"].asString()), 200);
  EXPECT_NE(second["refresh_token"], first["refresh_token"]);
  Client client = bearer(second);
  expect(client.get("/api/v1/me"), 200);
  Stream stream = client.open_stream("/api/v1/events");
  next_of(stream, "hello");

  const auto begun = monotonic_ms();
  EXPECT_EQ(expect(refresh(first["refresh_token"].asString()), 401)["code"], "token_revoked");
  next_of(stream, "session.ended");
  EXPECT_TRUE(stream.closed(1000));
  EXPECT_LT(monotonic_ms() - begun, 1000);
  EXPECT_EQ(client.get("/api/v1/me").status, 401);
  EXPECT_EQ(refresh(second["refresh_token"].asString()).status, 401);
  ana.get("/api/v1/me");
}

TEST_F(Tokens, CookieAndBearerTogetherAreRefused) {
  Person ana(instance.port(), "ana");
  const auto tokens = issued();
  const Answer both = ana.client().get(
      "/api/v1/me", {{"Authorization", "Bearer " + tokens["access_token"].asString()}});
  EXPECT_EQ(expect(both, 400)["code"], "ambiguous_auth");
}

}  // namespace
}  // namespace confab::test
