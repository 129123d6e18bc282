#include <atomic>
#include <thread>
#include <vector>

#include "tests/accounts/support.h"

namespace confab::test {
namespace {

TEST(SignIn, TakesUsernameOrAddressInAnyCase) {
  World world;
  const auto ana = registered(world, "ana").signed_in.user.id;
  for (const char* login : {"ana", "ANA", " ana ", "ana@example.org", "Ana@Example.ORG"}) {
    EXPECT_EQ(signed_in(world, login).signed_in.user.id, ana) << login;
  }
}

TEST(SignIn, SaysTheSameOfAWrongPasswordAndAnUnknownPerson) {
  World world;
  registered(world, "ana");
  std::vector<std::string> answers;
  for (const char* login : {"ana", "nobody", "nobody@example.org", "ñ", ""}) {
    try {
      accounts::sign_in(world.app, {.login = login, .password = "wrong password"}, elsewhere(),
                        std::nullopt);
      FAIL() << login;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::bad_credentials) << login;
      answers.emplace_back(error.what());
    }
  }
  for (const auto& answer : answers) EXPECT_EQ(answer, answers.front());
}

TEST(SignIn, EndsTheSessionOfTheCookieThatCameAlong) {
  World world;
  const auto first = registered(world, "ana");
  auto origin = here();
  origin.replaces = first.signed_in.session.id;
  const auto second = signed_in(world, "ana", origin);
  EXPECT_FALSE(lets_in(world, first.secret));
  EXPECT_TRUE(lets_in(world, second.secret));
  EXPECT_NE(first.secret, second.secret);
}

TEST(SignIn, RetryGetsTheSameSession) {
  World world;
  registered(world, "ana");
  const accounts::Credentials credentials{.login = "ana", .password = kGoodPassword};
  const auto first = accounts::sign_in(world.app, credentials, here(), key("k1"));
  const auto again = accounts::sign_in(world.app, credentials, here(), key("k1"));
  EXPECT_EQ(again.secret, first.secret);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.signed_in.session.id, first.signed_in.session.id);
  EXPECT_TRUE(lets_in(world, first.secret));
}

TEST(SignIn, RefusesADisabledPersonWhoKnowsThePassword) {
  World world;
  registered(world, "ana");
  const auto ben = registered(world, "ben").signed_in.user.id;
  accounts::set_disabled(world.app, ben, true);
  EXPECT_EQ(code_of([&] { signed_in(world, "ben"); }), Code::account_disabled);
  EXPECT_EQ(failed_sign_in(world, "ben", here()), Code::bad_credentials);
}

TEST(SignIn, HashesAnewWhenTheCostHasChanged) {
  World world;
  registered(world, "ana");
  const auto hash = [&] {
    return world
        .read([](db::Tx& tx) { return tx.value<std::string>("SELECT password FROM users"); })
        .value();
  };
  const auto before = hash();
  world.config.password_memory_kib = 16;
  world.app.access = std::make_shared<accounts::Access>(world.config);
  signed_in(world, "ana");
  EXPECT_NE(hash(), before);
  EXPECT_NO_THROW(signed_in(world, "ana"));
}

TEST(Attempts, FiveWrongOnesLockAnAccountForStrangers) {
  World world;
  registered(world, "ana");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(failed_sign_in(world, i % 2 == 0 ? "ana" : "ana@example.org",
                             elsewhere("203.0.113." + std::to_string(i + 1))),
              Code::bad_credentials);
  }
  try {
    signed_in(world, "ana", elsewhere("203.0.113.99"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::too_many_attempts);
    EXPECT_EQ(error.retry_after(), 15 * 60);
  }
  world.clock.advance(15 * kMinute);
  EXPECT_NO_THROW(signed_in(world, "ana", elsewhere("203.0.113.99")));
}

TEST(Attempts, CountForLoginsThatNobodyHas) {
  World world;
  registered(world, "ana");
  for (int i = 0; i < 5; ++i) failed_sign_in(world, "Nobody", elsewhere());
  EXPECT_EQ(failed_sign_in(world, "nobody", elsewhere()), Code::too_many_attempts);
}

