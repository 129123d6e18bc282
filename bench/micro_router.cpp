#include <benchmark/benchmark.h>

#include "api/app.h"
#include "api/face.h"
#include "tests/world.h"

namespace {

using namespace confab;

/// Among all the routes there are.
void match_post(benchmark::State& state) {
  test::World world;
  http::Router router;
  add_all_routes(router, world.app);
  http::Call call;
  call.method = "POST";
  call.path = "/api/v1/rooms/249000000000000001/messages";
  for (auto _ : state) {
    call.params.clear();
    benchmark::DoNotOptimize(&router.match(call));
  }
}
BENCHMARK(match_post);

}  // namespace
