#include "tests/accounts/support.h"

namespace confab::test {
namespace {

std::vector<accounts::Session> sessions(World& world, const accounts::Admission& admission) {
  return world.read([&](db::Tx& tx) {
    return accounts::sessions_of(tx, admission.signed_in.user.id, admission.signed_in.session.id,
                                 world.clock.now());
  });
}

TEST(Sessions, AreListedLastSeenFirstWithTheCurrentOneMarked) {
  World world;
  const auto first = registered(world, "ana");
  world.clock.advance(kMinute);
  auto origin = elsewhere();
  origin.user_agent = std::string(300, 'x') + "\n";
  const auto second = signed_in(world, "ana", origin);

  const auto list = sessions(world, first);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].id, second.signed_in.session.id);
  EXPECT_FALSE(list[0].current);
  EXPECT_EQ(list[0].user_agent, "");
  EXPECT_EQ(list[0].address, "203.0.113.7");
  EXPECT_TRUE(list[1].current);
  EXPECT_EQ(list[1].user_agent, "Firefox/140");
}

TEST(Sessions, KeepNoSecretInTheDatabase) {
  World world;
  const auto admission = registered(world, "ana");
  const auto kept = world.read(
      [](db::Tx& tx) { return tx.value<std::string>("SELECT secret_hash FROM sessions"); });
  EXPECT_EQ(kept, crypto::sha256(admission.secret));
}

TEST(Sessions, EndingOneTellsItsStreamsAndRefusesItsCookie) {
  World world;
  const auto first = registered(world, "ana");
  const auto second = signed_in(world, "ana");
  EXPECT_TRUE(lets_in(world, second.secret));
  world.listen();
  const auto user = first.signed_in.user.id;
  accounts::end_session(world.app, user, second.signed_in.session.id);

  EXPECT_FALSE(lets_in(world, second.secret));
  EXPECT_TRUE(lets_in(world, first.secret));
  const auto events = world.events_for(user);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]->type, "session.ended");
  EXPECT_EQ(events[0]->about.effect, events::Effect::end_session);
  EXPECT_EQ(events[0]->about.ref, second.signed_in.session.id.value);
  EXPECT_EQ(events[0]->data, "{\"session_id\":\"" + second.signed_in.session.id.text() + "\"}");
}

TEST(Sessions, OfSomebodyElseAreNotFound) {
  World world;
  const auto ana = registered(world, "ana");
  const auto ben = registered(world, "ben");
  EXPECT_EQ(code_of([&] {
              accounts::end_session(world.app, ben.signed_in.user.id, ana.signed_in.session.id);
            }),
            Code::not_found);
  EXPECT_EQ(
      code_of([&] { accounts::end_session(world.app, ben.signed_in.user.id, SessionId{12345}); }),
      Code::not_found);
  EXPECT_TRUE(lets_in(world, ana.secret));
}

TEST(Sessions, EndingTheOthersKeepsThisOne) {
  World world;
  const auto first = registered(world, "ana");
  const auto second = signed_in(world, "ana");
  const auto third = signed_in(world, "ana");
  accounts::end_other_sessions(world.app, first.signed_in.user.id, second.signed_in.session.id);
  EXPECT_FALSE(lets_in(world, first.secret));
  EXPECT_TRUE(lets_in(world, second.secret));
  EXPECT_FALSE(lets_in(world, third.secret));
}

TEST(Sessions, ExpireWhenIdleForTwoWeeks) {
  World world;
  const auto admission = registered(world, "ana");
  world.clock.advance(accounts::kSessionIdle - kSecond);
  EXPECT_TRUE(lets_in(world, admission.secret));
  world.clock.advance(accounts::kSessionIdle - kSecond);
  EXPECT_TRUE(lets_in(world, admission.secret));
  world.clock.advance(accounts::kSessionIdle);
  EXPECT_EQ(code_of([&] { lets_in(world, admission.secret); }), Code::token_expired);
}

TEST(Sessions, ExpireAfterNinetyDaysHoweverMuchUsed) {
  World world;
  const auto admission = registered(world, "ana");
  for (int day = 0; day < 89; ++day) {
    world.clock.advance(kDay);
    ASSERT_TRUE(lets_in(world, admission.secret));
  }
  world.clock.advance(kDay);
  EXPECT_EQ(code_of([&] { lets_in(world, admission.secret); }), Code::token_expired);
}

