#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/base/executor.h"
#include "api/base/metrics.h"
#include "api/base/network.h"
#include "api/http/call.h"
#include "api/http/deadlines.h"
#include "api/http/limits.h"
#include "api/http/router.h"

namespace confab::http {

/// Serves a router over HTTP/1.1.
///
/// I/O threads only collect bytes: a complete request is suspended and handed
/// to the executor, whose thread runs the handler and resumes the connection.
class Server {
 public:
  struct Settings {
    std::string bind = "127.0.0.1";  ///< Address, or `unix:/path`.
    int port = 0;                    ///< 0: the kernel picks; see port().
    int threads = 1;
    std::string origin;  ///< Of the public URL; unsafe requests by cookie must match it.
    std::string cookie = "__Host-confab";
    std::string frontend;  ///< Directory of static files; empty: none.
    bool rate_limits = true;
    Quotas quotas = kDefaultQuotas;
    Deadlines deadlines;
    std::size_t max_body = 256 * 1024;
    int connections = 19'000;           ///< At once, streams included; below the descriptors.
    int connections_per_network = 512;  ///< The same from one address (of IPv6: one /64).
    /// Whose X-Forwarded-For is believed, besides a unix socket's. Their connections
    /// count by the address they name, not by their own.
    Networks trusted_proxies = Networks::parse("loopback");
    bool hand_over = true;  ///< False: streams stay in libmicrohttpd, as if it could not.
    /// Who calls: nobody, or throws Error. Runs on the executor, and not for
    /// endpoints that are open to everybody. `by_cookie` is filled in afterwards.
    std::function<Caller(const Call&)> authenticate;
    /// The same from memory alone: nothing when that does not say, or there is more to do
    /// than to answer. Runs in I/O threads, so it never waits.
    std::function<std::optional<Caller>(const Call&)> known_caller;
    /// Runs the endpoints that are patient; without it the server's executor does.
    Executor* patient = nullptr;
    /// GET /readyz: throws Error(unavailable) when the server cannot serve. Its answer's
    /// status word: `ok`, or what it cannot do.
    std::function<std::string()> ready;
    std::string version;
    /// Counts and times requests and connections, when given; outlives the server.
    metrics::Registry* metrics = nullptr;
    /// GET /metrics. The address exists only when its text does; whoever asks must send
    /// `token` as a bearer token, unless it is open to everybody.
    struct MetricsPage {
      std::function<std::string()> text;
      std::string token;
      bool open = false;
    } metrics_page = {};
    /// A request that takes longer is logged with where its time went; 0: none is.
    int slow_ms = 1000;
  };

  /// Binds and listens. Throws Error(internal) saying what the address needs.
  Server(Settings settings, const Router& router, Executor& executor);
  /// Stops listening, lets requests under way end (5 s at most), closes.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace confab::http
