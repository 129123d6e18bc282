#include "api/db/space.h"

#include <gtest/gtest.h>

#include "tests/db/support.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kGigabyte = 1'000'000'000;

/// A disk of 100 GB, as full as a test wants it.
class SpaceTest : public testing::Test {
 protected:
  db::Space::Settings settings(std::optional<std::uint64_t> least) {
    return {.folder = "/somewhere", .least = least, .fresh = 0ms, .look = [this](const auto&) {
              ++looks;
              return free ? std::optional(db::Space::Bytes{.total = 100 * kGigabyte, .free = *free})
                          : std::nullopt;
            }};
  }

  std::optional<std::uint64_t> free = 50 * kGigabyte;
  int looks = 0;
};

TEST_F(SpaceTest, IsShortBelowTheLeastAndSaysWhatToDo) {
  db::Space space(settings(kGigabyte));
  EXPECT_NO_THROW(space.require());
  free = kGigabyte;
  EXPECT_NO_THROW(space.require());
  free = kGigabyte - 1;
  try {
    space.require();
    FAIL() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::storage_full);
    EXPECT_NE(std::string(error.what()).find("Free space"), std::string::npos);
    EXPECT_TRUE(error.retry_after().has_value());
  }
}

TEST_F(SpaceTest, EndsAtALittleMoreThanTheLeast) {
  db::Space space(settings(32 * kGigabyte));
  free = 31 * kGigabyte;
  EXPECT_TRUE(space.is_short());
  free = 32 * kGigabyte + kGigabyte / 2;
  EXPECT_TRUE(space.is_short());
  free = 33 * kGigabyte;
  EXPECT_FALSE(space.is_short());
  free = 32 * kGigabyte + kGigabyte / 2;
  EXPECT_FALSE(space.is_short());
}

TEST_F(SpaceTest, LeastIsFivePercentOrAGigabyte) {
  db::Space space(settings({}));
  free = 5 * kGigabyte;
  EXPECT_FALSE(space.is_short());
  free = 5 * kGigabyte - 1;
  EXPECT_TRUE(space.is_short());

  db::Space small({.folder = "/", .fresh = 0ms, .look = [](const auto&) {
                     return std::optional(
                         db::Space::Bytes{.total = 2 * kGigabyte, .free = kGigabyte - 1});
                   }});
  EXPECT_TRUE(small.is_short());
}

TEST_F(SpaceTest, ZeroNeverRefuses) {
  db::Space space(settings(0));
  free = 0;
  EXPECT_NO_THROW(space.require());
}

TEST_F(SpaceTest, ADiskThatCannotBeAskedChangesNothing) {
  db::Space space(settings(kGigabyte));
  free.reset();
  EXPECT_FALSE(space.is_short());
  free = 0;
  EXPECT_TRUE(space.is_short());
  free.reset();
  EXPECT_TRUE(space.is_short());
  EXPECT_FALSE(db::Space::free_of("/no/such/folder").has_value());
  EXPECT_GT(db::Space::free_of("/").value().total, 0u);
}

TEST_F(SpaceTest, AnAnswerIsUsedForAWhile) {
  auto often = settings(kGigabyte);
  often.fresh = 1h;
  db::Space space(often);
  for (int i = 0; i < 100; ++i) space.require();
  EXPECT_EQ(looks, 1);
}

TEST_F(SpaceTest, WriterRefusesWhatGrowsAndRunsTheRest) {
  Schema schema;
  make_things(schema.address());
  db::Space space(settings(kGigabyte));
  db::Writer writer({.address = schema.address(), .admit = [&] { space.require(); }}, {});
  writer.start();
  writer.run([](db::Tx& tx) { insert_thing(tx, 1); });
  free = 0;
  bool ran = false;
  EXPECT_THROW(writer.run([&](db::Tx&) { ran = true; }), Error);
  EXPECT_FALSE(ran);
  writer.run([](db::Tx& tx) { tx.run("DELETE FROM things"); }, db::Growth::none);
  EXPECT_EQ(things(schema.address()), std::vector<std::uint64_t>{});
  free = 2 * kGigabyte;
  writer.run([](db::Tx& tx) { insert_thing(tx, 2); });
  EXPECT_EQ(things(schema.address()), std::vector<std::uint64_t>{2});
}

}  // namespace
}  // namespace confab::test
