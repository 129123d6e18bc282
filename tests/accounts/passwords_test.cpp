#include "tests/accounts/support.h"

namespace confab::test {
namespace {

std::optional<Code> fault(const std::string& password) {
  const auto found =
      accounts::password_fault(password, "ana.maria", "ana_m@example.org", "/password");
  return found ? std::optional(found->code) : std::nullopt;
}

TEST(Passwords, HaveTenToAHundredAndTwentyEightCharacters) {
  EXPECT_EQ(fault("kq7 mv3xp"), Code::password_too_short);
  EXPECT_EQ(fault("kq7 mv3xpt"), std::nullopt);
  EXPECT_EQ(fault("ñandú łódź"), std::nullopt);
  std::string longest = "kq7 mv3xpt";
  while (longest.size() < 127) longest += "ab7";
  longest.resize(128, 'z');
  EXPECT_EQ(fault(longest), std::nullopt);
  EXPECT_EQ(fault(longest + "ñ"), Code::password_too_long);
}

TEST(Passwords, AreNotAmongTheMostCommon) {
  for (const char* common : {"1234567890", "qwertyuiop", "Password123", "PASSWORD1234",
                             "iloveyou123", "aaaaaaaaaa", "abcabcabcabc", "0123456789",
                             "9876543210", "abcdefghijklm", "Welcome2026", "contrase\u00f1a1"}) {
    EXPECT_EQ(fault(common), Code::password_common) << common;
  }
}

TEST(Passwords, AreNotTheNameOrAddressInAnotherDress) {
  for (const char* derived :
       {"ana.maria123", "2026AnaMaria!", "ana.mariaana.maria", "1ana_m@example.org", "airam.ana000",
        "ana_m!!!!!!!", "ana_m@example.org"}) {
    const bool reversed = std::string(derived).starts_with("airam");
    EXPECT_EQ(fault(derived), reversed ? std::nullopt : std::optional(Code::password_common))
        << derived;
  }
  EXPECT_EQ(fault("ana maria likes tea"), std::nullopt);
}

}  // namespace
}  // namespace confab::test
