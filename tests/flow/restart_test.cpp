#include <gtest/gtest.h>

#include "api/base/json.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

TEST(Restart, SecondStartFindsEverything) {
  Instance instance;
  instance.start();
  Person ana(instance.port(), "ana"), ben(instance.port(), "ben");
  const auto room = ana.room("garden", "private", {&ben});
  for (int i = 0; i < 20; ++i) ana.say(room, "line " + std::to_string(i), std::to_string(i));
  const auto before = ana.history(room);
  const auto bootstrap = ben.get("/api/v1/bootstrap");
  const auto position = bootstrap["position"].asString();
  Stream stream = ben.listen();
  next_of(stream, "hello");

  EXPECT_EQ(instance.stop(), 0);
  EXPECT_TRUE(stream.closed(1000));
  EXPECT_TRUE(instance.all_gone(5s));
  for (const char* process : {"confab-api", "confab-worker"}) {
    EXPECT_EQ(instance.log(process).find("\"level\":\"error\""), std::string::npos);
  }

  instance.start();
  Person again = ana.another(instance.port()), listener = ben.another(instance.port());
  EXPECT_EQ(again.history(room), before);
  auto later = listener.get("/api/v1/bootstrap");
  for (const char* member : {"me", "settings", "users"})
    EXPECT_EQ(later[member], bootstrap[member]);
  EXPECT_EQ(later["rooms"], bootstrap["rooms"]);

  // A position from before the stop still serves, and the order goes on.
  Stream resumed = listener.listen(position);
  const auto next = again.say(room, "after the night", "next");
  EXPECT_EQ(next["seq"].asInt64(), 21);
  EXPECT_EQ(json::parse_own(next_of(resumed, "message.created").data)["data"], next);

  const auto retried = again.try_say(room, "line 7", "7");
  EXPECT_EQ(retried.header("idempotency-replayed"), "true");
  EXPECT_EQ(expect(retried, 201), before[7]);
}

}  // namespace
}  // namespace confab::test
