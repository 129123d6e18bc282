#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <iostream>
#include <map>

#include "api/base/clock.h"
#include "api/base/json.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"

namespace confab::test {
namespace {

constexpr std::int64_t kPromise = 2000;

/// A refusal as a client should get it, in time; how long it took.
std::int64_t expect_unavailable(const std::function<Answer()>& request, const char* what) {
  const auto begun = monotonic_ms();
  const Answer answer = request();
  const auto took = monotonic_ms() - begun;
  EXPECT_LT(took, kPromise) << what;
  EXPECT_EQ(expect(answer, 503)["code"], "unavailable") << what;
  EXPECT_GE(std::atoi(answer.header("retry-after").c_str()), 1) << what;
  return took;
}

class DatabaseDown : public testing::Test {
 protected:
  void SetUp() override {
    instance.start();
    ana = std::make_unique<Person>(instance.port(), "ana");
    ben = std::make_unique<Person>(instance.port(), "ben");
    room = ana->room("garden", "private", {ben.get()});
    ana->say(room, "before", "before");
    ben->get("/api/v1/me");
    api = instance.pid(Part::api);
  }

  /// What somebody alone gets while it is down.
  void expect_refusals() {
    const auto post =
        expect_unavailable([&] { return ana->try_say(room, "during", "during"); }, "a post");
    const auto page =
        expect_unavailable([&] { return ben->client().get(history()); }, "a page of history");
    expect_unavailable([&] { return ben->client().get("/api/v1/bootstrap"); }, "a bootstrap");
    expect_unavailable([&] { return instance.client().get("/readyz"); }, "readyz");
    EXPECT_EQ(instance.client().get("/healthz").status, 200);
    std::cout << "refused a post after " << post << " ms, a read after " << page << " ms"
              << std::endl;
  }

  /// What many get who come at once.
  void expect_refusals_for_a_crowd() {
    std::vector<std::future<std::int64_t>> crowd;
    for (int i = 0; i < kCrowd; ++i) {
      crowd.push_back(std::async(std::launch::async, [this, i] {
        Person one = ana->another();
        return expect_unavailable(
            [&] {
              return i % 2 == 0 ? one.try_say(room, "crowd", "crowd" + std::to_string(i))
                                : one.client().get(history());
            },
            "one of a crowd");
      }));
    }
    std::int64_t slowest = 0;
    for (auto& one : crowd) slowest = std::max(slowest, one.get());
    std::cout << "refused a crowd after at most " << slowest << " ms" << std::endl;
  }

  /// Nothing lost, nothing doubled, the same API process, and the stream never broke.
  void expect_recovery(Stream& stream) {
    ASSERT_TRUE(instance.ready());
    for (int i = 0; i < kCrowd; i += 2) ana->say(room, "crowd", "crowd" + std::to_string(i));
    ana->say(room, "during", "during");
    ana->say(room, "before", "before");
    EXPECT_EQ(instance.pid(Part::api), api);

    const auto messages = ben->history(room);
    std::map<std::string, int> times;
    for (const auto& message : messages) ++times[message["client_ref"].asString()];
    EXPECT_EQ(messages.size(), kCrowd / 2 + 2u);
    for (const auto& [key, count] : times) EXPECT_EQ(count, 1) << key;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      EXPECT_EQ(messages[i]["seq"].asInt64(), static_cast<std::int64_t>(i + 1));
      if (i == 0) continue;
      EXPECT_EQ(json::parse_own(next_of(stream, "message.created").data)["data"], messages[i]);
    }
  }

  std::string history() const { return "/api/v1/rooms/" + room + "/messages"; }

  static constexpr int kCrowd = 24;
  Instance instance;
  std::unique_ptr<Person> ana, ben;
  std::string room;
  pid_t api = 0;
};

TEST_F(DatabaseDown, KilledIsUnavailableAtOnceAndRecovers) {
  Stream stream = ben->listen();
  next_of(stream, "hello");
  // Asleep, the supervisor does not start another one yet.
  instance.signal_supervisor(SIGSTOP);
  instance.kill(Part::database);
  expect_refusals();
  expect_refusals_for_a_crowd();
  instance.signal_supervisor(SIGCONT);
  expect_recovery(stream);
}

TEST_F(DatabaseDown, HangingIsUnavailableWithinTwoSecondsAndRecovers) {
  Stream stream = ben->listen();
  next_of(stream, "hello");
  instance.signal(Part::database, SIGSTOP);
  expect_refusals();
  // The second crowd finds connections that others have given up.
  expect_refusals_for_a_crowd();
  expect_refusals_for_a_crowd();
  instance.signal(Part::database, SIGCONT);
  expect_recovery(stream);
}

TEST_F(DatabaseDown, RestartedBySupervisorServesAgainWithinSeconds) {
  instance.kill(Part::database);
  const auto begun = monotonic_ms();
  ana->say(room, "after", "after");
  EXPECT_LT(monotonic_ms() - begun, 5000);
  EXPECT_EQ(instance.pid(Part::api), api);
}

}  // namespace
}  // namespace confab::test