TEST(Sessions, WriteTheirUseDownAtMostEveryFiveMinutes) {
  World world;
  const auto admission = registered(world, "ana");
  const auto units = [&] { return world.writer.measures().units.value(); };
  const auto before = units();
  world.clock.advance(5 * kMinute - 1);
  lets_in(world, admission.secret);
  EXPECT_EQ(units(), before);
  world.clock.advance(1);
  for (int i = 0; i < 10; ++i) lets_in(world, admission.secret);
  EXPECT_EQ(units(), before + 1);
  EXPECT_EQ(sessions(world, admission)[0].last_seen_at, world.clock.now());
}

TEST(Sessions, UnknownSecretsVouchForNobody) {
  World world;
  EXPECT_FALSE(lets_in(world, ""));
  EXPECT_FALSE(lets_in(world, crypto::random_token()));
}

TEST(Sessions, AnEndInAnotherProcessIsNoticedWithinHalfAMinute) {
  World world;
  const auto admission = registered(world, "ana");
  EXPECT_TRUE(lets_in(world, admission.secret));
  world.writer.run([](db::Tx& tx) { tx.run("DELETE FROM sessions"); });
  world.clock.advance(accounts::Callers::kBelieved);
  EXPECT_FALSE(lets_in(world, admission.secret));
}

TEST(Sessions, AnEndHeardFromAnotherProcessCountsAtOnce) {
  World world;
  const auto admission = registered(world, "ana");
  EXPECT_TRUE(lets_in(world, admission.secret));
  world.writer.run([&](db::Tx& tx) {
    accounts::end_session(tx, admission.signed_in.user.id, admission.signed_in.session.id);
  });
  const auto deadline = monotonic_ms() + 1000;
  while (lets_in(world, admission.secret)) ASSERT_LT(monotonic_ms(), deadline);
}

TEST(Sessions, WhatWasReadBeforeAnEndIsNotRemembered) {
  World world;
  const auto admission = registered(world, "ana");
  auto& callers = world.app.access->callers;
  const auto generation = callers.generation();
  const auto session = world
                           .read([&](db::Tx& tx) {
                             return accounts::store::living(tx, admission.signed_in.session.id);
                           })
                           .value();
  accounts::end_session(world.app, session.user, session.id);
  callers.remember(session, generation, world.clock.now());
  EXPECT_FALSE(lets_in(world, admission.secret));
}

TEST(Tidy, EndsWhatHasExpiredAndForgetsOldReplies) {
  World world;
  const auto admission = accounts::register_person(world.app, newcomer("ana"), here(), key("k1"));
  world.clock.advance(accounts::kSessionIdle);
  world.listen();
  EXPECT_FALSE(accounts::tidy(world.writer, world.clock.now()));
  EXPECT_TRUE(sessions(world, admission).empty());
  EXPECT_EQ(world.heard_by(admission.signed_in.user.id), std::vector<std::string>{"session.ended"});
  EXPECT_EQ(world.read([](db::Tx& tx) {
    return tx.value<int>("SELECT COUNT(*) FROM idempotency").value();
  }),
            0);
}

TEST(ChangePassword, EndsTheOtherSessions) {
  World world;
  const auto first = registered(world, "ana");
  const auto second = signed_in(world, "ana");
  const std::string fresh = "violet anchor 93 moss";
  accounts::change_password(world.app, first.signed_in.user.id, first.signed_in.session.id,
                            kGoodPassword, fresh);
  EXPECT_TRUE(lets_in(world, first.secret));
  EXPECT_FALSE(lets_in(world, second.secret));
  EXPECT_EQ(code_of([&] { signed_in(world, "ana"); }), Code::bad_credentials);
  EXPECT_NO_THROW(
      accounts::sign_in(world.app, {.login = "ana", .password = fresh}, here(), std::nullopt));
}

TEST(ChangePassword, NeedsThePresentOneAndCountsWrongOnes) {
  World world;
  const auto ana = registered(world, "ana").signed_in;
  const auto change = [&](const std::string& current, const std::string& fresh) {
    return code_of(
        [&] { accounts::change_password(world.app, ana.user.id, ana.session.id, current, fresh); });
  };
  EXPECT_EQ(change(kGoodPassword, "short"), Code::password_too_short);
  EXPECT_EQ(change(kGoodPassword, std::string(129, 'x') + "yz"), Code::password_too_long);
  EXPECT_EQ(change(kGoodPassword, "password1234"), Code::password_common);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(change("wrong", "violet anchor 93 moss"), Code::bad_credentials);
  }
  EXPECT_EQ(change(kGoodPassword, "violet anchor 93 moss"), Code::too_many_attempts);
}

}  // namespace
}  // namespace confab::test
