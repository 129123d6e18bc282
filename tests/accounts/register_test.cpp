#include "tests/accounts/support.h"

namespace confab::test {
namespace {

using accounts::NewPerson;
using accounts::ServerRole;

Code refusal(World& world, const NewPerson& person) {
  return code_of([&] { accounts::register_person(world.app, person, here(), std::nullopt); });
}

TEST(Register, SignsTheNewPersonIn) {
  World world;
  const auto admission = registered(world, "ana");

  EXPECT_EQ(admission.signed_in.user.email, "ana@example.org");
  EXPECT_EQ(admission.signed_in.user.display_name, "ana");
  EXPECT_TRUE(admission.signed_in.session.current);
  const auto vouched = accounts::vouch_for_secret(world.app, admission.secret);
  ASSERT_TRUE(vouched);
  EXPECT_EQ(vouched->user, admission.signed_in.user.id);
  EXPECT_EQ(vouched->session, admission.signed_in.session.id);
}

TEST(Register, MakesTheFirstPersonTheOwnerAndNobodyElse) {
  World world;
  EXPECT_FALSE(accounts::has_owner(world.app));
  EXPECT_EQ(registered(world, "ana").signed_in.user.server_role, ServerRole::owner);
  EXPECT_EQ(registered(world, "ben").signed_in.user.server_role, ServerRole::member);
  EXPECT_TRUE(accounts::has_owner(world.app));
}

TEST(Register, TakesUsernamesInAnyCaseAndKeepsThemInLower) {
  World world;
  auto person = newcomer("ana");
  person.username = " Ana.Maria_2 ";
  person.display_name = "  Ana María  ";
  const auto me = accounts::register_person(world.app, person, here(), std::nullopt).signed_in.user;
  EXPECT_EQ(me.username, "ana.maria_2");
  EXPECT_EQ(me.display_name, "Ana María");
}

TEST(Register, RefusesTakenNamesAndAddressesInAnyCase) {
  World world;
  registered(world, "ana");
  auto person = newcomer("ANA");
  person.email = "other@example.org";
  EXPECT_EQ(refusal(world, person), Code::username_taken);
  person = newcomer("other");
  person.email = "Ana@EXAMPLE.org";
  EXPECT_EQ(refusal(world, person), Code::email_taken);
}

TEST(Register, RefusesWhatIsNoUsername) {
  World world;
  for (const char* name : {"", "ab", "with space", "ana@home", "ñandú", "a/b/c", "everyone", "Here",
                           "abcdefghijklmnopqrstuvwxyz1234567"}) {
    auto person = newcomer("ana");
    person.username = name;
    EXPECT_EQ(refusal(world, person), Code::invalid_value) << name;
  }
}

TEST(Register, RefusesWhatIsNoAddress) {
  World world;
  const std::string long_one = std::string(250, 'a') + "@b.c";
  for (const std::string& email :
       {std::string(), std::string("ana"), std::string("@b"), std::string("a@"),
        std::string("a@b@c"), std::string("a b@c"), std::string("a@b\nc"), long_one + "d"}) {
    auto person = newcomer("ana");
    person.email = email;
    EXPECT_EQ(refusal(world, person), Code::invalid_value) << email;
  }
  auto person = newcomer("ana");
  person.email = long_one;
  EXPECT_NO_THROW(accounts::register_person(world.app, person, here(), std::nullopt));
}

TEST(Register, RefusesDisplayNamesThatShowNothingOrTooMuch) {
  World world;
  for (const std::string& name : {std::string("   "), std::string("\u200b"), std::string("a\nb"),
                                  std::string("a\u202eb"), std::string(81, 'a')}) {
    auto person = newcomer("ana");
    person.display_name = name;
    EXPECT_EQ(refusal(world, person), Code::invalid_value) << name;
  }
}

TEST(Register, KeepsANameThatGrowsWhenFolded) {
  World world;
  auto person = newcomer("ana");
  person.display_name.emplace();
  for (int i = 0; i < 80; ++i) *person.display_name += "\ufdfa";
  EXPECT_NO_THROW(accounts::register_person(world.app, person, here(), std::nullopt));
}

TEST(Register, SaysEverythingThatDoesNotFitAtOnce) {
  World world;
  try {
    accounts::register_person(world.app, {.email = "x", .username = "y", .password = "z"}, here(),
                              std::nullopt);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::invalid_value);
    ASSERT_EQ(error.fields().size(), 3U);
    EXPECT_EQ(error.fields()[2].pointer, "/password");
    EXPECT_EQ(error.fields()[2].code, Code::password_too_short);
  }
}

TEST(Register, IsRefusedOnAClosedServerButForTheFirstOwner) {
  World world;
  world.config.signup = "closed";
  EXPECT_EQ(registered(world, "ana").signed_in.user.server_role, ServerRole::owner);
  EXPECT_EQ(refusal(world, newcomer("ben")), Code::signup_closed);
}

TEST(Register, RetryGetsTheSameAccountSessionAndCookie) {
  World world;
  const auto request = key("k1");
  const auto first = accounts::register_person(world.app, newcomer("ana"), here(), request);
  const auto again = accounts::register_person(world.app, newcomer("ana"), here(), request);

  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.secret, first.secret);
  EXPECT_EQ(to_json(again.signed_in), to_json(first.signed_in));
  EXPECT_EQ(world.read([](db::Tx& tx) { return accounts::everybody(tx, {}, 10); }).size(), 1U);
}

