#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <thread>
#include <vector>

#include "api/base/clock.h"
#include "api/events/hub.h"

namespace {

using namespace confab;

constexpr std::uint64_t kRoom = 7;

/// From the publishing of one event until every stream's socket has it; nobody reads but to
/// make room.
void publish_to_streams(benchmark::State& state) {
  const SystemClock clock;
  events::Hub hub({.tag = "bench"}, clock);
  std::vector<int> ends;
  const auto count = static_cast<std::size_t>(state.range(0));
  for (std::size_t i = 0; i < count; ++i) {
    std::array<int, 2> pair{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
      state.SkipWithError("too few descriptors");
      break;
    }
    ends.push_back(pair[1]);
    hub.subscribe({.user = UserId{i + 1}, .rooms = {RoomId{kRoom}}}, pair[0]);
  }
  const auto drain = [&] {
    std::array<char, 65'536> buffer;
    for (const int end : ends) {
      while (recv(end, buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
      }
    }
  };
  std::uint64_t pos = 0;
  for (auto _ : state) {
    auto event = std::make_shared<events::Event>();
    event->node = 1;
    event->pos = ++pos;
    event->id = EventId{pos};
    event->type = "message.created";
    event->audience = {events::Audience::Kind::room, kRoom};
    event->data = "{\"body\":\"" + std::string(300, 'x') + "\"}";
    hub.publish({event});
    // The last one's socket has it when all have: they are served in turn.
    char byte = 0;
    for (const int end : ends) recv(end, &byte, 1, MSG_PEEK);
    state.PauseTiming();
    drain();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(pos * count));
  for (const int end : ends) close(end);
}
BENCHMARK(publish_to_streams)->Arg(100)->Arg(1000)->UseRealTime();

}  // namespace
