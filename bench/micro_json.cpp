#include <benchmark/benchmark.h>

#include "api/base/fields.h"
#include "api/base/json.h"
#include "api/messages/messages.h"

namespace {

using namespace confab;

messages::Message message() {
  return {.id = MessageId{249'000'000'000'000'001},
          .room_id = RoomId{249'000'000'000'000'002},
          .seq = 12'345,
          .author_id = UserId{249'000'000'000'000'003},
          .body = std::string(300, 'x'),
          .created_at = Time{1'795'000'000'000}};
}

void print_message(benchmark::State& state) {
  const auto one = message();
  for (auto _ : state) benchmark::DoNotOptimize(to_json(one));
}
BENCHMARK(print_message);

void print_page(benchmark::State& state) {
  const std::vector<messages::Message> page(50, message());
  for (auto _ : state) benchmark::DoNotOptimize(to_json(page));
}
BENCHMARK(print_page);

void parse_body(benchmark::State& state) {
  const std::string text = "{\"body\":\"" + std::string(300, 'x') + "\"}";
  for (auto _ : state) benchmark::DoNotOptimize(json::parse(text));
}
BENCHMARK(parse_body);

}  // namespace
