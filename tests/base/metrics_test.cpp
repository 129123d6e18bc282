#include "api/base/metrics.h"

#include <thread>

#include "tests/base/support.h"

namespace confab {
namespace {

using metrics::Registry;

TEST(Metrics, ArePrintedAsPrometheusReadsThem) {
  Registry registry;
  registry
      .counter("confab_requests_total", "Requests answered.",
               {{"route", "/rooms"}, {"status", "200"}})
      .add(3);
  registry
      .counter("confab_requests_total", "Requests answered.", {{"route", "/me"}, {"status", "401"}})
      .add();
  registry.gauge("confab_streams", "Open streams.").set(-2);
  auto& seconds = registry.histogram("confab_request_seconds", "Time to answer.", {0.1, 0.5},
                                     {{"route", "/me"}});
  seconds.observe(0.1);
  seconds.observe(0.25);
  seconds.observe(8);
  EXPECT_EQ(registry.text(),
            R"(# HELP confab_request_seconds Time to answer.
# TYPE confab_request_seconds histogram
confab_request_seconds_bucket{route="/me",le="0.1"} 1
confab_request_seconds_bucket{route="/me",le="0.5"} 2
confab_request_seconds_bucket{route="/me",le="+Inf"} 3
confab_request_seconds_sum{route="/me"} 8.35
confab_request_seconds_count{route="/me"} 3
# HELP confab_requests_total Requests answered.
# TYPE confab_requests_total counter
confab_requests_total{route="/me",status="401"} 1
confab_requests_total{route="/rooms",status="200"} 3
# HELP confab_streams Open streams.
# TYPE confab_streams gauge
confab_streams -2
)");
}

TEST(Metrics, AskedForAgainAreTheSame) {
  Registry registry;
  auto& first = registry.counter("a", "A.", {{"x", "1"}});
  EXPECT_EQ(&first, &registry.counter("a", "A.", {{"x", "1"}}));
  EXPECT_NE(&first, &registry.counter("a", "A.", {{"x", "2"}}));
  auto& histogram = registry.histogram("h", "H.", metrics::latency_bounds());
  EXPECT_EQ(&histogram, &registry.histogram("h", "H.", metrics::latency_bounds()));
}

TEST(Metrics, EscapeWhatALabelHolds) {
  Registry registry;
  registry.gauge("g", "Back\\slash\nline", {{"x", "a\"b\\c\nd"}}).add(1);
  EXPECT_EQ(registry.text(),
            "# HELP g Back\\\\slash\\nline\n# TYPE g gauge\ng{x=\"a\\\"b\\\\c\\nd\"} 1\n");
}

TEST(Metrics, RefuseNamesThatPrometheusDoes) {
  Registry registry;
  for (const char* name : {"", "1a", "a-b", "a b", "é"}) {
    EXPECT_EQ(refused([&] { registry.counter(name, "A."); }), Code::internal) << name;
  }
  EXPECT_EQ(refused([&] { registry.counter("b", "B.", {{"a-b", "1"}}); }), Code::internal);
  EXPECT_EQ(refused([&] { registry.histogram("c", "C.", {1}, {{"le", "1"}}); }), Code::internal);
}

TEST(Metrics, RefuseOneNameForTwoKinds) {
  Registry registry;
  registry.counter("a", "A.");
  EXPECT_EQ(refused([&] { registry.gauge("a", "A."); }), Code::internal);
  EXPECT_EQ(refused([&] { registry.histogram("a", "A.", {1}); }), Code::internal);
}

TEST(Metrics, LoseNothingBetweenThreads) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      auto& counter = registry.counter("c", "C.");
      auto& histogram = registry.histogram("h", "H.", {1});
      for (int i = 0; i < 5000; ++i) {
        counter.add();
        histogram.observe(0.5);
        if (i % 1000 == 0) registry.text();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(registry.counter("c", "C.").value(), 20'000U);
  EXPECT_EQ(registry.histogram("h", "H.", {1}).sum(), 10'000);
  EXPECT_EQ(registry.histogram("h", "H.", {1}).buckets(), (std::vector<std::uint64_t>{20'000, 0}));
}

}  // namespace
}  // namespace confab
