#include <atomic>
#include <thread>

#include "api/accounts/access/access.h"
#include "tests/accounts/support.h"

namespace confab::test {
namespace {

using accounts::ProfileChange;

accounts::Me change(World& world, const accounts::SignedIn& who, const ProfileChange& wanted) {
  return accounts::change_profile(world.app, who.user.id, who.session.id, wanted, any_version);
}

TEST(Profile, ChangeIsHeardByEveryone) {
  World world;
  const auto ana = registered(world, "ana").signed_in;
  const auto ben = world.person("ben");
  const auto me = change(world, ana, {.display_name = "Ana M.", .username = "Ana.M"});
  EXPECT_EQ(me.display_name, "Ana M.");
  EXPECT_EQ(me.username, "ana.m");
  EXPECT_EQ(me.version, ana.user.version + 1);

  const auto events = world.events_for(ben);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]->type, "user.updated");
  EXPECT_EQ(events[0]->data, to_json(static_cast<const accounts::User&>(me)));
  EXPECT_EQ(events[0]->data.find("example.org"), std::string::npos);
}

TEST(Profile, IsNeverRememberedOlderThanItsOwnerWasTold) {
  World world;
  const auto ana = registered(world, "ana").signed_in;
  auto& callers = accounts::access_of(world.app).callers;
  std::atomic<bool> done{false};
  // Reads at every moment of a change, and remembers what it has read.
  std::jthread reader([&] {
    while (!done) accounts::remembered_me(world.app, ana.user.id);
    db::thread_end();
  });
  for (int i = 0; i < 100; ++i) {
    const auto told = change(world, ana, {.display_name = "Ana " + std::to_string(i)});
    const auto now = world.clock.now();
    const auto known =
        callers.me(ana.user.id, now).value_or(accounts::remembered_me(world.app, ana.user.id));
    ASSERT_EQ(known.display_name, told.display_name);
    ASSERT_EQ(known.version, told.version);
  }
  done = true;
}

TEST(Profile, ChangeToTheSameIsNoChange) {
  World world;
  const auto ana = registered(world, "ana").signed_in;
  world.listen();
  EXPECT_EQ(change(world, ana, {.username = "ANA", .email = "ana@example.org"}).version, 1);
  EXPECT_EQ(change(world, ana, {}).version, 1);
  EXPECT_TRUE(world.heard_by(ana.user.id).empty());
}

TEST(Profile, NewAddressNeedsThePassword) {
  World world;
  const auto ana = registered(world, "ana").signed_in;
  ProfileChange wanted{.email = "new@example.org"};
  EXPECT_EQ(code_of([&] { change(world, ana, wanted); }), Code::invalid_value);
  wanted.current_password = "wrong";
  EXPECT_EQ(code_of([&] { change(world, ana, wanted); }), Code::bad_credentials);
  wanted.current_password = kGoodPassword;
  EXPECT_EQ(change(world, ana, wanted).email, "new@example.org");
  EXPECT_EQ(signed_in(world, "NEW@example.org").signed_in.user.id, ana.user.id);
  EXPECT_EQ(code_of([&] { signed_in(world, "ana@example.org"); }), Code::bad_credentials);
}

TEST(Profile, RefusesWhatOthersHaveAndWhatDoesNotFit) {
  World world;
  const auto ana = registered(world, "ana").signed_in;
  registered(world, "ben");
  EXPECT_EQ(code_of([&] { change(world, ana, {.username = "Ben"}); }), Code::username_taken);
  EXPECT_EQ(code_of([&] {
              change(world, ana, {.email = "BEN@example.org", .current_password = kGoodPassword});
            }),
            Code::email_taken);
  EXPECT_EQ(code_of([&] { change(world, ana, {.display_name = " "}); }), Code::invalid_value);
}

TEST(Profile, HeedsThePrecondition) {
  World world;
  const auto ana = registered(world, "ana").signed_in;
  EXPECT_EQ(code_of([&] {
              accounts::change_profile(world.app, ana.user.id, ana.session.id,
                                       {.display_name = "Late"}, [](std::int64_t version) {
                                         EXPECT_EQ(version, 1);
                                         throw Error(Code::version_mismatch, "changed meanwhile");
                                       });
            }),
            Code::version_mismatch);
  const auto me = world.read([&](db::Tx& tx) { return accounts::me(tx, ana.user.id); });
  EXPECT_EQ(me.display_name, "ana");
}

