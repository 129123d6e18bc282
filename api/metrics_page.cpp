#include "api/metrics_page.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "api/base/log.h"
#include "api/base/metrics_file.h"
#include "api/base/text.h"
#include "api/base/version.h"
#include "api/jobs/jobs.h"

namespace confab {

namespace {

/// How long one text waits for the database.
constexpr std::chrono::milliseconds kPatience{1000};

std::string read_token(const std::string& path) {
  constexpr std::size_t kShortest = 16;
  std::ifstream file(path, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  std::string token(text::trim(all));
  const bool fits =
      token.size() >= kShortest &&
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 127; });
  if (!fits) {
    throw Error(Code::invalid_value, "CONFAB_METRICS_TOKEN_FILE: " + path +
                                         " must be readable and hold one token of at least 16 "
                                         "visible ASCII characters.");
  }
  return token;
}

void collect_disk(metrics::Scrape& scrape, const std::string& data) {
  struct statvfs disk {};
  if (::statvfs(data.c_str(), &disk) != 0) return;
  const auto block = static_cast<double>(disk.f_frsize);
  scrape.gauge("confab_data_free_bytes", "Free on the disk of the data directory.",
               static_cast<double>(disk.f_bavail) * block);
  scrape.gauge("confab_data_size_bytes", "Size of the disk of the data directory.",
               static_cast<double>(disk.f_blocks) * block);
}

void collect_hub(metrics::Scrape& scrape, const events::Hub::Stats& stats) {
  const auto value = [](const std::atomic<std::uint64_t>& count) {
    return static_cast<double>(count.load(std::memory_order_relaxed));
  };
  scrape.gauge("confab_streams", "Open event streams.", value(stats.streams));
  scrape.gauge("confab_streams_waiting", "Streams with something still to be sent.",
               value(stats.waiting));
  scrape.counter("confab_events_total", "Events handed to the streams.", value(stats.events));
  scrape.counter("confab_stream_deliveries_total", "Events sent, one for each stream.",
                 value(stats.deliveries));
  scrape.counter("confab_streams_cut_total", "Streams ended because their reader was too slow.",
                 value(stats.cut));
  scrape.counter("confab_stream_resets_total", "Streams told to start from a new snapshot.",
                 value(stats.resets));
}

void collect_jobs(metrics::Scrape& scrape, const std::vector<jobs::Count>& counts, Time now) {
  constexpr std::array<const char*, 2> kStates = {"waiting", "dead"};
  for (const auto& [kind, state, count, oldest] : counts) {
    const auto index = static_cast<std::size_t>(state);
    const metrics::Labels labels = {{"kind", kind},
                                    {"state", index < kStates.size() ? kStates[index] : "other"}};
    scrape.gauge("confab_jobs", "Jobs in the table.", static_cast<double>(count), labels);
    scrape.gauge("confab_jobs_oldest_age_seconds", "Since the oldest of them was asked for.",
                 static_cast<double>(now - oldest) / kSecond, labels);
  }
}

}  // namespace

MetricsPage::MetricsPage(metrics::Registry& registry, const Config& config, const Clock& clock,
                         const db::Address& database, Executor& work, const events::Hub& hub)
    : config_(config),
      clock_(clock),
      work_(work),
      hub_(hub),
      pool_(database, 1),
      server_(registry.on_scrape([this](metrics::Scrape& scrape) { collect_server(scrape); })),
      database_(registry.on_scrape([this](metrics::Scrape& scrape) { collect_database(scrape); })) {
  const auto text = [&registry, file = metrics::worker_file(config.data)] {
    return registry.text() + metrics::read_file(file).value_or("");
  };
  if (!config.metrics_token_file.empty()) {
    token_ = read_token(config.metrics_token_file);
    text_ = text;
  }
  if (config.metrics_port == 0) return;
  port_work_.emplace("metrics", 1, 16, std::function<void()>(), db::thread_end);
  http::Server::Settings settings;
  settings.bind = "127.0.0.1";
  settings.port = config.metrics_port;
  settings.rate_limits = false;
  settings.version = std::string(kVersion);
  settings.metrics_page = {.text = text, .token = {}, .open = true};
  settings.slow_ms = 0;
  port_.emplace(std::move(settings), no_routes_, *port_work_);
}

void MetricsPage::collect_server(metrics::Scrape& scrape) {
  scrape.gauge("confab_build_info", "Always 1; its label says which version runs.", 1,
               {{"version", std::string(kVersion)}});
  metrics::collect_process(scrape);
  collect_disk(scrape, config_.data);
  collect_hub(scrape, hub_.stats());
  scrape.gauge("confab_work_queued", "Requests that wait for a thread.",
               static_cast<double>(work_.waiting()));
  scrape.gauge("confab_work_threads", "Threads that answer requests.", config_.work_threads);
  const bool worker = metrics::read_file(metrics::worker_file(config_.data)).has_value();
  scrape.gauge("confab_worker_up", "1 while the worker of this data directory shows its metrics.",
               worker ? 1 : 0);
}

void MetricsPage::collect_database(metrics::Scrape& scrape) {
  const auto* const help = "1 while the database answers.";
  try {
    pool_.read([](db::Tx& tx) { return tx.value<int>("SELECT 1"); }, kPatience);
    scrape.gauge("confab_database_up", help, 1);
  } catch (const Error&) {
    scrape.gauge("confab_database_up", help, 0);
    return;
  }
  try {
    const auto counts = pool_.read([](db::Tx& tx) { return jobs::counts(tx); }, kPatience);
    collect_jobs(scrape, counts, clock_.now());
  } catch (const Error& error) {
    log::warn("metrics.jobs", {{"what", error.what()}});
  }
}

}  // namespace confab
