#include <gtest/gtest.h>

#include <future>
#include <set>

#include "tests/faults/load.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

TEST(OneKey, SixtyFourParallelPostsAndARetryAfterAKillMakeOneMessage) {
  Instance instance;
  instance.start();
  Person ana(instance.port(), "ana");
  const auto room = ana.room("garden");
  constexpr int kTwins = 64;
  for (int round = 0; round < 5; ++round) {
    const std::string key = "twin" + std::to_string(round);
    std::vector<std::future<Json::Value>> twins;
    for (int i = 0; i < kTwins; ++i) {
      twins.push_back(
          std::async(std::launch::async, [&, twin = std::make_shared<Person>(ana.another())] {
            return twin->say(room, body_of(key), key);
          }));
    }
    // Some rounds are killed in the midst of it.
    if (round % 2 == 1) instance.kill(Part::api);
    std::set<Json::Value> answers;
    for (auto& twin : twins) answers.insert(twin.get());
    EXPECT_EQ(answers.size(), 1u);

    instance.kill(Part::api);
    ASSERT_TRUE(instance.ready());
    const Answer again = ana.try_say(room, body_of(key), key);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    answers.insert(expect(again, 201));
    EXPECT_EQ(answers.size(), 1u);
    EXPECT_EQ(ana.history(room).size(), static_cast<std::size_t>(round + 1));
  }
  EXPECT_EQ(expect(ana.try_say(room, "something else", "twin0"), 422)["code"],
            "idempotency_mismatch");
}

/// A request that was taken is answered. A connection that was still being made or was
/// idle may be refused, but no request may be left without an answer half way.
TEST(Termination, UnderLoadFailsNoRequestAndStreamsComeBack) {
  Instance instance;
  instance.start();
  Load load(instance, {});
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(500ms);
    const auto before = load.acked();
    const auto streams = load.streams();
    const pid_t old = instance.pid(Part::api);
    instance.signal(Part::api, SIGTERM);
    ASSERT_TRUE(eventually(10s, [&] {
      const pid_t now = instance.pid(Part::api);
      return now != 0 && now != old;
    }));
    ASSERT_TRUE(instance.ready());
    EXPECT_TRUE(eventually(5s, [&] { return load.streams() >= streams + 4; }));
    EXPECT_TRUE(eventually(5s, [&] { return load.acked() > before + 20; }));
  }
  const Evidence evidence = load.finish();
  EXPECT_EQ(contradictions(evidence), std::vector<std::string>{});
  EXPECT_EQ(load.refusals(), std::vector<std::string>{});
  EXPECT_EQ(load.unanswered(), 0) << "requests that were committed without an answer";
}

}  // namespace
}  // namespace confab::test
