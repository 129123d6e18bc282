#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "bench/lib/histogram.h"
#include "bench/lib/machine.h"
#include "tests/world.h"

/// Durable posts a second through the writer alone, without HTTP: one writer that
/// commits in batches, against the same with a transaction for each post.
namespace {

using namespace confab;
using bench::Steady;

struct Measured {
  double per_second = 0;
  bench::Histogram times;
};

Measured measure(test::World& world, std::size_t batch, int callers, std::chrono::seconds length) {
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

  std::vector<bench::Histogram> times(static_cast<std::size_t>(callers));
  std::vector<std::thread> threads;
  const auto end = Steady::now() + length;
  for (int c = 0; c < callers; ++c) {
    threads.emplace_back([&, c] {
      auto& mine = times[static_cast<std::size_t>(c)];
      const RoomId room = places[static_cast<std::size_t>(c) % places.size()];
      const std::string body(120, 'x');
      for (int i = 0; Steady::now() < end; ++i) {
        const auto begun = Steady::now();
        messages::post(app, ana, room, {.body = body}, ids.make<EventId>().text());
        mine.add(Steady::now() - begun);
      }
      db::thread_end();
    });
  }
  for (auto& thread : threads) thread.join();
  Measured all;
  for (const auto& mine : times) all.times.add(mine);
  all.per_second = static_cast<double>(all.times.count()) / static_cast<double>(length.count());
  return all;
}

}  // namespace

int main() {
  constexpr std::chrono::seconds kLength(3);
  bench::describe_machine("writer: durable posts through the writer alone, 3 s each");
  std::printf("%8s | %12s %9s %9s | %12s %9s %9s | %6s\n", "callers", "batches/s", "p50 ms",
              "p99 ms", "one by one/s", "p50 ms", "p99 ms", "ratio");
  const test::DatabaseServer server(test::DatabaseServer::Commits::durable);
  test::World world(server);
  for (const int callers : {1, 8, 64, 512}) {
    const auto batched = measure(world, 512, callers, kLength);
    const auto single = measure(world, 1, callers, kLength);
    std::printf("%8d | %12.0f %9.2f %9.2f | %12.0f %9.2f %9.2f | %6.1f\n", callers,
                batched.per_second, batched.times.ms(0.5), batched.times.ms(0.99),
                single.per_second, single.times.ms(0.5), single.times.ms(0.99),
                batched.per_second / single.per_second);
    std::fflush(stdout);
  }
}
