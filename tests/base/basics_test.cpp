#include <set>
#include <string>
#include <thread>
#include <vector>

#include "api/base/clock.h"
#include "api/base/error.h"
#include "api/base/id.h"
#include "tests/base/support.h"

namespace confab {
namespace {

TEST(Rfc3339, IsPrintedAndReadBack) {
  EXPECT_EQ(to_rfc3339({0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339({1'790'000'000'123}), "2026-09-21T14:13:20.123Z");
  EXPECT_EQ(to_rfc3339({-1}), "1969-12-31T23:59:59.999Z");
  Seeded random;
  for (int i = 0; i < 5000; ++i) {
    const Time time{static_cast<std::int64_t>(random.below(250'000'000'000'000))};
    ASSERT_EQ(parse_rfc3339(to_rfc3339(time)), time) << "SEED=" << random.seed();
  }
}

TEST(Rfc3339, TakesOneFormOnly) {
  EXPECT_TRUE(parse_rfc3339("2024-02-29T23:59:59.999Z"));
  for (const char* text :
       {"", "2026-11-20", "2026-11-20T07:39:58Z", "2026-11-20T07:39:58.123+00:00",
        "2026-11-20 07:39:58.123Z", "2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z",
        "2026-11-20T24:00:00.000Z", "2026-11-20T07:60:58.123Z", "2026-11-20T07:39:60.123Z",
        "2026-11-20T07:39:58.1234Z", "2026-11-20T07:39:58.12xZ", "-026-11-20T07:39:58.123Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Id, TakesCanonicalDecimalOnly) {
  EXPECT_EQ(RoomId::parse("18446744073709551615"), RoomId{18446744073709551615U});
  EXPECT_EQ(RoomId::parse("1"), RoomId{1});
  for (const char* text :
       {"", "0", "01", "+1", "-1", " 1", "1 ", "1x", "0x1", "18446744073709551616"}) {
    EXPECT_FALSE(RoomId::parse(text)) << text;
  }
}

TEST(IdMaker, CountsUpEvenWhenTheClockStepsBack) {
  FakeClock clock;
  IdMaker maker(clock, 5);
  std::uint64_t last = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (i % 7000 == 6999) clock.advance(-kHour);
    if (i % 1000 == 999) clock.advance(1);
    const auto next = maker.next();
    ASSERT_GT(next, last);
    ASSERT_EQ(next >> 12 & 0x3ff, 5U);
    last = next;
  }
}

TEST(IdMaker, NeverGivesOneIdToTwoThreads) {
  const SystemClock clock;
  IdMaker maker(clock, 1);
  std::vector<std::vector<std::uint64_t>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) mine.push_back(maker.next());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 40'000U);
}

TEST(Error, EveryCodeHasItsOwnRow) {
  const auto& rows = all_codes();
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(Code::storage_full) + 1);
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(rows[i].code), i) << rows[i].name;
    EXPECT_TRUE(names.insert(rows[i].name).second);
    EXPECT_GE(rows[i].status, 400);
    EXPECT_LT(rows[i].status, 600);
    EXPECT_FALSE(rows[i].title.empty());
  }
}

TEST(Error, CarriesItsFieldsAndWhenToRetry) {
  const Error error(Code::invalid_value, "Must be short.", "/body");
  ASSERT_EQ(error.fields().size(), 1U);
  EXPECT_EQ(error.fields()[0].pointer, "/body");
  EXPECT_FALSE(error.retry_after());
  EXPECT_EQ(Error(Code::rate_limited, "Slow down.").retry_after(3).retry_after(), 3);
}

}  // namespace
}  // namespace confab
