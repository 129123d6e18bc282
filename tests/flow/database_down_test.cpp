#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "api/base/clock.h"
#include "api/base/json.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kPromise = 2000;

/// A refusal as a client should get it, in time.
void expect_unavailable(const std::function<Answer()>& request, const char* what) {
  const auto begun = monotonic_ms();
  const Answer answer = request();
  EXPECT_LT(monotonic_ms() - begun, kPromise) << what;
  EXPECT_EQ(expect(answer, 503)["code"], "unavailable") << what;
  EXPECT_GE(std::atoi(answer.header("retry-after").c_str()), 1) << what;
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

  /// What everybody gets while it is down, alone and all at once.
  void expect_refusals() {
    const std::string history = "/api/v1/rooms/" + room + "/messages";
    expect_unavailable([&] { return ana->try_say(room, "during", "during"); }, "a post");
    expect_unavailable([&] { return ben->client().get(history); }, "a page of history");
    expect_unavailable([&] { return ben->client().get("/api/v1/bootstrap"); }, "a bootstrap");
    expect_unavailable([&] { return instance.client().get("/readyz"); }, "readyz");
    EXPECT_EQ(instance.client().get("/healthz").status, 200);

    std::vector<std::future<void>> crowd;
    for (int i = 0; i < 24; ++i) {
      crowd.push_back(std::async(std::launch::async, [this, i, history] {
        Person one = ana->another();
        expect_unavailable(
            [&] {
              return i % 2 == 0 ? one.try_say(room, "crowd", "crowd" + std::to_string(i))
                                : one.client().get(history);
            },
            "one of a crowd");
      }));
    }
    for (auto& one : crowd) one.get();
  }

  /// Nothing lost, nothing doubled, the same API process, and the stream never broke.
  void expect_recovery(Stream& stream) {
    ASSERT_TRUE(instance.ready());
    for (int i = 0; i < 24; i += 2) ana->say(room, "crowd", "crowd" + std::to_string(i));
    ana->say(room, "during", "during");
    ana->say(room, "before", "before");
    EXPECT_EQ(instance.pid(Part::api), api);

    const auto history = ben->history(room);
    std::map<std::string, int> times;
    for (const auto& message : history) ++times[message["client_ref"].asString()];
    EXPECT_EQ(history.size(), 14u);
    for (const auto& [key, count] : times) EXPECT_EQ(count, 1) << key;
    for (std::size_t i = 0; i < history.size(); ++i) {
      EXPECT_EQ(history[i]["seq"].asInt64(), static_cast<std::int64_t>(i + 1));
      if (i == 0) continue;
      EXPECT_EQ(json::parse_own(next_of(stream, "message.created").data)["data"], history[i]);
    }
  }

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
  instance.signal_supervisor(SIGCONT);
  expect_recovery(stream);
}

TEST_F(DatabaseDown, HangingIsUnavailableWithinTwoSecondsAndRecovers) {
  Stream stream = ben->listen();
  next_of(stream, "hello");
  instance.signal(Part::database, SIGSTOP);
  expect_refusals();
  // Connections are being made and given up all the while.
  std::this_thread::sleep_for(3s);
  expect_refusals();
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
