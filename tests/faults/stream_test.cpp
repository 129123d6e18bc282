#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <iostream>

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/db/tx.h"
#include "tests/faults/load.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

Heard message_of(const StreamEvent& event) { return heard_of(json::parse_own(event.data)["data"]); }

TEST(Streams, RandomDisconnectsMissNothingAndDoubleNothing) {
  constexpr std::int64_t kEvents = 10'000;
  Instance instance;
  instance.start();
  Load load(instance, {.listeners = 6, .leaves = Listener::Leaves::often, .pause = 0us});
  ASSERT_TRUE(eventually(120s, [&] { return load.acked() >= kEvents; }));
  const Evidence evidence = load.finish();
  EXPECT_EQ(contradictions(evidence), std::vector<std::string>{});
  EXPECT_EQ(load.resets(), 0);
  EXPECT_GT(load.streams(), 6);
  std::cout << load.acked() << " events, " << load.streams() << " streams" << std::endl;
}

TEST(Streams, PositionPastTheHorizonGetsExactlyOneReset) {
  // Few events are kept, and the pruning job is made due at once.
  Instance instance({.environment = {"CONFAB_EVENT_LIMIT=10"}});
  instance.start();
  Person ana(instance.port(), "ana");
  const auto room = ana.room("garden");
  const auto old = ana.position();
  for (int i = 0; i < 100; ++i) ana.say(room, "line", "line" + std::to_string(i));
  db::Connection connection = instance.database();
  db::Tx tx(connection);
  const auto is_pruned = [&] {
    tx.run("UPDATE jobs SET run_at = 0 WHERE kind = 'events.prune' AND state = 0");
    return tx.value<std::uint64_t>("SELECT COUNT(*) FROM nodes WHERE pruned_pos > 50").value_or(0) > 0;
  };
  ASSERT_TRUE(eventually(20s, is_pruned));
  // The ring of a running server reaches further than the log; a new one's does not.
  instance.kill(Part::api);
  ASSERT_TRUE(instance.ready());

  Stream stream = ana.listen(old);
  std::vector<std::string> types;
  try {
    while (const auto event = stream.read_event(2000)) types.push_back(event->type);
  } catch (const std::runtime_error&) {
    // The stream ends behind the reset.
  }
  EXPECT_EQ(types, std::vector<std::string>{"reset"});

  // From a new bootstrap it goes on without another one.
  Stream next = ana.listen(ana.position());
  next_of(next, "hello");
  ana.say(room, "after", "after");
  const auto event = next_of(next, "message.created");
  EXPECT_EQ(message_of(event).key, "after");
}

TEST(Streams, PositionOfAnotherServerGetsOneReset) {
  Instance instance;
  instance.start();
  Person ana(instance.port(), "ana");
  for (const char* foreign : {"deadbeef:1.5", "deadbeef:"}) {
    Stream stream = ana.listen(foreign);
    EXPECT_EQ(next_of(stream, "reset").data, R"({"reason":"unknown"})");
  }
  Answer answer = ana.client().get("/api/v1/events", {{"Last-Event-ID", "rubbish"}});
  EXPECT_EQ(expect(answer, 400)["code"], "cursor_invalid");
}

/// A stream whose kernel takes in little, so that not reading it is felt soon.
Stream narrow_stream(Person& person, const std::string& after) {
  Stream stream = person.listen(after);
  const int bytes = 4096;
  ::setsockopt(stream.connection().descriptor(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return stream;
}

TEST(Streams, SlowReaderIsCutAndResumesWhileOthersHearAll) {
  Instance instance;
  instance.start();
  Person ana(instance.port(), "ana"), ben(instance.port(), "ben"), eve(instance.port(), "eve");
  const auto room = ana.room("garden", "private", {&ben, &eve});
  const auto begin = ben.position();
  Stream slow = narrow_stream(ben, begin), quick = eve.listen(begin);

  // Past what its queue and both kernels hold.
  const std::string line(16'000, 'x');
  constexpr int kLines = 600;
  std::thread writer([&] {
    Person author = ana.another();
    for (int i = 0; i < kLines; ++i) author.say(room, line, "line" + std::to_string(i));
  });
  // One byte a second is all that it takes, until it is cut.
  bool cut = false;
  const auto deadline = monotonic_ms() + 40'000;
  std::size_t next = 0;
  while (!cut && monotonic_ms() < deadline) {
    char byte = 0;
    cut = ::recv(slow.connection().descriptor(), &byte, 1, MSG_DONTWAIT) == 0;
    const auto second = monotonic_ms() + 1000;
    while (!cut && monotonic_ms() < second && next < kLines) {
      const auto event = quick.read_event(200);
      if (event && event->type == "message.created") {
        EXPECT_EQ(message_of(*event).seq, static_cast<std::int64_t>(++next));
      }
    }
    // What the server gave up shows as soon as its kernel has said so.
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(slow.connection().descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
    cut = cut || error != 0 || instance.log("confab-api").find("events.cut") != std::string::npos;
    if (next == kLines) std::this_thread::sleep_for(100ms);
  }
  writer.join();
  EXPECT_TRUE(cut);
  while (next < kLines) {
    const auto event = quick.read_event(5000);
    ASSERT_TRUE(event);
    if (event->type == "message.created") {
      EXPECT_EQ(message_of(*event).seq, static_cast<std::int64_t>(++next));
    }
  }

  Stream resumed = ben.listen(begin);
  for (int i = 1; i <= kLines; ++i) {
    EXPECT_EQ(message_of(next_of(resumed, "message.created", 10'000)).seq, i);
  }
}

TEST(Streams, HalfOpenSocketsCostOthersNothingAndGiveTheirPlacesBack) {
  Instance instance;
  instance.start();
  Person ana(instance.port(), "ana"), ben(instance.port(), "ben");
  const auto room = ana.room("garden", "private", {&ben});
  constexpr int kMost = 16;
  std::vector<Stream> half;
  for (int i = 0; i < kMost; ++i) half.push_back(ben.listen());
  for (auto& stream : half) next_of(stream, "hello");
  EXPECT_THROW(ben.listen(), std::runtime_error);

  // They have said that nothing more will come from them, but do not go away.
  for (auto& stream : half) ::shutdown(stream.connection().descriptor(), SHUT_WR);
  std::optional<Stream> whole;
  ASSERT_TRUE(eventually(5s, [&] {
    try {
      whole.emplace(ben.listen());
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }));
  next_of(*whole, "hello");
  ana.say(room, "still here?", "1");
  EXPECT_EQ(message_of(next_of(*whole, "message.created")).key, "1");
}

}  // namespace
}  // namespace confab::test