TEST(Settings, StartWithTheUsualAndChangeOneByOne) {
  World world;
  const auto ana = registered(world, "ana").signed_in.user.id;
  const auto ben = world.person("ben");
  auto settings = world.read([&](db::Tx& tx) { return accounts::settings_of(tx, ana); });
  EXPECT_EQ(to_json(settings),
            R"({"theme":"system","density":"comfortable","language":"en","version":1})");
  settings =
      accounts::change_settings(world.app, ana, {.theme = accounts::Theme::dark}, any_version);
  settings = accounts::change_settings(world.app, ana, {.language = "pt-BR"}, any_version);
  EXPECT_EQ(to_json(settings),
            R"({"theme":"dark","density":"comfortable","language":"pt-BR","version":3})");
  EXPECT_EQ(world.heard_by(ana),
            (std::vector<std::string>{"settings.updated", "settings.updated"}));
  EXPECT_TRUE(world.heard_by(ben).empty());
}

TEST(Settings, RefuseWhatIsNoLanguage) {
  World world;
  const auto ana = registered(world, "ana").signed_in.user.id;
  for (const char* tag : {"", "e", "en_US", "1en", "en-", "en--US", "a-very-long-language"}) {
    EXPECT_EQ(
        code_of([&] { accounts::change_settings(world.app, ana, {.language = tag}, any_version); }),
        Code::invalid_value)
        << tag;
  }
}

TEST(Administer, DisablingEndsEverySessionAndIsHeard) {
  World world;
  registered(world, "ana");
  const auto ben = registered(world, "ben");
  EXPECT_TRUE(lets_in(world, ben.secret));
  world.listen();
  const auto user = accounts::set_disabled(world.app, ben.signed_in.user.id, true);
  EXPECT_EQ(user.deactivated_at, world.clock.now());
  EXPECT_FALSE(lets_in(world, ben.secret));
  EXPECT_EQ(world.heard_by(ben.signed_in.user.id),
            (std::vector<std::string>{"session.ended", "user.updated"}));
  EXPECT_FALSE(accounts::set_disabled(world.app, user.id, false).deactivated_at);
  EXPECT_NO_THROW(signed_in(world, "ben"));
}

TEST(Administer, KeepsAnOwnerWhoCanSignIn) {
  World world;
  const auto ana = registered(world, "ana").signed_in.user.id;
  const auto ben = registered(world, "ben").signed_in.user.id;
  using accounts::ServerRole;
  EXPECT_EQ(code_of([&] { accounts::set_disabled(world.app, ana, true); }), Code::last_owner);
  EXPECT_EQ(code_of([&] { accounts::set_role(world.app, ana, ServerRole::admin); }),
            Code::last_owner);
  accounts::set_role(world.app, ben, ServerRole::owner);
  EXPECT_NO_THROW(accounts::set_disabled(world.app, ana, true));
  EXPECT_EQ(code_of([&] { accounts::set_role(world.app, ben, ServerRole::member); }),
            Code::last_owner);
  EXPECT_EQ(code_of([&] { accounts::set_role(world.app, UserId{1}, ServerRole::admin); }),
            Code::not_found);
}

TEST(Administer, ANewRoleCountsAtOnce) {
  World world;
  registered(world, "ana");
  const auto ben = registered(world, "ben");
  EXPECT_FALSE(accounts::vouch_for_secret(world.app, ben.secret)->is_admin);
  accounts::set_role(world.app, ben.signed_in.user.id, accounts::ServerRole::admin);
  EXPECT_TRUE(accounts::vouch_for_secret(world.app, ben.secret)->is_admin);
}

TEST(Administer, ANewPasswordEndsEverySession) {
  World world;
  const auto ana = registered(world, "ana");
  const auto id = ana.signed_in.user.id;
  EXPECT_EQ(code_of([&] { accounts::set_password(world.app, id, "short"); }),
            Code::password_too_short);
  accounts::set_password(world.app, id, "violet anchor 93 moss");
  EXPECT_FALSE(lets_in(world, ana.secret));
  EXPECT_EQ(code_of([&] { signed_in(world, "ana"); }), Code::bad_credentials);
}

TEST(Users, AreReadByIdsInTheirOrder) {
  World world;
  const auto ana = world.person("ana");
  const auto ben = world.person("ben");
  const auto found = world.read([&](db::Tx& tx) {
    return accounts::users_by_ids(tx, {ben, UserId{7}, ana});
  });
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, ben);
  EXPECT_EQ(found[1].id, ana);
  EXPECT_TRUE(world.read([](db::Tx& tx) { return accounts::users_by_ids(tx, {}); }).empty());
  EXPECT_FALSE(world.read([](db::Tx& tx) { return accounts::find_user(tx, UserId{7}); }));
}

}  // namespace
}  // namespace confab::test
