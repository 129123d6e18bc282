#include <sys/statvfs.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>

#include "api/accounts/accounts.h"
#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/base/executor.h"
#include "api/base/log.h"
#include "api/base/version.h"
#include "api/db/durability.h"
#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/events/follower.h"
#include "api/events/hub.h"
#include "api/events/log.h"
#include "api/face.h"
#include "api/http/server.h"
#include "api/messages/rows.h"
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
        ids_(clock_, 0),
        pool_(address, static_cast<std::size_t>(config.database_connections)),
        log_(clock_, ids_, [this](auto events) { hub_->publish(std::move(events)); }),
        writer_({.address = address}, {&book_, &rows_, &log_}) {
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
    {
      http::Server server(
          {.bind = config_.bind,
           .port = config_.port,
           .threads = config_.http_threads,
           .origin = config_.origin(),
           .cookie = accounts::session_cookie(config_),
           .frontend = config_.frontend,
           .rate_limits = config_.rate_limits,
           .authenticate = [&](const http::Call& call) { return authenticate(app, call); },
           .ready = [this] { require_ready(); },
           .version = std::string(kVersion)},
          router, executor);
      log::info("main.ready", {{"port", server.port()}, {"node", writer_.node()}});
      if (!config_.rate_limits) log::warn("main.rate_limits", {{"what", "switched off"}});
      int signal = 0;
      sigwait(&signals, &signal);
      log::info("main.stopping", {{"signal", signal}});
    }
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
      const auto before = events::before(tx, recent);
      hub_->warm(before, std::move(recent));
      return 0;
    };
    pool_.snapshot(fill, kPatience);
    hub_->observe([this](const events::Event& event) {
      // Membership or a room changed by another process.
      if (event.node != writer_.node() && event.about.room) book_.forget_later(event.about.room);
    });
  }

  void require_ready() {
    pool_.read([](db::Tx& tx) { return tx.value<int>("SELECT 1"); });
    struct statvfs disk {};
    constexpr std::uint64_t kLeast = 64 << 20;
    if (statvfs(config_.data.c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize < kLeast) {
      throw Error(Code::unavailable, "Less than 64 MB are free in the data directory.");
    }
  }

  const Config& config_;
  const SystemClock clock_;
  const crypto::Keys keys_;
  IdMaker ids_;
  db::Pool pool_;
  std::optional<events::Hub> hub_;
  rooms::Book book_;
  messages::Rows rows_;
  events::Log log_;
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