TEST(Attempts, NeverLockTheOwnerOutOfAKnownDevice) {
  World world;
  const auto admission = registered(world, "ana");
  for (int i = 0; i < 5; ++i) failed_sign_in(world, "ana", elsewhere());
  auto known = elsewhere();
  known.device = admission.device;
  EXPECT_NO_THROW(signed_in(world, "ana", known));
}

TEST(Attempts, NeverLockTheOwnerOutOfAKnownAddress) {
  World world;
  registered(world, "ana");
  signed_in(world, "ana", elsewhere("198.51.100.1"));
  for (int i = 0; i < 5; ++i) failed_sign_in(world, "ana", elsewhere());
  EXPECT_NO_THROW(signed_in(world, "ana", elsewhere("198.51.100.1")));
  EXPECT_EQ(code_of([&] { signed_in(world, "ana", elsewhere("198.51.100.2")); }),
            Code::too_many_attempts);
}

TEST(Attempts, AreLimitedOnAKnownDeviceToo) {
  World world;
  auto known = elsewhere();
  known.device = registered(world, "ana").device;
  for (int i = 0; i < 30; ++i) failed_sign_in(world, "ana", known);
  EXPECT_EQ(failed_sign_in(world, "ana", known), Code::too_many_attempts);
}

TEST(Attempts, ADeviceOfSomebodyElseOrMadeUpIsUnknown) {
  World world;
  registered(world, "ana");
  auto other = elsewhere();
  other.device = registered(world, "ben").device;
  auto forged = elsewhere();
  forged.device = other.device.substr(0, other.device.size() - 2) + "AA";
  for (int i = 0; i < 3; ++i) failed_sign_in(world, "ana", other);
  for (int i = 0; i < 2; ++i) failed_sign_in(world, "ana", forged);
  EXPECT_EQ(failed_sign_in(world, "ana", other), Code::too_many_attempts);
  forged.device = "..";
  EXPECT_EQ(failed_sign_in(world, "ana", forged), Code::too_many_attempts);
}

TEST(Attempts, ThirtyWrongOnesInAnHourLockAnAddress) {
  World world;
  registered(world, "ana");
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(failed_sign_in(world, "person" + std::to_string(i), elsewhere()),
              Code::bad_credentials);
  }
  EXPECT_EQ(failed_sign_in(world, "one.more", elsewhere()), Code::too_many_attempts);
  EXPECT_EQ(failed_sign_in(world, "one.more", elsewhere("198.51.100.1")), Code::bad_credentials);
  world.clock.advance(kHour);
  EXPECT_EQ(failed_sign_in(world, "one.more", elsewhere()), Code::bad_credentials);
}

TEST(Attempts, ManyAtOnceGetNoFurtherThanOneAfterTheOther) {
  World world;
  registered(world, "ana");
  std::atomic<int> wrong{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> guessers;
  for (int i = 0; i < 20; ++i) {
    guessers.emplace_back([&] {
      const auto code = failed_sign_in(world, "ana", elsewhere());
      if (code == Code::bad_credentials) ++wrong;
      if (code == Code::too_many_attempts) ++refused;
      db::thread_end();
    });
  }
  for (auto& guesser : guessers) guesser.join();
  EXPECT_EQ(wrong, 5);
  EXPECT_EQ(refused, 15);
}

TEST(Attempts, ManyRightOnesAtOnceAllSucceed) {
  World world;
  registered(world, "ana");
  std::atomic<int> done{0};
  std::vector<std::thread> browsers;
  for (int i = 0; i < 20; ++i) {
    browsers.emplace_back([&] {
      signed_in(world, "ana", elsewhere());
      ++done;
      db::thread_end();
    });
  }
  for (auto& browser : browsers) browser.join();
  EXPECT_EQ(done, 20);
}

TEST(Hashing, RefusesWhatIsBeyondItsQueue) {
  Config config;
  config.password_memory_kib = 16 * 1024;
  accounts::Hashing hashing(config);
  std::atomic<int> hashed{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 80; ++i) {
    callers.emplace_back([&] {
      try {
        hashing.verify(std::nullopt, "some password");
        ++hashed;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::unavailable);
        EXPECT_TRUE(error.retry_after());
        ++refused;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_GE(hashed, accounts::Hashing::kAtOnce + accounts::Hashing::kQueue);
  EXPECT_GE(refused, 1);
}

}  // namespace
}  // namespace confab::test
