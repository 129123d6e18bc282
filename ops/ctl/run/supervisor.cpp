#include "ops/ctl/run/supervisor.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <optional>

#include "api/base/log.h"
#include "ops/ctl/environment.h"
#include "ops/ctl/failure.h"
#include "ops/ctl/run/ballast.h"
#include "ops/ctl/run/data_folder.h"
#include "ops/ctl/run/log_file.h"
#include "ops/ctl/run/mariadb.h"
#include "ops/ctl/run/notify.h"
#include "ops/ctl/run/port.h"
#include "ops/ctl/run/service.h"
#include "ops/ctl/run/signals.h"

namespace confab::ctl::run {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kPatience = 10s;
constexpr auto kProbePause = 25ms;
constexpr auto kHousePause = 10s;
constexpr int kFailuresBeforeReady = 5;

/// Which step of the way up has been taken.
enum class Phase { database, migration, services, ready };

class Supervisor {
 public:
  explicit Supervisor(const Settings& settings)
      : settings_(settings),
        folder_(settings.data),
        to_log_(open_log(folder_.log("confab"))),
        notify_(database_socket(folder_.path()).parent_path() / "up.sock") {
    if (settings_.owns_database()) {
      ballast_.drop_if_full();
      bootstrap_database(folder_);
      database_.emplace("mariadbd", database_command(folder_, settings_.pool_mb, notify_.path()));
      ballast_.keep();
    }
    api_.emplace("confab-api", product(settings_.api, "confab-api", {}));
    worker_.emplace("confab-worker", product(settings_.worker, "confab-worker", {}));
  }

  void run() {
    if (database_) {
      database_->start(steady_clock::now());
    } else {
      migrate();
    }
    while (!finished_) {
      wait();
      if (signals_.take_stop()) stop();
      reap();
      if (notify_.take_ready() && phase_ == Phase::database) migrate();
      advance();
    }
    log::info("run.finished");
    if (failure_) throw *failure_;
  }

 private:
  Command product(const std::filesystem::path& program, const std::string& name,
                  std::vector<std::string> arguments) const {
    const std::string url =
        settings_.owns_database() ? database_url_of(folder_.path()) : settings_.database_url;
    return {.program = program,
            .arguments = std::move(arguments),
            .environment = {"CONFAB_DATA=" + folder_.path().string(),
                            "CONFAB_PORT=" + std::to_string(settings_.port),
                            "CONFAB_BIND=" + settings_.bind, "CONFAB_DATABASE_URL=" + url},
            .log = folder_.log(name),
            .inherited = folder_.processes_lock()};
  }

  /// In the order of shutdown.
  std::array<std::optional<Service>*, 3> services() { return {&api_, &worker_, &database_}; }

  void wait() {
    auto until = steady_clock::now() + kHousePause;
    for (auto* service : services()) {
      if (*service && (*service)->due()) until = std::min(until, *(*service)->due());
    }
    if (phase_ == Phase::services && !stopping_) until = std::min(until, next_probe_);
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()).count();
    std::array<pollfd, 2> watched{pollfd{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = notify_.fd(), .events = POLLIN, .revents = 0}};
    ::poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
  }

  void reap() {
    while (const auto ended = take_ended()) {
      if (ended->pid == migration_) migrated(ended->code);
      for (auto* service : services()) {
        if (*service && (*service)->pid() == ended->pid) {
          if (service == &database_) ballast_.drop_if_full();
          (*service)->ended(ended->code, steady_clock::now());
        }
      }
    }
  }

  void migrate() {
    phase_ = Phase::migration;
    std::error_code none;
    std::filesystem::remove(folder_.log("migrate"), none);
    migration_ = start(product(settings_.self, "migrate", {"migrate", "up"}));
  }

  void migrated(int code) {
    migration_ = 0;
    if (stopping_) return;
    if (code != 0) {
      give_up(code, "the database could not be brought up to date", "migrate");
      return;
    }
    phase_ = Phase::services;
    api_->start(steady_clock::now());
    worker_->start(steady_clock::now());
  }

  void advance() {
    const auto now = steady_clock::now();
    for (auto* service : services()) {
      if (*service) (*service)->tick(now);
    }
    if (stopping_) {
      stop_next(now);
      return;
    }
    if (phase_ != Phase::ready) check_failures();
    if (phase_ == Phase::services && now >= next_probe_) probe();
    if (now >= next_keeping_) keep_house();
  }

  void check_failures() {
    for (auto* service : services()) {
      if (stopping_ || !*service || (*service)->failures() < kFailuresBeforeReady) continue;
      give_up(static_cast<int>(Exit::unavailable),
              (*service)->name() + " stops as soon as it is started", (*service)->name());
    }
  }

  void probe() {
    int status = http_status(settings_.bind, settings_.port, "/readyz");
    constexpr int kNotFound = 404;
    if (status == kNotFound) status = http_status(settings_.bind, settings_.port, "/healthz");
    constexpr int kOk = 200;
    if (status == kOk) {
      announce();
    } else {
      next_probe_ = steady_clock::now() + kProbePause;
    }
  }

  void announce() {
    phase_ = Phase::ready;
    log::info("run.ready", {{"address", settings_.address()}});
    std::cout << "Confab is ready at " << settings_.address() << std::endl;
    const auto code = folder_.path() / "setup-code";
    if (!settings_.loopback_only() && std::filesystem::exists(code)) {
      ::dprintf(to_log_.console(),
                "Whoever registers first owns this server and needs the code in %s\n",
                code.c_str());
    }
  }

  void keep_house() {
    next_keeping_ = steady_clock::now() + kHousePause;
    for (const char* name : {"confab", "confab-api", "confab-worker", "mariadbd"}) {
      rotate_log(folder_.log(name));
    }
    if (database_) ballast_.keep();
  }

  void give_up(int code, const std::string& why, const std::string& log_name) {
    const auto log = folder_.log(log_name);
    failure_.emplace(static_cast<Exit>(code), why + ":\n" + last_lines(log, 8),
                     "see " + log.string());
    stop();
  }

  void stop() {
    if (stopping_) return;
    stopping_ = true;
    log::info("run.stopping");
    if (migration_ > 0) ::kill(migration_, SIGTERM);
  }

  /// Ends one service after the other, each only when those before it are gone.
  void stop_next(Moment now) {
    if (migration_ > 0) return;
    for (auto* service : services()) {
      if (!*service) continue;
      if (!(*service)->stopping()) (*service)->stop(now, kPatience);
      if ((*service)->running()) return;
    }
    finished_ = true;
  }

  const Settings& settings_;
  DataFolder folder_;
  StderrToFile to_log_;
  Signals signals_;
  NotifySocket notify_;
  const Ballast ballast_{folder_.path() / "ballast"};
  std::optional<Service> database_, api_, worker_;
  Phase phase_ = Phase::database;
  pid_t migration_ = 0;
  bool stopping_ = false;
  bool finished_ = false;
  std::optional<Failure> failure_;
  steady_clock::time_point next_probe_, next_keeping_;
};

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void run(const Settings& settings) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  Supervisor(settings).run();
}

}  // namespace confab::ctl::run
