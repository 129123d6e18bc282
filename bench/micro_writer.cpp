#include <benchmark/benchmark.h>

#include "tests/world.h"

namespace {

using namespace confab;

/// One caller, each post committed before the next (the database does not wait for the disk).
void post_one(benchmark::State& state) {
  test::World world;
  const UserId ana = world.person("ana");
  const RoomId room = world.room("general", {ana});
  const std::string body(120, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(world.post(ana, room, body));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(post_one)->UseRealTime();

/// A unit of work that does nothing: the way to the writer's thread and back.
void empty_unit(benchmark::State& state) {
  test::World world;
  for (auto _ : state) {
    world.writer.run([](db::Tx&) { return 0; });
  }
}
BENCHMARK(empty_unit)->UseRealTime();

}  // namespace
