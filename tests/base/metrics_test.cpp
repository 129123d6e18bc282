#include "api/base/metrics.h"

#include <unistd.h>

#include <atomic>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include "api/base/metrics_file.h"
#include "tests/base/support.h"
#include "tests/prometheus.h"

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

TEST(Scrape, StandsBesideWhatIsKept) {
  Registry registry;
  registry.counter("confab_things_total", "Things.", {{"kind", "kept"}}).add(2);
  const auto collector = registry.on_scrape([](metrics::Scrape& scrape) {
    scrape.counter("confab_things_total", "Things.", 5, {{"kind", "looked_up"}});
    scrape.gauge("confab_age_seconds", "Age.", 0.25);
  });
  EXPECT_EQ(registry.text(),
            "# HELP confab_age_seconds Age.\n# TYPE confab_age_seconds gauge\n"
            "confab_age_seconds 0.25\n"
            "# HELP confab_things_total Things.\n# TYPE confab_things_total counter\n"
            "confab_things_total{kind=\"kept\"} 2\nconfab_things_total{kind=\"looked_up\"} 5\n");
  EXPECT_NO_THROW(test::prometheus::parse(registry.text()));
}

TEST(Scrape, LeavesOutACollectorThatThrowsAndAMeasureOfTwoKinds) {
  Registry registry;
  registry.counter("a_total", "A.").add(1);
  const auto broken = registry.on_scrape([](metrics::Scrape& scrape) {
    scrape.gauge("b", "B.", 1);
    throw std::runtime_error("the database is away");
  });
  const auto wrong =
      registry.on_scrape([](metrics::Scrape& scrape) { scrape.gauge("a_total", "A.", 9); });
  const auto families = test::prometheus::parse(registry.text());
  EXPECT_EQ(test::prometheus::value(families, "a_total"), 1);
  EXPECT_EQ(test::prometheus::value(families, "b"), 1) << "what came before it threw";
}

TEST(Scrape, EndsWithItsCollectorEvenWhileATextIsMade) {
  Registry registry;
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) registry.text();
  });
  for (int i = 0; i < 200; ++i) {
    auto alive = std::make_unique<std::atomic<bool>>(true);
    auto collector = registry.on_scrape([mine = alive.get()](metrics::Scrape& scrape) {
      scrape.gauge("alive", "Alive.", *mine ? 1 : 0);
    });
    collector = {};
    alive.reset();  // the sanitizers see a collector that still runs
  }
  stop = true;
  reader.join();
  EXPECT_EQ(registry.text(), "");
}

TEST(Scrape, DescribesThisProcess) {
  Registry registry;
  const auto collector =
      registry.on_scrape([](metrics::Scrape& scrape) { metrics::collect_process(scrape, "x_"); });
  const auto families = test::prometheus::parse(registry.text());
  const auto value = [&](const char* name) {
    return test::prometheus::value(families, name).value_or(-1);
  };
  EXPECT_GT(value("x_process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value("x_process_virtual_memory_bytes"), value("x_process_resident_memory_bytes"));
  EXPECT_GE(value("x_process_threads"), 1);
  EXPECT_GE(value("x_process_cpu_seconds_total"), 0);
  EXPECT_GE(value("x_process_open_fds"), 3);
  EXPECT_GE(value("x_process_max_fds"), value("x_process_open_fds"));
  EXPECT_GT(value("x_process_start_time_seconds"), 1e9);
  EXPECT_LE(value("x_process_start_time_seconds"), static_cast<double>(std::time(nullptr)) + 1);
}

TEST(MetricsFile, IsTakenWholeAndOnlyWhileItIsFresh) {
  namespace fs = std::filesystem;
  const auto home = fs::temp_directory_path() / ("confab-metrics-" + std::to_string(::getpid()));
  const std::string path = metrics::worker_file(home);
  EXPECT_FALSE(metrics::read_file(path));
  metrics::write_file(path, "a 1\n");
  metrics::write_file(path, "a 2\n");
  EXPECT_EQ(metrics::read_file(path), "a 2\n");
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::minutes(2));
  EXPECT_FALSE(metrics::read_file(path)) << "its writer is gone";
  std::ofstream(path) << "cut in the mid";
  EXPECT_FALSE(metrics::read_file(path));
  fs::remove_all(home);
  std::ofstream(home.string()) << "a file where the folder should be";
  EXPECT_EQ(refused([&] { metrics::write_file(path, "a 1\n"); }), Code::unavailable);
  fs::remove(home);
}

/// The reader that the other tests rely on refuses what Prometheus does.
TEST(PrometheusReader, RefusesWhatDoesNotFit) {
  const std::string head = "# HELP a A.\n# TYPE a gauge\n";
  const std::string histogram = "# HELP h H.\n# TYPE h histogram\n";
  for (const std::string& text : std::vector<std::string>{
           head + "a 1", head + "a 1\na 2\n", head + "a one\n", head + "b 1\n", head + "a{x=1} 1\n",
           head + "a{x=\"1} 1\n", head + "a{x=\"\\t\"} 1\n", head + "a{x=\"1\",x=\"2\"} 1\n",
           head + head, std::string("a 1\n"), std::string("# TYPE a gauge\na 1\n"),
           std::string("# HELP a A.\n# TYPE a counter\na 1\n"),
           std::string("# HELP a_ms A.\n# TYPE a_ms gauge\na_ms 1\n"),
           histogram + "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
           histogram + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
           histogram + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n"}) {
    EXPECT_THROW(test::prometheus::parse(text), std::runtime_error) << text;
  }
  EXPECT_NO_THROW(test::prometheus::parse(head + "a{x=\"1\"} 1\na{x=\"2\"} -1e3\n"));
}

}  // namespace
}  // namespace confab
