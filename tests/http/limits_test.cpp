#include "api/http/limits.h"

#include "tests/http/fixture.h"

namespace confab::test {
namespace {

using http::Limits;
using http::Rate;

TEST(Limits, AllowTheBurstAndThenTheRate) {
  Limits limits(http::kDefaultQuotas);
  for (int i = 0; i < 20; ++i) {
    const auto verdict = limits.take(Rate::post, "ann", 1000);
    EXPECT_TRUE(verdict.allowed);
    EXPECT_EQ(verdict.remaining, 19 - i);
  }
  const auto refused = limits.take(Rate::post, "ann", 1000);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_ms, 200);
  EXPECT_EQ(refused.reset_ms, 4000);
  EXPECT_FALSE(limits.take(Rate::post, "ann", 1199).allowed);
  EXPECT_TRUE(limits.take(Rate::post, "ann", 1200).allowed);
  EXPECT_FALSE(limits.take(Rate::post, "ann", 1200).allowed);
}

TEST(Limits, KeepCallersAndClassesApart) {
  Limits limits(http::kDefaultQuotas);
  for (int i = 0; i < 20; ++i) limits.take(Rate::post, "ann", 0);
  EXPECT_FALSE(limits.take(Rate::post, "ann", 0).allowed);
  EXPECT_TRUE(limits.take(Rate::post, "ben", 0).allowed);
  EXPECT_TRUE(limits.take(Rate::read, "ann", 0).allowed);
}

TEST(Limits, NeverLetMoreThroughThanBurstPlusRate) {
  Limits limits(http::kDefaultQuotas);
  int allowed = 0;
  for (std::int64_t ms = 0; ms <= 10'000; ++ms)
    allowed += limits.take(Rate::write, "ann", ms).allowed ? 1 : 0;
  EXPECT_EQ(allowed, 50 + 100);
}

TEST(Limits, HoldABoundedNumberOfKeys) {
  Limits limits(http::kDefaultQuotas);
  for (std::size_t i = 0; i < Limits::kCapacity + 5000; ++i) {
    limits.take(Rate::sign_up, std::to_string(i), 0);
  }
  EXPECT_LE(limits.size(), Limits::kCapacity);
  limits.take(Rate::sign_up, "later", 4'000'000);
  EXPECT_LE(limits.size(), 1U) << "those whose burst is whole again are forgotten first";
}

TEST(Limits, CountAnIpv6NetworkAsOne) {
  EXPECT_EQ(http::network_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(http::network_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(http::network_of("2001:db8:1:2:aaaa::1"), http::network_of("2001:db8:1:2::ffff"));
  EXPECT_NE(http::network_of("2001:db8:1:2::1"), http::network_of("2001:db8:1:3::1"));
  EXPECT_EQ(http::network_of("unix"), "unix");
}

TEST(Limits, AreToldInEveryReply) {
  Site site([](auto& settings) { settings.rate_limits = true; });
  auto client = site.client();
  Answer answer;
  for (int i = 0; i < 20; ++i) {
    answer = client.post("/api/v1/notes", R"({"text":"a"})");
    ASSERT_EQ(answer.status, 201);
  }
  EXPECT_EQ(answer.header("ratelimit-policy"), "\"post\";q=20;w=4");
  EXPECT_TRUE(answer.header("ratelimit").starts_with("\"post\";r="));
  for (int i = 0; i < 20 && answer.status == 201; ++i) {
    answer = client.post("/api/v1/notes", R"({"text":"a"})");
  }
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(code_of(answer), "rate_limited");
  EXPECT_EQ(answer.header("ratelimit"), "\"post\";r=0;t=4");
  EXPECT_EQ(answer.header("retry-after"), "1");
  EXPECT_EQ(client.get("/api/v1/notes/1").status, 200) << "another class";
}

TEST(Limits, CountSignedInPeopleByNameAndOthersByAddress) {
  Site site([](auto& settings) {
    settings.rate_limits = true;
    settings.quotas[0] = {3, 60'000};
  });
  auto ann = site.ann();
  auto root = site.client();
  root.always("Authorization", "Bearer root");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ann.get("/api/v1/me").status, 200);
  EXPECT_EQ(ann.get("/api/v1/me").status, 429);
  EXPECT_EQ(root.get("/api/v1/me").status, 200) << "the same address, another person";

  auto guess = site.client();
  const Headers from = {{"X-Forwarded-For", "203.0.113.5"}, {"Authorization", "Bearer who"}};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(guess.get("/api/v1/me", from).status, 401);
  EXPECT_EQ(guess.get("/api/v1/me", from).status, 429) << "guessing tokens is limited, too";
}

}  // namespace
}  // namespace confab::test
