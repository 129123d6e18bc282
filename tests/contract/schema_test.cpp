#include <gtest/gtest.h>

#include "tests/http/client_schema.h"

namespace confab::test {
namespace {

/// The number of faults of `value` against `schema`, both JSON text.
std::size_t faults(const std::string& schema, const std::string& value) {
  const auto document = json::parse_own(
      R"({"components":{"schemas":{"Dot":{"type":"object","properties":{"x":{"type":"integer"},
          "next":{"anyOf":[{"$ref":"#/components/schemas/Dot"},{"type":"null"}]}},
          "required":["x"]}}}})");
  // Wrapped, because only objects stand alone.
  const auto holder = json::parse_own("{\"value\":" + value + "}");
  return SchemaChecker(document).faults(holder["value"], json::parse_own(schema)).size();
}

TEST(SchemaChecker, TellsTypesApart) {
  EXPECT_EQ(faults(R"({"type":"integer"})", "7"), 0U);
  EXPECT_EQ(faults(R"({"type":"integer"})", "7.5"), 1U);
  EXPECT_EQ(faults(R"({"type":"integer"})", "\"7\""), 1U);
  EXPECT_EQ(faults(R"({"type":"string"})", "null"), 1U);
  EXPECT_EQ(faults(R"({"type":["string","null"]})", "null"), 0U);
  EXPECT_EQ(faults(R"({"type":"boolean"})", "false"), 0U);
  EXPECT_EQ(faults(R"({"type":"object"})", "[]"), 1U);
}

TEST(SchemaChecker, KnowsLimits) {
  EXPECT_EQ(faults(R"({"type":"integer","minimum":1,"maximum":3})", "0"), 1U);
  EXPECT_EQ(faults(R"({"type":"integer","minimum":1,"maximum":3})", "4"), 1U);
  EXPECT_EQ(faults(R"({"type":"string","maxLength":2})", "\"äöü\""), 1U);
  EXPECT_EQ(faults(R"({"type":"string","maxLength":3})", "\"äöü\""), 0U);
  EXPECT_EQ(faults(R"({"type":"string","pattern":"^[1-9]$"})", "\"0\""), 1U);
  EXPECT_EQ(faults(R"({"type":"string","format":"date-time"})", "\"yesterday\""), 1U);
  EXPECT_EQ(faults(R"({"type":"string","format":"date-time"})", "\"2026-11-20T07:39:58.123Z\""),
            0U);
  EXPECT_EQ(faults(R"({"type":"string","enum":["a","b"]})", "\"c\""), 1U);
  EXPECT_EQ(faults(R"({"type":"array","maxItems":1,"items":{"type":"integer"}})", "[1,\"2\"]"), 2U);
}

TEST(SchemaChecker, FollowsReferences) {
  const std::string dot = R"({"$ref":"#/components/schemas/Dot"})";
  EXPECT_EQ(faults(dot, R"({"x":1,"next":{"x":2,"next":null}})"), 0U);
  EXPECT_EQ(faults(dot, R"({"x":1,"next":{"x":"2"}})"), 1U);
  EXPECT_EQ(faults(dot, R"({"next":null})"), 1U);
  EXPECT_EQ(faults(R"({"$ref":"#/components/schemas/Nowhere"})", "{}"), 1U);
}

TEST(SchemaChecker, RefusesWhatNobodyDocumented) {
  EXPECT_EQ(faults(R"({"$ref":"#/components/schemas/Dot"})", R"({"x":1,"y":2})"), 1U);
  EXPECT_EQ(faults(R"({"type":"string","unheardOf":1})", "\"x\""), 1U);
}

}  // namespace
}  // namespace confab::test
