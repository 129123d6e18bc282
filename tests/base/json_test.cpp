#include "api/base/json.h"

#include <cmath>
#include <string>
#include <vector>

#include "api/base/text.h"
#include "tests/base/support.h"

namespace confab {
namespace {

std::optional<Code> parsing(const std::string& text, const json::Limits& limits = {}) {
  return refused([&] { json::parse(text, limits); });
}

std::string repeated(const std::string& piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

TEST(ParseJson, TakesEveryKindOfValue) {
  const auto value =
      json::parse(" {\"a\": [1, -2, 0.5, true, false, null, \"x\"], \"b\": {}}\r\n\t");
  ASSERT_TRUE(value.isObject());
  EXPECT_EQ(value["a"][0].asInt64(), 1);
  EXPECT_EQ(value["a"][1].asInt64(), -2);
  EXPECT_EQ(value["a"][2].asDouble(), 0.5);
  EXPECT_TRUE(value["a"][3].asBool());
  EXPECT_TRUE(value["a"][5].isNull());
  EXPECT_EQ(value["a"][6].asString(), "x");
  EXPECT_TRUE(value["b"].isObject());
}

TEST(ParseJson, TakesAScalarAtTheTop) {
  EXPECT_EQ(json::parse("\"a\"").asString(), "a");
  EXPECT_EQ(json::parse("0").asInt(), 0);
  EXPECT_TRUE(json::parse("null").isNull());
}

TEST(ParseJson, DecodesEscapesAndSurrogatePairs) {
  EXPECT_EQ(json::parse(R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")").asString(),
            "\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80");
}

TEST(ParseJson, KeepsIntegersExactToTheirLimits) {
  const auto value =
      json::parse("[-9223372036854775808, 9223372036854775807, 18446744073709551615]");
  EXPECT_EQ(value[0].asInt64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(value[1].asInt64(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(value[2].asUInt64(), std::numeric_limits<std::uint64_t>::max());
}

TEST(ParseJson, RefusesIntegersPast64BitsAndSaysWhatToDo) {
  for (const char* text :
       {"18446744073709551616", "-9223372036854775809", "[1e2,99999999999999999999999]"}) {
    EXPECT_EQ(parsing(text), Code::invalid_json) << text;
    EXPECT_NE(complaint([&] { json::parse(text); }).find("send it as a string"), std::string::npos);
  }
}

TEST(ParseJson, RefusesDoublesOutOfRange) {
  EXPECT_EQ(parsing("1e309"), Code::invalid_json);
  EXPECT_EQ(parsing("-1e999"), Code::invalid_json);
  EXPECT_NE(complaint([] { json::parse("1e309"); }).find("send it as a string"), std::string::npos);
  EXPECT_EQ(parsing("1e308"), std::nullopt);
}

TEST(ParseJson, RefusesOtherFormsOfNumbers) {
  for (const char* text : {"01", "-01", "00", "1.", ".5", "1e", "1e+", "+1", "-", "0x10", "NaN",
                           "Infinity", "-Infinity", "1_0", "1 2"}) {
    EXPECT_EQ(parsing(text), Code::invalid_json) << text;
  }
}

TEST(ParseJson, RefusesMalformedDocuments) {
  for (const char* text :
       {"",         " ",         "{",          "}",           "[",           "]",
        "[1",       "[1,",       "[1,]",       "[,1]",        "{\"a\"",      "{\"a\":",
        "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}",       "{'a':1}",     "{\"a\" 1}",
        "{1:1}",    "tru",       "nul",        "True",        "\"a",         "\"",
        "\"\\",     "\"\\x\"",   "\"\\u12\"",  "\"\\u12g4\"", "\"\\u-123\"", "\"\\u",
        "1 1",      "{} {}",     "[] x",       "// a\n1",     "/**/1",       "\xEF\xBB\xBF{}",
        "[1}",      "{\"a\":1]", "\"a\"b"}) {
    EXPECT_EQ(parsing(text), Code::invalid_json) << text;
  }
}

TEST(ParseJson, RefusesInvalidUtf8EvenOutsideOfStrings) {
  for (const char* text : {"\"\xFF\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
                           "\"\xC3\"", "\xC3", "{\"\x80\":1}"}) {
    EXPECT_EQ(parsing(text), Code::invalid_utf8) << text;
  }
}

TEST(ParseJson, RefusesRawControlCharactersAndNul) {
  for (int c = 0; c < 0x20; ++c) {
    const std::string text = std::string("\"a") + static_cast<char>(c) + "b\"";
    EXPECT_EQ(parsing(text), Code::invalid_json) << c;
  }
  EXPECT_EQ(parsing(std::string("{}\0", 3)), Code::invalid_json);
  EXPECT_EQ(parsing("\"\\u0000\""), Code::invalid_json);
  EXPECT_EQ(parsing("{\"\\u0000\":1}"), Code::invalid_json);
  EXPECT_EQ(parsing("\"\x7F\""), std::nullopt);
}

TEST(ParseJson, RefusesUnpairedSurrogates) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")",
                           R"("\ud800\n")", R"("\udc00\ud800")", R"("\ud83d\u0041")"}) {
    EXPECT_EQ(parsing(text), Code::invalid_json) << text;
  }
}

TEST(ParseJson, RefusesDuplicateNamesHoweverSpelt) {
  EXPECT_EQ(parsing(R"({"a":1,"a":2})"), Code::invalid_json);
  EXPECT_EQ(parsing(R"({"a":1,"b":2,"\u0061":3})"), Code::invalid_json);
  EXPECT_EQ(parsing(R"([{"x":{"\ud83d\ude00":1,"😀":2}}])"), Code::invalid_json);
  EXPECT_NE(complaint([] { json::parse(R"({"a":1,"a":2})"); }).find("send each name once"),
            std::string::npos);
  EXPECT_EQ(parsing(R"({"a":{"a":1},"b":{"a":1}})"), std::nullopt);
  EXPECT_EQ(parsing(R"({"a":1,"A":2})"), std::nullopt);
}

TEST(ParseJson, HoldsTheDepthLimit) {
  EXPECT_EQ(parsing(repeated("[", 32) + repeated("]", 32)), std::nullopt);
  EXPECT_EQ(parsing(repeated("[", 33) + repeated("]", 33)), Code::invalid_json);
  EXPECT_EQ(parsing(repeated("{\"a\":", 33) + "1" + repeated("}", 33)), Code::invalid_json);
  EXPECT_EQ(parsing(repeated("[", 100'000)), Code::invalid_json);
}

TEST(ParseJson, HoldsTheElementLimit) {
  const json::Limits limits{.elements = 5};
  EXPECT_EQ(parsing("[1,2,3,4]", limits), std::nullopt);
  EXPECT_EQ(parsing("[1,2,3,4,5]", limits), Code::invalid_json);
  EXPECT_EQ(parsing(R"({"a":1,"b":2})", limits), std::nullopt);
  EXPECT_EQ(parsing(R"({"a":1,"b":2,"c":3})", limits), Code::invalid_json);
}

TEST(ParseJson, HoldsTheByteLimit) {
  const std::string text = '"' + std::string(256 * 1024 - 2, 'x') + '"';
  EXPECT_EQ(parsing(text), std::nullopt);
  EXPECT_EQ(parsing(text + ' '), Code::body_too_large);
}

TEST(ParseJson, NeverReadsPastTheEndOfAView) {
  const std::string_view whole = R"({"a":"b","c":[1]} )";
  for (std::size_t size = 0; size < whole.size() - 1; ++size) {
    EXPECT_EQ(refused([&] { json::parse(whole.substr(0, size)); }), Code::invalid_json) << size;
  }
}

TEST(ParseJson, SaysWhere) {
  EXPECT_EQ(complaint([] { json::parse("[1, 02]"); }).substr(0, 10), "At byte 4:");
}

TEST(ParseOwnJson, TurnsDamageIntoInternalWithoutLeakingAnotherException) {
  EXPECT_EQ(json::parse_own("{\"a\":1}")["a"].asInt(), 1);
  EXPECT_EQ(refused([] { json::parse_own("{\"a\":"); }), Code::internal);
  EXPECT_EQ(refused([] { json::parse_own(repeated("[", 5000)); }), Code::internal);
}

TEST(PrintJson, IsCompactSortedAndLeavesUtf8) {
  Json::Value value;
  value["b"] = 1;
  value["a"] = "é\n";
  value["c"].append(true);
  EXPECT_EQ(json::print(value), R"({"a":"é\n","b":1,"c":[true]})");
}

TEST(AppendString, EscapesWhatMustNotStandInALine) {
  std::string out;
  json::append_string(out, "a\"\\\n\r\t\b\x01\x1F\x7F é😀 \xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA/");
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\r\\t\\u0008\\u0001\\u001f\x7F é😀 \\u2028\\u2029\xE2\x80\xAA/\"");
}

/// Random text of code points from every plane, with the awkward ones often.
std::string random_text(Seeded& random) {
  static constexpr char32_t kAwkward[] = {'"',    '\\',   '/',     '\n',    1,      0x7F,
                                          0x80,   0x7FF,  0x800,   0x2028,  0x2029, 0xD7FF,
                                          0xE000, 0xFFFF, 0x10000, 0x10FFFF};
  std::string out;
  for (std::size_t i = random.below(30); i > 0; --i) {
    char32_t point = random.below(2) == 0 ? kAwkward[random.below(std::size(kAwkward))]
                                          : static_cast<char32_t>(1 + random.below(0x10FFFF));
    if (point >= 0xD800 && point <= 0xDFFF) point = 'x';
    text::append_code_point(out, point);
  }
  return out;
}

Json::Value random_value(Seeded& random, int depth) {
  switch (random.below(depth > 4 ? 5 : 7)) {
    case 0:
      return {};
    case 1:
      return {random.below(2) == 0};
    case 2:
      return {static_cast<Json::Int64>(random())};
    case 3:
      return {std::ldexp(static_cast<double>(random() >> 11),
                         static_cast<int>(random.below(1800)) - 900)};
    case 4:
      return {random_text(random)};
    case 5: {
      Json::Value list(Json::arrayValue);
      for (std::size_t i = random.below(5); i > 0; --i)
        list.append(random_value(random, depth + 1));
      return list;
    }
    default: {
      Json::Value object(Json::objectValue);
      for (std::size_t i = random.below(5); i > 0; --i)
        object[random_text(random)] = random_value(random, depth + 1);
      return object;
    }
  }
}

TEST(JsonProperty, WhatIsPrintedIsReadBackTheSame) {
  Seeded random;
  for (int i = 0; i < 3000; ++i) {
    const auto value = random_value(random, 0);
    const auto text = json::print(value);
    ASSERT_EQ(json::print(json::parse(text)), text) << "SEED=" << random.seed();
    ASSERT_EQ(json::print(json::parse_own(text)), text) << "SEED=" << random.seed();
  }
}

TEST(JsonProperty, AppendedStringsAreReadBackTheSame) {
  Seeded random;
  for (int i = 0; i < 5000; ++i) {
    const auto text = random_text(random);
    std::string quoted;
    json::append_string(quoted, text);
    ASSERT_EQ(json::parse(quoted).asString(), text) << "SEED=" << random.seed();
  }
}

TEST(JsonProperty, DamagedDocumentsAreParsedOrRefusedButNeverCrash) {
  Seeded random;
  for (int i = 0; i < 5000; ++i) {
    std::string text = json::print(random_value(random, 0));
    for (std::size_t n = 1 + random.below(3); n > 0 && !text.empty(); --n) {
      const auto at = random.below(text.size());
      switch (random.below(3)) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, 1 + random.below(4));
          break;
        default:
          text.insert(at, 1, "{}[]\",:\\0eu-."[random.below(13)]);
      }
    }
    const auto code = parsing(text);
    ASSERT_TRUE(!code || code == Code::invalid_json || code == Code::invalid_utf8)
        << "SEED=" << random.seed() << ' ' << text;
  }
}

}  // namespace
}  // namespace confab
