#include "api/accounts/access/tokens.h"

#include "tests/accounts/support.h"

namespace confab::test {
namespace {

accounts::Tokens issued(World& world) {
  return accounts::issue_tokens(world.app, {.login = "ana", .password = kGoodPassword},
                                elsewhere());
}

Code token_refusal(World& world, const std::string& token) {
  return code_of([&] { accounts::vouch_for_token(world.app, token); });
}

Code refresh_refusal(World& world, const std::string& token) {
  return code_of([&] { accounts::refresh_tokens(world.app, token); });
}

TEST(Tokens, LetTheirPersonIn) {
  World world;
  const auto ana = registered(world, "ana").signed_in.user;
  const auto tokens = issued(world);
  EXPECT_EQ(tokens.expires_in, 900);
  EXPECT_TRUE(tokens.refresh_token.starts_with("cfr_"));
  EXPECT_EQ(tokens.user.id, ana.id);
  const auto vouched = accounts::vouch_for_token(world.app, tokens.access_token);
  EXPECT_EQ(vouched.user, ana.id);
  EXPECT_TRUE(vouched.is_admin);
}

TEST(Tokens, ExpireAfterFifteenMinutes) {
  World world;
  registered(world, "ana");
  const auto tokens = issued(world);
  world.clock.advance(15 * kMinute - kSecond);
  EXPECT_NO_THROW(accounts::vouch_for_token(world.app, tokens.access_token));
  world.clock.advance(kSecond);
  EXPECT_EQ(token_refusal(world, tokens.access_token), Code::token_expired);
}

TEST(Tokens, AreRefusedWhenChangedInAnyPart) {
  World world;
  registered(world, "ana");
  const auto token = issued(world).access_token;
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    // The last character holds bits that no byte uses: those changes decode to nothing.
    EXPECT_EQ(token_refusal(world, changed), Code::unauthenticated) << i;
  }
  for (const char* text : {"", ".", "..", "a.b.c", "cfb_something"}) {
    EXPECT_EQ(token_refusal(world, text), Code::unauthenticated) << text;
  }
}

TEST(Tokens, OfAnotherServerOrWithoutASignatureAreRefused) {
  World world;
  const auto ana = registered(world, "ana").signed_in;
  const accounts::Claims claims{
      .user = ana.user.id, .session = ana.session.id, .expires_at = world.clock.now() + kMinute};
  Config other = world.config;
  other.public_url = "https://elsewhere.example.org";
  EXPECT_EQ(token_refusal(
                world, accounts::make_access_token(other, world.keys, claims, world.clock.now())),
            Code::unauthenticated);
  const auto foreign = crypto::Keys::from_seed("another seed of thirty-two bytes");
  const auto token = accounts::make_access_token(world.config, foreign, claims, world.clock.now());
  EXPECT_EQ(token_refusal(world, token), Code::unauthenticated);
  const auto payload = token.substr(token.find('.'), token.rfind('.') - token.find('.'));
  EXPECT_EQ(token_refusal(world, crypto::base64url(R"({"alg":"none"})") + payload + '.'),
            Code::unauthenticated);
}

TEST(Tokens, StopWithTheirFamily) {
  World world;
  const auto ana = registered(world, "ana").signed_in.user.id;
  const auto tokens = issued(world);
  const auto family = accounts::vouch_for_token(world.app, tokens.access_token).session;
  accounts::end_session(world.app, ana, family);
  EXPECT_EQ(token_refusal(world, tokens.access_token), Code::token_revoked);
  EXPECT_EQ(refresh_refusal(world, tokens.refresh_token), Code::token_revoked);
}

TEST(Tokens, RotateWhenRefreshed) {
  World world;
  registered(world, "ana");
  const auto first = issued(world);
  world.clock.advance(kHour);
  const auto second = accounts::refresh_tokens(world.app, first.refresh_token);
  EXPECT_NE(second.refresh_token, first.refresh_token);
  EXPECT_NO_THROW(accounts::vouch_for_token(world.app, second.access_token));
  EXPECT_NO_THROW(accounts::refresh_tokens(world.app, second.refresh_token));
}

TEST(Tokens, ReuseOfARefreshTokenEndsTheFamily) {
  World world;
  const auto ana = registered(world, "ana").signed_in.user.id;
  const auto first = issued(world);
  const auto second = accounts::refresh_tokens(world.app, first.refresh_token);
  world.listen();
  EXPECT_EQ(refresh_refusal(world, first.refresh_token), Code::token_revoked);
  EXPECT_EQ(world.heard_by(ana), std::vector<std::string>{"session.ended"});
  EXPECT_EQ(token_refusal(world, second.access_token), Code::token_revoked);
  EXPECT_EQ(refresh_refusal(world, second.refresh_token), Code::token_revoked);
}

TEST(Tokens, RefreshExpiresWithTheSession) {
  World world;
  registered(world, "ana");
  const auto tokens = issued(world);
  world.clock.advance(accounts::kSessionIdle);
  EXPECT_EQ(refresh_refusal(world, tokens.refresh_token), Code::token_expired);
}

TEST(Tokens, OfADisabledPersonAreRefused) {
  World world;
  registered(world, "owner");
  const auto ana = registered(world, "ana").signed_in.user.id;
  const auto tokens = issued(world);
  EXPECT_NO_THROW(accounts::vouch_for_token(world.app, tokens.access_token));
  world.writer.run(
      [&](db::Tx& tx) { tx.run("UPDATE users SET deactivated_at = 1 WHERE id = ?", ana); });
  world.clock.advance(accounts::Callers::kBelieved);
  EXPECT_EQ(token_refusal(world, tokens.access_token), Code::account_disabled);
  EXPECT_EQ(refresh_refusal(world, tokens.refresh_token), Code::account_disabled);
}

TEST(Tokens, RefreshTokensAndCookiesAreNotTakenForEachOther) {
  World world;
  const auto admission = registered(world, "ana");
  EXPECT_EQ(refresh_refusal(world, admission.secret), Code::token_revoked);
  EXPECT_FALSE(lets_in(world, issued(world).refresh_token));
  EXPECT_TRUE(lets_in(world, admission.secret));
}

TEST(Tokens, CanBeCheckedWithThePublishedKey) {
  World world;
  const auto set = accounts::key_set(world.keys);
  ASSERT_EQ(set.keys.size(), 1U);
  EXPECT_EQ(crypto::base64url_decode(set.keys[0].x), world.keys.public_key());
  EXPECT_EQ(set.keys[0].kid, world.keys.key_id());
}

}  // namespace
}  // namespace confab::test
