#include "api/base/fields.h"

#include "tests/base/support.h"

namespace confab::sample {

enum class Kind { channel, direct };
constexpr auto names(Kind) {
  return std::array{named(Kind::channel, "channel"), named(Kind::direct, "direct")};
}

struct Inner {
  std::int64_t count = 0;
};
constexpr auto fields(const Inner*) {
  return request("Inner", field("count", &Inner::count).min(1).max(9));
}

struct Draft {
  std::string body;
  std::optional<std::string> topic;
  Kind kind = Kind::channel;
  std::vector<RoomId> rooms;
  bool loud = false;
  Time at;
  std::vector<Inner> inner;
};
constexpr auto fields(const Draft*) {
  return request("Draft", field("body", &Draft::body).min(1).max(5).says("What is said."),
                 field("topic", &Draft::topic).max(3), field("kind", &Draft::kind),
                 field("rooms", &Draft::rooms).max(2), field("loud", &Draft::loud).optional(),
                 field("at", &Draft::at).optional(), field("inner", &Draft::inner).optional());
}

}  // namespace confab::sample

namespace confab {
namespace {

using sample::Draft;

constexpr const char* kWhole = R"({"body":"héllo","topic":"abc","kind":"direct","rooms":["7","8"],
    "loud":true,"at":"2026-11-20T07:39:58.123Z","inner":[{"count":9}]})";

/// The faults of a document, as `pointer: detail` lines.
std::string faults(const std::string& text) {
  try {
    from_json<Draft>(json::parse(text));
  } catch (const Error& error) {
    std::string all(row_of(error.code()).name);
    for (const auto& fault : error.fields()) all += "\n" + fault.pointer + ": " + fault.detail;
    return all;
  }
  return {};
}

TEST(FieldList, ReadsEveryKindOfMember) {
  const auto draft = from_json<Draft>(json::parse(kWhole));
  EXPECT_EQ(draft.body, "héllo");
  EXPECT_EQ(draft.topic, "abc");
  EXPECT_EQ(draft.kind, sample::Kind::direct);
  EXPECT_EQ(draft.rooms, (std::vector<RoomId>{{7}, {8}}));
  EXPECT_TRUE(draft.loud);
  EXPECT_EQ(to_rfc3339(draft.at), "2026-11-20T07:39:58.123Z");
  EXPECT_EQ(draft.inner[0].count, 9);
}

TEST(FieldList, PrintsWhatItReads) {
  const auto text = to_json(from_json<Draft>(json::parse(kWhole)));
  EXPECT_EQ(json::print(json::parse(text)), json::print(json::parse(kWhole)));
}

TEST(FieldList, LeavesAbsentOptionalMembersAtTheirDefaults) {
  const auto draft = from_json<Draft>(json::parse(R"({"body":"a","kind":"channel","rooms":[]})"));
  EXPECT_FALSE(draft.topic);
  EXPECT_FALSE(draft.loud);
}

TEST(FieldList, NamesEveryFaultWithItsPointer) {
  EXPECT_EQ(faults(R"({"body":"","topic":"abcd","kind":"group","rooms":["1","2","3"],"loud":1,
                       "at":"today","inner":[{"count":1},{"count":10}]})"),
            R"(invalid_value
/body: Must be at least 1 characters.
/topic: Must be at most 3 characters.
/kind: Must be one of: channel, direct.
/rooms: Must be at most 2 entries.
/loud: Must be true or false.
/at: Must be a time like 2026-11-20T07:39:58.123Z.
/inner/1/count: Must be at most 9.)");
}

TEST(FieldList, RefusesMissingAndUnknownMembers) {
  EXPECT_EQ(
      faults(R"({"kind":"direct","rooms":["01"]})"),
      "invalid_value\n/body: Is required.\n/rooms/0: Must be an id: a decimal number in a string.");
  EXPECT_EQ(faults(R"({"body":"a","kind":"direct","rooms":[],"a/b~c":1})").substr(0, 24),
            "unknown_field\n/a~1b~0c: ");
  EXPECT_EQ(faults("[]"), "invalid_value\n: Must be an object.");
}

TEST(FieldList, TakesWholeNumbersOnlyAndOnlyThoseThatFit) {
  for (const char* number : {"1.0", "1.5", "\"1\"", "true", "4294967297", "18446744073709551615"}) {
    int out = 7;
    Faults found;
    read_json(json::parse(number), out, Path{}, found);
    EXPECT_EQ(found.size(), 1U) << number;
    EXPECT_EQ(out, 7) << number;
  }
}

TEST(FieldList, DescribesItself) {
  Schemas schemas;
  EXPECT_EQ(schema_of<Draft>(schemas)["$ref"], "#/components/schemas/Draft");
  EXPECT_TRUE(schemas.contains("Inner"));
  const auto& draft = schemas.at("Draft");
  EXPECT_FALSE(draft["additionalProperties"].asBool());
  EXPECT_EQ(draft["properties"]["body"]["maxLength"].asInt(), 5);
  EXPECT_EQ(draft["properties"]["body"]["description"], "What is said.");
  EXPECT_EQ(json::print(draft["properties"]["topic"]["type"]), R"(["string","null"])");
  EXPECT_EQ(json::print(draft["properties"]["kind"]["enum"]), R"(["channel","direct"])");
  EXPECT_EQ(json::print(draft["required"]), R"(["body","kind","rooms"])");
}

}  // namespace
}  // namespace confab
