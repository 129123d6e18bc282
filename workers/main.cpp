#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "api/audit/checkpoint.h"
#include "api/audit/trail.h"
#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/base/executor.h"
#include "api/base/log.h"
#include "api/base/metrics_file.h"
#include "api/db/space.h"
#include "api/events/follower.h"
#include "api/events/log.h"
#include "api/messages/rows.h"
#include "api/rooms/book.h"
#include "workers/worker.h"

namespace confab {
namespace {

/// The worker has no port: the server shows this text beside its own. A thread writes it,
/// so that a long job does not look like a worker that is gone.
class Showcase {
 public:
  Showcase(const std::string& file, metrics::Registry& registry)
      : collector_(registry.on_scrape(
            [](metrics::Scrape& scrape) { metrics::collect_process(scrape, "confab_worker_"); })),
        thread_([file, &registry](const std::stop_token& stop) { run(file, registry, stop); }) {}

 private:
  static void run(const std::string& file, metrics::Registry& registry,
                  const std::stop_token& stop) {
    name_thread("metrics");
    std::mutex mutex;
    std::condition_variable_any wake;
    while (!stop.stop_requested()) {
      try {
        metrics::write_file(file, registry.text());
      } catch (const Error& error) {
        log::warn("main.metrics", {{"what", error.what()}});
      }
      std::unique_lock lock(mutex);
      wake.wait_for(lock, stop, metrics::kFileEvery, [] { return false; });
    }
  }

  const metrics::Registry::Collector collector_;
  std::jthread thread_;
};

int work() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const int stop = signalfd(-1, &signals, SFD_CLOEXEC);

  const Config config = load_config();
  log::start("worker", config.log_level, config.log_format == "json");
  crypto::init();
  db::library_start();
  const SystemClock clock;
  IdMaker ids(clock, 0);
  const auto keys = crypto::Keys::load(config.data + "/server.key");
  const auto address = db::parse_address(config.database_url);
  db::Pool pool(address, 2);
  rooms::Book book;
  messages::Rows rows;
  events::Log log(clock, ids, [&](const auto&) { events::ring_doorbell(config.data + "/run"); });
  audit::Trail trail(clock, ids);
  db::Space space(db::Space::of(config.data, config.free_space_min_mb));
  db::Writer writer(
      {.address = address, .first_node = 100, .last_node = 199, .admit = [&] { space.require(); }},
      {&book, &rows, &log, &trail});
  writer.start();
  ids.set_node(writer.node());
  metrics::Registry registry;
  std::optional<Showcase> showcase;
  if (config.shows_metrics()) showcase.emplace(metrics::worker_file(config.data), registry);
  workers::Worker worker({config, clock, ids, keys, pool, writer, registry}, workers::upkeep());
  // Also the first of each run: what was done to the log meanwhile is found at once.
  const auto keep_checkpoint = [&] {
    try {
      audit::keep_checkpoint(pool, writer, keys, config, clock.now());
    } catch (const std::exception& error) {
      log::error("main.checkpoint", {{"what", error.what()}});
    }
  };
  keep_checkpoint();
  log::info("main.ready", {{"node", writer.node()}});

  constexpr int kIdle = 1000;
  bool busy = false;
  while (true) {
    pollfd wait{.fd = stop, .events = POLLIN, .revents = 0};
    if (poll(&wait, 1, busy ? 0 : kIdle) > 0) break;
    try {
      busy = worker.round() > 0;
    } catch (const Error& error) {
      log::warn("main.round", {{"what", error.what()}});
      busy = false;
    }
  }
  log::info("main.stopping");
  keep_checkpoint();
  close(stop);
  return 0;
}

}  // namespace
}  // namespace confab

int main() {
  try {
    return confab::work();
  } catch (const confab::Error& error) {
    std::fprintf(stderr, "confab-worker: %s\n", error.what());
    return error.code() == confab::Code::unavailable ? 69 : 78;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "confab-worker: %s\n", error.what());
    return 70;
  }
}
