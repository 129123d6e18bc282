#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>

#include "api/accounts/accounts.h"
#include "api/audit/checkpoint.h"
#include "api/audit/trail.h"
#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/base/descriptors.h"
#include "api/base/executor.h"
#include "api/base/log.h"
#include "api/base/version.h"
#include "api/db/durability.h"
#include "api/db/pool.h"
#include "api/db/space.h"
#include "api/db/writer.h"
#include "api/events/follower.h"
#include "api/events/hub.h"
#include "api/events/log.h"
#include "api/face.h"
#include "api/http/server.h"
#include "api/messages/rows.h"
#include "api/metrics_page.h"
#include "api/rooms/book.h"

namespace confab {
namespace {

/// Everything of the process, in the order of its making; the destructor takes
/// it down the other way round. `api/README.md` says why this order.
class Process {
 public:
  Process(const Config& config, crypto::Keys keys, const db::Address& address)
      : config_(config),
        keys_(std::move(keys)),
        address_(address),
        ids_(clock_, 0),
        pool_(address, static_cast<std::size_t>(config.database_connections), &metrics_),
        log_(clock_, ids_, [this](auto events) { hub_->publish(std::move(events)); }),
        trail_(clock_, ids_),
        space_(db::Space::of(config.data, config.free_space_min_mb)),
        writer_({.address = address, .admit = [this] { space_.require(); }, .metrics = &metrics_},
                {&book_, &rows_, &log_, &trail_}) {
    events::Log::fill_with("message.", messages::json_by_ids);
  }

  /// The document alone; nothing is opened.
  std::string openapi() {
    hub_.emplace(events::Hub::Settings{.tag = "none"}, clock_);
    return json::print(make_router().openapi(kVersion));
  }

  void run(const sigset_t& signals) {
    // Holding the node: what an earlier process was committing is in the log from here on.
    writer_.start();
    start_hub();
    App& app = make_app();
    ids_.set_node(writer_.node());
    const std::string bells = config_.data + "/run";
    events::Follower follower(pool_, *hub_, writer_.node(), bells);
    accounts::prepare_setup(app);
    const http::Router router = make_router();
    Executor executor("work", config_.work_threads, 4096, {}, db::thread_end);
    constexpr int kOpenings = 4;
    Executor openings("open", kOpenings, 20'000, {}, db::thread_end);
    const MetricsPage page(metrics_, config_, clock_, address_, executor, *hub_);
    {
      http::Server server(
          {.bind = config_.bind,
           .port = config_.port,
           .threads = config_.http_threads,
           .origin = config_.origin(),
           .cookie = accounts::session_cookie(config_),
           .frontend = config_.frontend,
           .rate_limits = config_.rate_limits,
           .connections = most_connections(),
           .connections_per_network = config_.connections_per_address,
           .trusted_proxies = Networks::parse(config_.trusted_proxies),
           .hand_over = config_.stream_handover,
           .authenticate = [&](const http::Call& call) { return authenticate(app, call); },
           .known_caller = [&](const http::Call& call) { return known_caller(app, call); },
           .patient = &openings,
           .ready = [this] { return require_ready(); },
           .version = std::string(kVersion),
           .metrics = &metrics_,
           .metrics_page = page.settings(),
           .slow_ms = config_.slow_request_ms},
          router, executor);
      log::info("main.ready", {{"port", server.port()}, {"node", writer_.node()}});
      if (!config_.rate_limits) log::warn("main.rate_limits", {{"what", "switched off"}});
      int signal = 0;
      sigwait(&signals, &signal);
      log::info("main.stopping", {{"signal", signal}});
    }
    keep_checkpoint();
  }

 private:
  App& make_app() {
    if (!app_) {
      app_.reset(new App{config_, clock_, ids_, keys_, pool_, writer_, &*hub_});
      accounts::start_access(*app_);
    }
    return *app_;
  }

  http::Router make_router() {
    http::Router router;
    add_all_routes(router, make_app());
    return router;
  }

  /// The hub knows the newest events before the first stream asks for them.
  void start_hub() {
    constexpr std::size_t kRecent = 20'000;
    constexpr std::chrono::seconds kPatience{30};
    const auto fill = [&](db::Tx& tx) {
      db::require_durable(tx, config_.unsafe_durability);
      hub_.emplace(events::Hub::Settings{.tag = events::server_tag(tx)}, clock_);
      auto recent = events::read_after(tx, events::horizon(tx), kRecent);
#ifdef CONFAB_SABOTAGE_MEMORY_ONLY
      recent.clear();
#endif
      const auto before = events::before(tx, recent);
      hub_->warm(before, std::move(recent));
      return 0;
    };
    pool_.snapshot(fill, kPatience);
    hub_->watch([this](const events::Event& event) {
      // Membership or a room changed by another process.
      if (event.node != writer_.node() && event.about.room) book_.forget_later(event.about.room);
    });
  }

  /// What the limit of descriptors leaves: the rest is for the database, for files,
  /// and for sockets that have two of them while they are handed over.
  int most_connections() const {
    constexpr int kRest = 128;
    constexpr int kLeast = 16;
    const int descriptors = raise_descriptor_limit();
    const int most = std::max(kLeast, descriptors - kRest - config_.database_connections);
    log::info("main.descriptors", {{"limit", descriptors}, {"connections", most}});
    return most;
  }

  /// No request is under way any more: what this process wrote is below this signature.
  void keep_checkpoint() noexcept {
    try {
      audit::keep_checkpoint(pool_, writer_, keys_, config_, clock_.now());
    } catch (const std::exception& error) {
      log::error("main.checkpoint", {{"what", error.what()}});
    }
  }

  /// While space is short all but what grows goes on, so it is ready.
  std::string require_ready() {
    pool_.read([](db::Tx& tx) { return tx.value<int>("SELECT 1"); });
    return space_.is_short() ? "storage_full" : "ok";
  }

  const Config& config_;
  const SystemClock clock_;
  const crypto::Keys keys_;
  const db::Address address_;
  metrics::Registry metrics_;
  IdMaker ids_;
  db::Pool pool_;
  std::optional<events::Hub> hub_;
  rooms::Book book_;
  messages::Rows rows_;
  events::Log log_;
  audit::Trail trail_;
  db::Space space_;
  db::Writer writer_;
  std::unique_ptr<App> app_;
};

int serve(bool only_document) {
  // Taken by sigwait in this thread; every thread inherits the mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const Config config = load_config();
  log::start("api", config.log_level, config.log_format == "json");
  crypto::init();
  if (only_document) {
    Process process(config, crypto::Keys::from_seed(std::string(32, '\0')), {});
    std::puts(process.openapi().c_str());
    return 0;
  }
  db::library_start();
  std::filesystem::create_directories(config.data);
  Process process(config, crypto::Keys::load(config.data + "/server.key"),
                  db::parse_address(config.database_url));
  process.run(signals);
  return 0;
}

}  // namespace
}  // namespace confab

int main(int count, char** arguments) {
  try {
    const bool only_document = count == 2 && std::strcmp(arguments[1], "--openapi") == 0;
    if (count > 1 && !only_document) {
      std::fputs(
          "usage: confab-api [--openapi]\nSettings come from the environment: confab config\n",
          stderr);
      return 64;
    }
    return confab::serve(only_document);
  } catch (const confab::Error& error) {
    std::fprintf(stderr, "confab-api: %s\n", error.what());
    return error.code() == confab::Code::unavailable ? 69 : 78;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "confab-api: %s\n", error.what());
    return 70;
  }
}
