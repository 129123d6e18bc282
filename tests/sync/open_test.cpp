#include <gtest/gtest.h>

#include "api/events/log.h"
#include "tests/sync/studio.h"

namespace confab::sync {
namespace {

using test::code_of;
using test::Studio;

class OpenStream : public testing::Test {
 protected:
  std::string here() { return bootstrap(studio_.app(), ana_, studio_.session(ana_)).position; }
  std::string bodies_until(test::Ear& ear, const std::string& last) {
    std::string out;
    while (true) {
      const auto heard = ear.wait_for("message.created");
      const auto body = json::parse_own(heard.data)["data"]["body"].asString();
      out += body + ' ';
      if (body == last) return out;
    }
  }
  void post(const std::string& body) { studio_.world.post(ana_, room_, body); }

  Studio studio_{5};
  const UserId ana_ = studio_.person("ana");
  const UserId ben_ = studio_.person("ben");
  const RoomId room_ = studio_.world.room("general", {ana_, ben_});
};

TEST_F(OpenStream, WithoutACursorBeginsNow) {
  post("before");
  auto opened = studio_.open(ana_, "");
  ASSERT_TRUE(opened.ear);
  post("after");
  EXPECT_EQ(bodies_until(*opened.ear, "after"), "after ");
}

TEST_F(OpenStream, ResumesFromMemory) {
  const auto cursor = here();
  post("one");
  post("two");
  auto opened = studio_.open(ana_, cursor);
  post("three");
  EXPECT_EQ(bodies_until(*opened.ear, "three"), "one two three ");
}

TEST_F(OpenStream, ResumesFromTheLogWhenTheMemoryIsShorter) {
  const auto cursor = here();
  std::string wanted;
  for (int i = 0; i < 30; ++i) {
    post(std::to_string(i));
    wanted += std::to_string(i) + ' ';
  }
  auto opened = studio_.open(ana_, cursor);
  post("live");
  EXPECT_EQ(bodies_until(*opened.ear, "live"), wanted + "live ");
}

TEST_F(OpenStream, RefusesWhatIsNoCursor) {
  EXPECT_EQ(code_of([&] { studio_.open(ana_, "nonsense"); }), Code::cursor_invalid);
  EXPECT_EQ(code_of([&] { studio_.open(ana_, here() + "x"); }), Code::cursor_invalid);
}

TEST_F(OpenStream, OfAnotherServersCursorIsReset) {
  EXPECT_EQ(studio_.open(ana_, "00000000:1.1").reset, "unknown");
}

TEST_F(OpenStream, OfAFuturePositionIsReset) {
  const auto tag = studio_.world.read(events::server_tag);
  auto opened = studio_.open(ana_, tag + ":1.99999");
  ASSERT_TRUE(opened.ear);
  EXPECT_EQ(opened.ear->wait_for("reset").data, R"({"reason":"unknown"})");
}

TEST_F(OpenStream, PastTheHorizonIsReset) {
  const auto cursor = here();
  for (int i = 0; i < 30; ++i) post(std::to_string(i));
  while (studio_.world.writer.run(
      [&](db::Tx& tx) { return events::prune(tx, studio_.world.clock.now(), 10, 7); })) {
  }
  EXPECT_EQ(studio_.open(ana_, cursor).reset, "too_old");
  EXPECT_TRUE(event_page(studio_.app(), ana_, cursor, 10).reset);
  const auto kept =
      studio_.world.read([](db::Tx& tx) { return tx.value<int>("SELECT COUNT(*) FROM events"); });
  EXPECT_EQ(kept, 10);
  auto opened = studio_.open(ana_, here());
  post("goes on");
  EXPECT_EQ(bodies_until(*opened.ear, "goes on"), "goes on ");
}

TEST_F(OpenStream, NeedsALivingSession) {
  accounts::end_session(studio_.world.app, ana_, studio_.session(ana_));
  EXPECT_EQ(code_of([&] { studio_.open(ana_, ""); }), Code::unauthenticated);
}

TEST_F(OpenStream, GivesItsPlaceBackWhenItIsRefused) {
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(code_of([&] { studio_.open(ana_, "nonsense"); }), Code::cursor_invalid);
    EXPECT_EQ(studio_.open(ana_, "00000000:1.1").reset, "unknown");
  }
  std::vector<Studio::Opened> opened;
  for (int i = 0; i < 16; ++i) opened.push_back(studio_.open(ana_, ""));
  EXPECT_EQ(code_of([&] { studio_.open(ana_, ""); }), Code::too_many_streams);
}

TEST_F(OpenStream, EndsWithItsSession) {
  auto opened = studio_.open(ana_, "");
  opened.ear->wait_for("hello");
  accounts::end_session(studio_.world.app, ana_, studio_.session(ana_));
  post("not for that stream");
  opened.ear->wait_for("session.ended");
  EXPECT_EQ(opened.ear->next()->type, "closed");
}

}  // namespace
}  // namespace confab::sync
