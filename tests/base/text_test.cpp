#include "api/base/text.h"

#include <string>

#include "tests/base/support.h"

namespace confab {
namespace {

TEST(IsUtf8, TakesEveryCodePointButSurrogates) {
  for (char32_t point = 0; point <= 0x10FFFF; ++point) {
    if (point == 0xD800) point = 0xE000;
    std::string bytes;
    text::append_code_point(bytes, point);
    ASSERT_TRUE(text::is_utf8(bytes)) << static_cast<std::uint32_t>(point);
    ASSERT_EQ(text::code_points(bytes), 1U) << static_cast<std::uint32_t>(point);
  }
}

TEST(IsUtf8, RefusesWhatIsIllFormed) {
  for (const char* bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF",
        "\xC3\xC3", "\xF8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(text::is_utf8(bytes));
    for (std::size_t before = 1; before < 20; ++before) {
      EXPECT_FALSE(text::is_utf8(std::string(before, 'a') + bytes + "aaaaaaaaa"));
    }
  }
}

TEST(CodePoints, CountsPeoplesCharactersNotBytes) {
  EXPECT_EQ(text::code_points(""), 0U);
  EXPECT_EQ(text::code_points("aé€😀"), 4U);
}

TEST(Trim, TakesUnicodeWhiteSpaceOffBothEnds) {
  EXPECT_EQ(text::trim(" \t\n a b \u00A0\u3000\u2028"), "a b");
  EXPECT_EQ(text::trim(""), "");
  EXPECT_EQ(text::trim("\u2003 "), "");
  EXPECT_EQ(text::trim("é"), "é");
  EXPECT_EQ(text::trim("\u200Bx"), "\u200Bx") << "a zero-width space is no white space";
}

TEST(IsBlank, SeesThroughEverythingInvisible) {
  for (const char* text : {"", "  \n", "\u00A0", "\u200B\u200D\uFEFF", "\u2060", "\u3164", "\u2800",
                           "\uFE0F", "\u00AD", "\u202E", "\x01", "\U000E0020", "\u0378"}) {
    EXPECT_TRUE(text::is_blank(text)) << text;
  }
  for (const char* text : {"a", " . ", "é", "😀", "\u200B!", "\u0301"}) {
    EXPECT_FALSE(text::is_blank(text)) << text;
  }
}

TEST(HasControls, FindsBreaksAndTurnsOfDirection) {
  for (const char* text : {"a\nb", "\t", "\x7F", "\u0085", "\u2028", "\u2029", "a\u202E", "\u2066",
                           "\u2069", "\x1B[31m"}) {
    EXPECT_TRUE(text::has_controls(text)) << text;
  }
  EXPECT_TRUE(text::has_controls(std::string("a\0b", 3)));
  for (const char* text : {"", "plain", "שלום", "a\u200Db", "\u00A0"}) {
    EXPECT_FALSE(text::has_controls(text)) << text;
  }
}

TEST(Fold, MakesLookalikesOfOneLetterEqual) {
  EXPECT_EQ(text::fold("ANA"), "ana");
  EXPECT_EQ(text::fold("Straße"), "strasse");
  EXPECT_EQ(text::fold("ﬁ"), "fi");
  EXPECT_EQ(text::fold("Ａｎａ"), "ana");
  EXPECT_EQ(text::fold("e\u0301"), text::fold("É"));
  EXPECT_EQ(text::fold("a\u200Bb\u00ADc"), "abc");
  EXPECT_EQ(text::fold(""), "");
}

TEST(Fold, OfFoldedTextChangesNothing) {
  Seeded random;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t n = random.below(8); n > 0; --n) {
      auto point = static_cast<char32_t>(random.below(random.below(2) == 0 ? 0x3000 : 0x110000));
      if (point >= 0xD800 && point <= 0xDFFF) point = 'x';
      text::append_code_point(text, point);
    }
    const auto folded = text::fold(text);
    ASSERT_TRUE(text::is_utf8(folded)) << "SEED=" << random.seed();
    ASSERT_EQ(text::fold(folded), folded) << "SEED=" << random.seed();
  }
}

TEST(PercentDecode, DecodesUtf8AndPlus) {
  EXPECT_EQ(text::percent_decode("a%20b%C3%a9+c"), "a bé+c");
  EXPECT_EQ(text::percent_decode("a+b%2B", true), "a b+");
  EXPECT_EQ(text::percent_decode(""), "");
}

TEST(PercentDecode, RefusesBrokenEscapesAndBadUtf8) {
  for (const char* text :
       {"%", "%4", "%g0", "%0g", "a%", "%%20", "%FF", "%C3", "%ED%A0%80", "\xFF"}) {
    EXPECT_EQ(text::percent_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace confab
