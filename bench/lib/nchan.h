#pragma once

#include <sys/types.h>

#include <filesystem>

#include "bench/lib/fanout.h"

namespace confab::bench {

/// nginx with nchan (Debian: libnginx-mod-nchan), one worker, its own configuration and folder.
/// Throws when it is not installed.
class NchanServer {
 public:
  NchanServer();
  ~NchanServer();
  NchanServer(const NchanServer&) = delete;
  NchanServer& operator=(const NchanServer&) = delete;

  int port() const { return port_; }
  pid_t pid() const { return pid_; }

 private:
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t pid_ = 0;
};

/// The event's data as our server would send it; nchan makes its own `id:`.
class NchanPublisher final : public HttpPublisher {
 public:
  NchanPublisher(Loop& loop, int port, int connections) : HttpPublisher(loop, port, connections) {}
  void publish(std::uint64_t number, const std::string& body) override;
};

inline constexpr const char* kNchanSubscribe =
    "GET /sub HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";

/// nginx in the foreground with that configuration, in that folder; waits until it listens.
pid_t start_nginx(const std::filesystem::path& folder, const std::string& configuration, int port);
/// SIGQUIT to what `start_nginx` gave, and waits.
void stop_nginx(pid_t pid);

}  // namespace confab::bench
