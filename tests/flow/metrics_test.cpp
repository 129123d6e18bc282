#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "api/base/version.h"
#include "ops/ctl/run/port.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"
#include "tests/prometheus.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;
using prometheus::Labels;

constexpr const char* kToken = "a-token-for-the-flow-tests";

/// A server that shows its metrics in both ways.
class Metrics : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    const std::string token = folder_ + "/token";
    std::ofstream(token) << kToken << '\n';
    ::chmod(token.c_str(), 0600);
    port = ctl::run::require_free_port("127.0.0.1", 0);
    instance = std::make_unique<Instance>(
        Instance::Options{.environment = {"CONFAB_METRICS_TOKEN_FILE=" + token,
                                          "CONFAB_METRICS_PORT=" + std::to_string(port)}});
    instance->start();
  }
  ~Metrics() override {
    instance.reset();
    std::filesystem::remove_all(folder_);
  }

  auto families() const {
    const Answer answer = Client(port).get("/metrics");
    EXPECT_EQ(answer.status, 200);
    return prometheus::parse(answer.body);
  }
  double value(const std::string& name, const Labels& labels = {}) const {
    return prometheus::value(families(), name, labels).value_or(-1);
  }

  int port = 0;
  std::unique_ptr<Instance> instance;

 private:
  std::string folder_ = (std::filesystem::temp_directory_path() / "confab-token-XXXXXX").string();
};

TEST_F(Metrics, TellOfARealConversation) {
  Person ana(instance->port(), "ana");
  const auto room = ana.room("garden");
  Stream stream = ana.listen();
  next_of(stream, "hello");
  for (int i = 0; i < 5; ++i) ana.say(room, "hello", "key" + std::to_string(i));
  next_of(stream, "message.created");
  // The worker may still be starting.
  EXPECT_TRUE(eventually(15s, [&] { return value("confab_worker_up") == 1; }));
  EXPECT_TRUE(eventually(15s, [&] { return value("confab_jobs", {{"state", "waiting"}}) >= 1; }));

  const auto all = families();
  const auto value = [&](const char* name, const Labels& labels = {}) {
    return prometheus::value(all, name, labels).value_or(-1);
  };
  const Labels post = {{"method", "POST"}, {"route", "/rooms/{room_id}/messages"}};
  Labels made = post;
  made["code"] = "201";
  EXPECT_EQ(value("confab_http_requests_total", made), 5);
  EXPECT_EQ(value("confab_http_request_seconds_count", post), 5);
  EXPECT_GT(value("confab_http_request_seconds_sum", post), 0);
  EXPECT_GE(value("confab_http_queue_seconds_count"), 5);
  EXPECT_EQ(value("confab_http_requests_in_flight"), 0);
  EXPECT_EQ(value("confab_work_queued"), 0);
  EXPECT_GE(value("confab_writer_units_total"), 5);
  EXPECT_GE(value("confab_writer_commit_seconds_count"), 1);
  EXPECT_GE(value("confab_database_pool_wait_seconds_count"), 1);
  EXPECT_GE(value("confab_database_pool_connections", {{"state", "idle"}}), 1);
  EXPECT_EQ(value("confab_database_pool_connections", {{"state", "in_use"}}), 0);
  EXPECT_GE(value("confab_database_pool_size"), 1);
  EXPECT_EQ(value("confab_streams"), 1);
  EXPECT_GE(value("confab_events_total"), 5);
  EXPECT_GE(value("confab_stream_deliveries_total"), 1);
  EXPECT_EQ(value("confab_streams_cut_total"), 0);
  EXPECT_EQ(value("confab_stream_resets_total"), 0);
  EXPECT_EQ(value("confab_database_up"), 1);
  EXPECT_GE(value("confab_jobs_oldest_age_seconds", {{"state", "waiting"}}), 0);
  EXPECT_EQ(value("confab_build_info", {{"version", std::string(kVersion)}}), 1);
  EXPECT_GT(value("confab_data_free_bytes"), 0);
  EXPECT_GT(value("confab_data_size_bytes"), value("confab_data_free_bytes"));
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value("process_start_time_seconds"), 1e9);
  EXPECT_GT(value("confab_worker_process_resident_memory_bytes"), 1e6);
}

TEST_F(Metrics, OpenOnTheMainPortToTheirTokenOnly) {
  Client client = instance->client();
  EXPECT_EQ(client.get("/metrics").status, 401);
  EXPECT_EQ(client.get("/metrics", {{"Authorization", "Bearer wrong"}}).status, 401);
  const Answer answer =
      client.get("/metrics", {{"Authorization", std::string("Bearer ") + kToken}});
  ASSERT_EQ(answer.status, 200);
  EXPECT_NO_THROW(prometheus::parse(answer.body));
  EXPECT_EQ(instance->log("confab-api").find(kToken), std::string::npos);
  EXPECT_EQ(Client(Address{.port = port}).get("/api/v1/meta").status, 404)
      << "the other port has nothing else";
}

TEST_F(Metrics, AreShownWhileTheDatabaseHangs) {
  EXPECT_EQ(value("confab_database_up"), 1);
  instance->signal(Part::database, SIGSTOP);
  EXPECT_EQ(value("confab_database_up"), 0);
  instance->signal(Part::database, SIGCONT);
  EXPECT_TRUE(eventually(10s, [&] { return value("confab_database_up") == 1; }));
}

TEST_F(Metrics, TellOfTheWorkersJobs) {
  auto database = instance->database();
  EXPECT_TRUE(eventually(30s, [&] {
    database.command("UPDATE jobs SET run_at = 0");
    return value("confab_job_tries_total", {{"kind", "accounts.tidy"}, {"result", "done"}}) >= 1;
  }));
  EXPECT_GE(value("confab_job_seconds_count", {{"kind", "accounts.tidy"}}), 1);
  // With the supervisor asleep nobody starts another one.
  instance->signal_supervisor(SIGSTOP);
  instance->kill(Part::worker);
  // As if it had been gone for longer than its figures count.
  const auto file = instance->folder() / "data/run/worker.prom";
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - 1min);
  EXPECT_EQ(value("confab_worker_up"), 0);
  EXPECT_EQ(value("confab_job_seconds_count"), -1) << "old figures are not shown as new ones";
  instance->signal_supervisor(SIGCONT);
}

TEST(MetricsOff, ShowNothingAndLeaveNoFile) {
  Instance instance;
  instance.start();
  EXPECT_EQ(instance.client().get("/metrics").status, 404);
  EXPECT_FALSE(std::filesystem::exists(instance.folder() / "data/run/worker.prom"));
}

}  // namespace
}  // namespace confab::test
