#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
  const std::string cycles = choice("CONFAB_FAULT_CYCLES");
  const std::int64_t events = cycles.empty() ? 10'000 : 1'000 * std::stoll(cycles);
  Instance instance;
  instance.start();
  Load load(instance, {.listeners = 8, .leaves = Listener::Leaves::often, .pause = 12ms});
  ASSERT_TRUE(eventually(600s, [&] { return load.acked() >= events; }));
  const Evidence evidence = load.finish();
  EXPECT_EQ(contradictions(evidence), std::vector<std::string>{});
  EXPECT_EQ(load.resets(), std::vector<std::string>{});
  EXPECT_GT(load.streams(), 16);
  std::cout << load.acked() << " events, " << load.streams() << " streams" << std::endl;
}

TEST(Streams, FarBehindIsServedFromTheLogWhileMoreIsWritten) {
  // More than a server that starts keeps in memory.
  constexpr std::int64_t kEvents = 21'000;
  Instance instance;
  instance.start();
  Load load(instance, {.listeners = 0, .pause = 0us});
  Person ben(instance.port(), "ben");
  const std::string room = load.rooms().front();
  load.owner().put("/api/v1/rooms/" + room + "/members/" + ben.id(), "{}", 201);
  const auto bootstrap = ben.get("/api/v1/bootstrap");
  std::int64_t seq = bootstrap["rooms"][0]["last_seq"].asInt64();
  ASSERT_TRUE(eventually(120s, [&] { return load.acked() >= kEvents; }));
  instance.kill(Part::api);
  ASSERT_TRUE(instance.ready());

  Listener late(ben.another(), bootstrap["position"].asString(), {room}, Listener::Leaves::never,
                seed());
  const auto before = load.acked();
  ASSERT_TRUE(eventually(30s, [&] { return load.acked() > before + 1000; }));
  const Evidence evidence = load.finish();
  EXPECT_EQ(contradictions(evidence), std::vector<std::string>{});
  const auto& history = evidence.history.at(room);
  late.finish({{room, history.back().seq}}, 15s);
  EXPECT_EQ(late.resets(), std::vector<std::string>{});
  for (const Heard& heard : late.heard()) ASSERT_EQ(heard.seq, ++seq);
  EXPECT_EQ(seq, history.back().seq);
}

/// How many of 50 messages somebody does not hear who was away when they were written and
/// when the server was killed, and then goes on where the stream had stopped.
int missed_while_away(Instance& instance) {
  constexpr int kMessages = 50;
  instance.start();
  Person ana(instance.port(), "ana");
  const auto room = ana.room("garden");
  const auto position = ana.position();
  for (int i = 0; i < kMessages; ++i) ana.say(room, "line", "line" + std::to_string(i));
  instance.kill(Part::api);
  if (!instance.ready()) throw std::runtime_error("it did not come back");

  Stream stream = ana.listen(position);
  next_of(stream, "hello");
  ana.say(room, "end", "end");
  int missed = kMessages;
  while (message_of(next_of(stream, "message.created")).key != "end") --missed;
  return missed;
}

TEST(Streams, OneThatWasAwayMissesNothingThroughAKill) {
  Instance instance;
  EXPECT_EQ(missed_while_away(instance), 0);
}

TEST(Sabotage, ResumingFromMemoryOnlyIsFound) {
  Instance::Options options;
  options.program = std::filesystem::path(CONFAB_SABOTAGE_FOLDER) / "memory-only" / "confab";
  Instance instance(options);
  EXPECT_GT(missed_while_away(instance), 0);
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
    return tx.value<std::uint64_t>("SELECT COUNT(*) FROM nodes WHERE pruned_pos > 50").value_or(0) >
           0;
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

TEST(Streams, SlowReaderIsCutAndResumesWhileOthersHearAll) {
  Instance instance;
  instance.start();
  Person ana(instance.port(), "ana"), ben(instance.port(), "ben"), eve(instance.port(), "eve");
  const auto room = ana.room("garden", "private", {&ben, &eve});
  const auto begin = ben.position();
  Listener quick(eve.another(), begin, {room}, Listener::Leaves::never, seed());
  Stream slow = ben.listen(begin);
  const int narrow = 4096;
  ::setsockopt(slow.connection().descriptor(), SOL_SOCKET, SO_RCVBUF, &narrow, sizeof narrow);

  // More than its queue and both kernels hold.
  constexpr int kLines = 600;
  std::thread writer([&] {
    Person author = ana.another();
    const std::string line(16'000, 'x');
    for (int i = 0; i < kLines; ++i) author.say(room, line, "line" + std::to_string(i));
  });
  // A byte a second. It cannot see its end before it has read all that, so the log tells.
  bool cut = false;
  for (int second = 0; second < 30 && !cut; ++second) {
    ASSERT_TRUE(slow.connection().receive_byte());
    std::this_thread::sleep_for(1s);
    cut = instance.log("confab-api").find("events.cut") != std::string::npos;
  }
  writer.join();
  EXPECT_TRUE(cut);
  quick.finish({{room, kLines}}, 15s);
  ASSERT_EQ(quick.heard().size(), static_cast<std::size_t>(kLines));
  EXPECT_EQ(quick.streams(), 1);

  // It goes on behind the last event that it has read to the end.
  std::string last = begin;
  std::int64_t seq = 0;
  try {
    while (const auto event = slow.read_event(2000)) {
      if (event->type != "message.created") continue;
      EXPECT_EQ(message_of(*event).seq, ++seq);
      last = event->id;
    }
    ADD_FAILURE() << "the stream that was cut has not ended";
  } catch (const std::runtime_error&) {
    // The end, maybe in the middle of an event.
  }
  EXPECT_LT(seq, kLines);
  Stream resumed = ben.listen(last);
  while (seq < kLines) {
    ASSERT_EQ(message_of(next_of(resumed, "message.created", 10'000)).seq, seq + 1);
    ++seq;
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

TEST(Streams, PeersThatVanishWithoutAWordGiveTheirPlacesBack) {
  Instance instance;
  instance.start();
  Person ana(instance.port(), "ana"), ben(instance.port(), "ben");
  const auto room = ana.room("garden", "private", {&ben});
  constexpr int kMost = 16;
  std::vector<Stream> streams;
  for (int i = 0; i < kMost; ++i) streams.push_back(ben.listen());
  for (auto& stream : streams) {
    next_of(stream, "hello");
    // A socket under repair is closed without telling the peer, as by a power cut.
    const int on = 1;
    if (::setsockopt(stream.connection().descriptor(), IPPROTO_TCP, TCP_REPAIR, &on, sizeof on) !=
        0) {
      GTEST_SKIP() << "vanishing needs CAP_NET_ADMIN";
    }
  }
  streams.clear();
  EXPECT_THROW(ben.listen(), std::runtime_error) << "the server cannot know yet";
  ana.say(room, "anybody there?", "1");
  EXPECT_TRUE(eventually(5s, [&] {
    try {
      next_of(*std::make_unique<Stream>(ben.listen()), "hello");
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }));
}

}  // namespace
}  // namespace confab::test
