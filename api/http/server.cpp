#include "api/http/server.h"

#include <fcntl.h>

#include <vector>

#include "api/base/log.h"
#include "api/http/dispatch.h"
#include "api/http/handover.h"
#include "api/http/loop.h"

namespace confab::http {

struct Server::State {
  int port = 0;
  std::string unix_path;
  std::vector<std::unique_ptr<Loop>> loops;

  ~State() {
    // A new server may take the path from here on.
    if (!unix_path.empty()) ::unlink(unix_path.c_str());
    for (const auto& loop : loops) loop->stop();
  }
};

Server::Server(Settings settings, const Router& router, Executor& executor)
    : state_(std::make_unique<State>()) {
  const std::string bind = settings.bind;
  const int threads = settings.threads;
  Listener first = listen_on(bind, settings.port, threads > 1);
  state_->port = first.port;
  state_->unix_path = first.unix_path;

  std::vector<Descriptor> sockets;
  sockets.push_back(std::move(first.socket));
  while (static_cast<int>(sockets.size()) < threads) {
    // Sockets on one port share it in the kernel; on a unix path they must be one.
    sockets.push_back(state_->unix_path.empty()
                          ? listen_on(bind, state_->port, true).socket
                          : Descriptor(::fcntl(sockets.front().get(), F_DUPFD_CLOEXEC, 0)));
  }
  const bool handed = settings.hand_over && can_hand_over(!state_->unix_path.empty());
  // Pumped through, a stream holds three descriptors.
  const Admission::Settings places{.total = settings.connections / (handed ? 1 : 3),
                                   .per_network = settings.connections_per_network,
                                   .trusted = settings.trusted_proxies};
  const Loop::Parts parts{.dispatch = std::make_shared<Dispatch>(std::move(settings), router),
                          .admission = std::make_shared<Admission>(places),
                          .hand_over = handed};
  if (handed) {
    log::info("http.streams", {{"how", "handed over"}, {"connections", places.total}});
  } else {
    log::warn("http.streams", {{"how", "through libmicrohttpd"}, {"connections", places.total}});
  }
  for (int i = 0; i < threads; ++i) {
    state_->loops.push_back(std::make_unique<Loop>(std::move(sockets[static_cast<std::size_t>(i)]),
                                                   i, parts, executor));
  }
}

Server::~Server() = default;

int Server::port() const { return state_->port; }

}  // namespace confab::http