TEST(Register, RefusesAKeyThatCameWithAnotherRequest) {
  World world;
  accounts::register_person(world.app, newcomer("ana"), here(), key("k1"));
  EXPECT_EQ(code_of([&] {
              accounts::register_person(world.app, newcomer("ben"), here(), key("k1", "other"));
            }),
            Code::idempotency_mismatch);
}

TEST(Register, KeepsNoPlainHashOfARequestWithAPassword) {
  World world;
  const auto request = key("k1");
  accounts::register_person(world.app, newcomer("ana"), here(), request);
  const auto kept = world.read(
      [](db::Tx& tx) { return tx.value<std::string>("SELECT request_hash FROM idempotency"); });
  ASSERT_TRUE(kept);
  EXPECT_NE(*kept, request.request_hash);
}

TEST(Setup, FirstPersonElsewhereNeedsTheCode) {
  World world;
  accounts::prepare_setup(world.app);
  auto person = newcomer("ana");
  const auto try_it = [&] {
    accounts::register_person(world.app, person, elsewhere(), std::nullopt);
  };
  EXPECT_EQ(code_of(try_it), Code::setup_code_required);
  person.setup_code = "ABCDE-ABCDE-ABCDE-ABCDE";
  EXPECT_EQ(code_of(try_it), Code::setup_code_required);
  person.setup_code = "";
  EXPECT_EQ(code_of(try_it), Code::setup_code_required);
  person.setup_code = setup_code(world);
  EXPECT_NO_THROW(try_it());
  EXPECT_FALSE(std::filesystem::exists(setup_code_file(world)));
}

TEST(Setup, CodeIsPrivateAndStaysTheSame) {
  World world;
  accounts::prepare_setup(world.app);
  const auto code = setup_code(world);
  EXPECT_EQ(code.size(), 23U);
  const auto mode = std::filesystem::status(setup_code_file(world)).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  accounts::prepare_setup(world.app);
  EXPECT_EQ(setup_code(world), code);
}

TEST(Setup, WithoutAFileNoCodeFits) {
  World world;
  auto person = newcomer("ana");
  person.setup_code = "";
  EXPECT_EQ(
      code_of([&] { accounts::register_person(world.app, person, elsewhere(), std::nullopt); }),
      Code::setup_code_required);
}

TEST(Setup, ACodeCutShortIsMadeAnew) {
  World world;
  std::ofstream(setup_code_file(world)) << "";
  accounts::prepare_setup(world.app);
  EXPECT_EQ(setup_code(world).size(), 23U);
}

TEST(Setup, CodeGoesWhenThereIsAnOwner) {
  World world;
  accounts::prepare_setup(world.app);
  world.person("ana", ServerRole::owner);
  EXPECT_FALSE(std::filesystem::exists(setup_code_file(world)));
  std::ofstream(setup_code_file(world)) << "left behind\n";
  accounts::prepare_setup(world.app);
  EXPECT_FALSE(std::filesystem::exists(setup_code_file(world)));
}

}  // namespace
}  // namespace confab::test
