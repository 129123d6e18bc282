#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/world.h"

/// Durable posts a second through the writer alone, without HTTP: one writer that
/// commits in batches, against the same with a transaction for each post.
namespace {

using namespace confab;
using Clock = std::chrono::steady_clock;

struct Figures {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

Figures measure(test::World& world, std::size_t batch, int callers, std::chrono::seconds length) {
  const SystemClock clock;
  IdMaker ids(clock, 0);
  rooms::Book book;
  messages::Rows rows;
  events::Log log(clock, ids, [](const auto&) {});
  db::Writer writer(
      {.address = world.address(), .first_node = 300, .last_node = 399, .batch = batch},
      {&book, &rows, &log});
  writer.start();
  ids.set_node(writer.node());
  App app{world.config, clock, ids, world.keys, world.pool, writer, nullptr};

  const UserId ana = world.person("ana" + std::to_string(ids.next()));
  std::vector<RoomId> places;
  for (int i = 0; i < 20; ++i) places.push_back(world.room("room " + std::to_string(i), {ana}));

  std::vector<std::vector<double>> waits(static_cast<std::size_t>(callers));
  std::vector<std::thread> threads;
  const auto end = Clock::now() + length;
  for (int c = 0; c < callers; ++c) {
    threads.emplace_back([&, c] {
      auto& mine = waits[static_cast<std::size_t>(c)];
      const RoomId room = places[static_cast<std::size_t>(c) % places.size()];
      const std::string body(120, 'x');
      for (int i = 0; Clock::now() < end; ++i) {
        const auto begun = Clock::now();
        messages::post(app, ana, room, {.body = body}, ids.make<EventId>().text());
        mine.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
      }
      db::thread_end();
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<double> all;
  for (const auto& mine : waits) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  const auto at = [&](double part) {
    return all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))];
  };
  return {static_cast<double>(all.size()) / static_cast<double>(length.count()), at(0.5), at(0.99)};
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

}  // namespace

int main() {
  constexpr std::chrono::seconds kLength(3);
  std::printf("%u x %s\n", std::thread::hardware_concurrency(), processor().c_str());
  std::printf("durable posts through the writer, %lld s each\n\n",
              static_cast<long long>(kLength.count()));
  std::printf("%8s | %12s %9s %9s | %12s %9s %9s | %6s\n", "callers", "batches/s", "p50 ms",
              "p99 ms", "one by one/s", "p50 ms", "p99 ms", "ratio");
  const test::DatabaseServer server(test::DatabaseServer::Commits::durable);
  test::World world(server);
  for (const int callers : {1, 8, 64, 512}) {
    const auto batched = measure(world, 512, callers, kLength);
    const auto single = measure(world, 1, callers, kLength);
    std::printf("%8d | %12.0f %9.2f %9.2f | %12.0f %9.2f %9.2f | %6.1f\n", callers,
                batched.per_second, batched.p50_ms, batched.p99_ms, single.per_second,
                single.p50_ms, single.p99_ms, batched.per_second / single.per_second);
    std::fflush(stdout);
  }
}
