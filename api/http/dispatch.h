#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/base/waited.h"
#include "api/http/assets.h"
#include "api/http/docs.h"
#include "api/http/limits.h"
#include "api/http/measures.h"
#include "api/http/server.h"

namespace confab::http {

/// Turns complete calls into replies; knows nothing of sockets.
class Dispatch {
 public:
  /// What a call needs: a reply that is ready, or work for the executor. And when it came
  /// so far, for the log and the metrics.
  struct Plan {
    std::optional<Reply> reply;
    const Router::Route* route = nullptr;  ///< Null with no reply: a page of the server itself.
    std::chrono::steady_clock::time_point made = std::chrono::steady_clock::now();
    std::optional<std::chrono::steady_clock::time_point> begun = {};  ///< A thread has taken it.
    bool queued = false;
    Waited waited = {};
  };

  /// Loads the static files and prints the API document; `router` is complete.
  Dispatch(Server::Settings settings, const Router& router);

  /// Runs on the I/O thread: routing, every check that needs no waiting, and the replies of
  /// endpoints that have them in memory.
  Plan plan(Call& call, const std::string& query) noexcept;
  /// Runs on the executor: who calls, may they so often, the handler.
  Reply work(Call& call, Plan& plan) noexcept;
  /// The reply to a call that cannot be queued.
  Reply overloaded(const Call& call) const;
  /// Gives a reply the headers that all have, and writes the access log's line.
  void seal(const Call& call, const Plan& plan, Reply& reply, std::int64_t started_ms,
            bool head) const noexcept;

  const Server::Settings& settings() const { return settings_; }
  Measures& measures() const { return *measures_; }

 private:
  Plan choose(Call& call, const std::string& query) noexcept;
  Plan plan_api(Call& call);
  /// What the endpoint has in memory for a caller who is known; else it has to be worked for.
  std::optional<Reply> at_once(Call& call, const Router::Route& route);
  Plan plan_metrics(const Call& call) const;
  Reply answer(Call& call, const Plan& plan) noexcept;
  Reply run(Call& call, const Router::Route& route);
  /// False when the reply is a refusal for asking too often.
  bool within_limit(const Call& call, const Router::Route& route, Rate rate, Reply& reply);
  void finish(const Call& call, const Plan& plan, Reply& reply, std::int64_t started_ms,
              bool head) const;

  const Server::Settings settings_;
  metrics::Registry own_metrics_;  ///< Used when none was given.
  const Router& router_;
  const Assets assets_;
  const Docs docs_;
  Limits limits_;
  const std::unique_ptr<Measures> measures_;
};

/// `X-Request-Id` of the call when it has the form we take, else a new one.
std::string request_id(const Call& call);

}  // namespace confab::http
