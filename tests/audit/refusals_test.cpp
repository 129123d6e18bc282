#include "api/accounts/access/refusals.h"

#include <gtest/gtest.h>

#include "tests/accounts/support.h"
#include "tests/audit/support.h"

namespace confab::test {
namespace {

using accounts::Refusals;

std::vector<audit::AuditEntry> refused(World& world) {
  return entries(world, {.action = audit::Action::session_refused});
}

TEST(AuditRefusals, TheFirstOfAnAccountInAnHourAndThenEachTenth) {
  Refusals refusals;
  const Time now{1'790'000'000'000};
  std::vector<int> told;
  for (int i = 0; i < 25; ++i) {
    if (const int count = refusals.count("a", now)) told.push_back(count);
  }
  EXPECT_EQ(told, (std::vector<int>{1, 11, 21}));
  EXPECT_EQ(refusals.count("b", now), 1);
  EXPECT_EQ(refusals.count("a", now + kHour), 1);
}

TEST(AuditRefusals, NoMoreThanSoManyInAnHourWhoeverIsGuessedAt) {
  Refusals refusals;
  const Time now{1'790'000'000'000};
  int told = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (refusals.count("login " + std::to_string(i), now) != 0) ++told;
  }
  EXPECT_EQ(told, Refusals::kMost);
  EXPECT_EQ(refusals.count("later", now + kHour), 1);
}

TEST(AuditRefusals, OfASignInNameTheAccountButNotWhatWasTyped) {
  World world;
  const auto ana = registered(world, "ana").signed_in.user.id;
  for (int i = 0; i < 4; ++i) failed_sign_in(world, "ana", elsewhere());
  const auto found = refused(world);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].actor, "anonymous");
  EXPECT_EQ(found[0].subject_id, ana.text());
  EXPECT_EQ(found[0].details.text, R"({"why":"wrong password","this_hour":1})");
  EXPECT_EQ(faults(world), std::vector<std::string>{});
}

TEST(AuditRefusals, OfNobodyLeaveNoRow) {
  World world;
  failed_sign_in(world, "nobody-here", elsewhere());
  EXPECT_TRUE(refused(world).empty());
}

TEST(AuditRefusals, OfTheRightPasswordOfADisabledAccountLeaveOne) {
  World world;
  registered(world, "ana");
  const auto ben = registered(world, "ben").signed_in.user.id;
  accounts::set_disabled(world.app, ben, true);
  EXPECT_EQ(code_of([&] { signed_in(world, "ben"); }), Code::account_disabled);
  ASSERT_EQ(refused(world).size(), 1u);
  EXPECT_EQ(refused(world)[0].details.text, R"({"why":"disabled","this_hour":1})");
}

TEST(AuditRefusals, OfThePresentPasswordLeaveOne) {
  World world;
  const auto ana = registered(world, "ana").signed_in;
  EXPECT_EQ(code_of([&] {
              accounts::change_password(world.app, ana.user.id, ana.session.id, "wrong",
                                        "violet anchor 93 moss");
            }),
            Code::bad_credentials);
  const auto found = entries(world, {.action = audit::Action::password_refused});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].subject_id, ana.user.id.text());
}

}  // namespace
}  // namespace confab::test
