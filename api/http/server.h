#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/base/executor.h"
#include "api/base/metrics.h"
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
    /// Who calls: nobody, or throws Error. Runs on the executor, and not for
    /// endpoints that are open to everybody. `by_cookie` is filled in afterwards.
    std::function<Caller(const Call&)> authenticate;
    /// GET /readyz: throws Error(unavailable) when the server cannot serve.
    std::function<void()> ready;
    std::string version;
    /// Counts and times requests by route and status, when given; outlives the server.
    metrics::Registry* metrics = nullptr;
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
