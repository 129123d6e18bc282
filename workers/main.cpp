#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/base/log.h"
#include "api/events/follower.h"
#include "api/events/log.h"
#include "api/messages/rows.h"
#include "api/rooms/book.h"
#include "workers/worker.h"

namespace confab {
namespace {

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
  const auto address = db::parse_address(config.database_url);
  db::Pool pool(address, 2);
  rooms::Book book;
  messages::Rows rows;
  events::Log log(clock, ids, [&](const auto&) { events::ring_doorbell(config.data + "/run"); });
  db::Writer writer({.address = address, .first_node = 100, .last_node = 199},
                    {&book, &rows, &log});
  writer.start();
  ids.set_node(writer.node());
  workers::Worker worker({config, clock, ids, pool, writer}, workers::upkeep());
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
