#pragma once

#include <sys/types.h>

#include "bench/lib/fanout.h"

namespace confab::bench {

/// The least that could serve the same streams: a process with one thread, epoll and send. It
/// reads no requests, knows no rooms and keeps nothing: what comes over a socket pair goes out
/// to every connection, what has gathered meanwhile in one send. The machine's limit.
class BareServer {
 public:
  BareServer();
  ~BareServer();
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;

  int port() const { return port_; }
  pid_t pid() const { return pid_; }
  int control() const { return control_; }

 private:
  int port_ = 0;
  int control_ = -1;
  pid_t pid_ = 0;
};

/// Hands it the bytes that our server would send.
class BarePublisher final : public Publisher {
 public:
  explicit BarePublisher(const BareServer& server) : control_(server.control()) {}
  void publish(std::uint64_t number, const std::string& body) override;

 private:
  const int control_;
};

}  // namespace confab::bench
