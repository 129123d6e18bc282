#include <algorithm>
#include <thread>
#include <vector>

#include "tests/http/fixture.h"
#include "tests/prometheus.h"

namespace confab::test {
namespace {

constexpr const char* kToken = "0123456789abcdef0123456789abcdef";

/// A site that counts, and the page where it shows that.
struct Counting {
  explicit Counting(std::string token = "", bool open = true, int work_threads = 4,
                    std::size_t capacity = 1000)
      : site(
            [&](http::Server::Settings& settings) {
              settings.metrics = &registry;
              settings.metrics_page = {[this] { return registry.text(); }, std::move(token), open};
            },
            work_threads, capacity) {}

  auto families() { return prometheus::parse(registry.text()); }
  double value(const std::string& name, const prometheus::Labels& labels = {}) {
    return prometheus::value(families(), name, labels).value_or(-1);
  }

  metrics::Registry registry;
  Site site;
};

TEST(MetricsPage, DoesNotExistUnlessAsked) {
  Site site;
  const auto answer = site.client().get("/metrics");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(code_of(answer), "not_found");
}

TEST(MetricsPage, IsWhatPrometheusReads) {
  Counting counting;
  counting.site.client().get("/api/v1/notes/1");
  const auto answer = counting.site.client().get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const auto families = prometheus::parse(answer.body);
  EXPECT_EQ(prometheus::value(families, "confab_http_requests_total",
                              {{"method", "GET"}, {"route", "/notes/{id}"}, {"code", "200"}}),
            1);
  EXPECT_EQ(prometheus::value(families, "confab_http_request_seconds_count",
                              {{"method", "GET"}, {"route", "/notes/{id}"}}),
            1);
}

TEST(MetricsPage, OpensToItsTokenOnly) {
  Counting counting(kToken, false);
  auto client = counting.site.client();
  const auto ask = [&](const std::string& authorization) {
    return client.get("/metrics", {{"Authorization", authorization}}).status;
  };
  EXPECT_EQ(ask(std::string("Bearer ") + kToken), 200);
  const std::string near = std::string(kToken).substr(1);
  for (const std::string& wrong : std::vector<std::string>{
           std::string("Bearer "), "Bearer " + near, "Bearer x" + near, std::string(kToken),
           std::string("Basic ") + kToken, std::string("Bearer ann"), std::string("Bearer root"),
           std::string("Bearer ") + kToken + "0"}) {
    EXPECT_EQ(ask(wrong), 401) << wrong;
  }
  const auto refusal = client.get("/metrics");
  EXPECT_EQ(refusal.status, 401);
  EXPECT_EQ(code_of(refusal), "unauthenticated");
  EXPECT_TRUE(refusal.header("www-authenticate").starts_with("Bearer"));
}

TEST(MetricsPage, StaysClosedWithoutAToken) {
  Counting counting("", false);
  auto client = counting.site.client();
  EXPECT_EQ(client.get("/metrics").status, 401);
  EXPECT_EQ(client.get("/metrics", {{"Authorization", "Bearer "}}).status, 401);
}

TEST(MetricsPage, TakesGetAndHeadOnly) {
  Counting counting;
  auto client = counting.site.client();
  EXPECT_EQ(client.post("/metrics", "{}").status, 405);
  EXPECT_EQ(client.request("HEAD", "/metrics").status, 200);
}

TEST(Measures, CountEveryAnswerOnce) {
  Counting counting;
  constexpr int kThreads = 4;
  constexpr int kEach = 200;
  std::vector<std::thread> crowd;
  for (int t = 0; t < kThreads; ++t) {
    crowd.emplace_back([&] {
      auto client = counting.site.client();
      for (int i = 0; i < kEach; ++i) {
        client.get(i % 2 == 0 ? "/api/v1/notes/1" : "/api/v1/notes/x");
      }
    });
  }
  for (auto& one : crowd) one.join();
  const auto count = [&](const char* code) {
    return counting.value("confab_http_requests_total",
                          {{"method", "GET"}, {"route", "/notes/{id}"}, {"code", code}});
  };
  EXPECT_EQ(count("200"), kThreads * kEach / 2);
  EXPECT_EQ(count("404"), kThreads * kEach / 2);
  EXPECT_EQ(counting.value("confab_http_request_seconds_count",
                           {{"method", "GET"}, {"route", "/notes/{id}"}}),
            kThreads * kEach);
  EXPECT_EQ(counting.value("confab_http_queue_seconds_count"), kThreads * kEach);
}

TEST(Measures, NeverNameWhatAClientMadeUp) {
  Counting counting;
  auto client = counting.site.client();
  client.get("/made/up");
  client.get("/api/v1/made/up");
  client.get("/api/v1/page?q=madeup");
  client.request("MADEUP", "/api/v1/notes/1");
  client.get("/api/v1/notes/1?madeup=1");
  EXPECT_EQ(counting.registry.text().find("made"), std::string::npos);
  EXPECT_EQ(counting.registry.text().find("MADE"), std::string::npos);
  EXPECT_EQ(counting.value("confab_http_requests_total", {{"route", "other"}, {"code", "404"}}), 1);
}

TEST(Measures, ShowWhatIsUnderWay) {
  Counting counting("", true, 1, 1);
  EXPECT_EQ(counting.value("confab_http_requests_in_flight"), 0);
  std::vector<std::thread> crowd;
  std::atomic<int> refused = 0;
  const auto ask = [&] {
    if (counting.site.client().get("/api/v1/slow").status == 503) ++refused;
  };
  crowd.emplace_back(ask);
  counting.site.gate.wait_for_waiters(1);
  crowd.emplace_back(ask);
  EXPECT_TRUE(eventually([&] { return counting.value("confab_http_requests_in_flight") == 2; }));
  crowd.emplace_back(ask);
  EXPECT_TRUE(eventually([&] { return refused == 1; })) << "one works, one waits, one is too many";
  EXPECT_EQ(counting.value("confab_http_requests_in_flight"), 2);
  EXPECT_TRUE(eventually([&] {
    return counting.value("confab_http_connections", {{"state", "working"}}) == 2;
  }));
  counting.site.gate.open();
  for (auto& one : crowd) one.join();
  EXPECT_EQ(counting.value("confab_http_requests_in_flight"), 0);
  EXPECT_EQ(counting.value("confab_http_requests_total", {{"route", "/slow"}, {"code", "503"}}), 1);
}

TEST(Measures, FollowConnectionsToTheirEnd) {
  Counting counting;
  const auto idle = [&] { return counting.value("confab_http_connections", {{"state", "idle"}}); };
  {
    auto client = counting.site.client();
    client.get("/healthz");
    EXPECT_TRUE(eventually([&] { return idle() == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return idle() == 0; }));
}

}  // namespace
}  // namespace confab::test
