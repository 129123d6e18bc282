#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "api/base/metrics.h"
#include "api/http/deadlines.h"
#include "api/http/router.h"

namespace confab::http {

/// How many connections are in each Step, in its order.
using Census = std::array<std::int64_t, static_cast<std::size_t>(Step::handed) + 1>;

/// What is counted of requests and connections. Labels hold names of ours only: a
/// path or a method as it came would make a series each. Any thread; after the first
/// answer of a kind nothing locks.
class Measures {
 public:
  /// `registry` and `router` outlive it; the router is complete.
  Measures(metrics::Registry& registry, const Router& router);

  void queued() { in_flight_.add(1); }
  void begun(std::chrono::steady_clock::duration in_queue) { queue_.observe(seconds(in_queue)); }
  void ended() { in_flight_.add(-1); }
  /// `route` is null outside of the API.
  void answered(const Router::Route* route, const Call& call, int status,
                std::chrono::steady_clock::duration took);
  /// What one loop found, and what it had found before.
  void connections(const Census& before, const Census& now);

 private:
  static constexpr auto kStatuses = std::to_array<int>(
      {200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 406,
       409, 410, 411, 412, 413, 414, 415, 416, 422, 428, 429, 431, 500, 501, 502, 503, 507});

  /// One method and path.
  struct Target {
    Target(std::string its_method, std::string its_route, metrics::Histogram& its_seconds)
        : method(std::move(its_method)), route(std::move(its_route)), seconds(its_seconds) {}

    const std::string method, route;
    metrics::Histogram& seconds;
    std::array<std::atomic<metrics::Counter*>, kStatuses.size()> by_status{};
  };

  static double seconds(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
  }
  std::unique_ptr<Target> target(std::string method, std::string route);
  Target& target_of(const Router::Route* route, const Call& call, int status);
  metrics::Counter& counter(Target& target, int status);

  metrics::Registry& registry_;
  metrics::Gauge& in_flight_;
  metrics::Histogram& queue_;
  std::array<metrics::Gauge*, std::tuple_size_v<Census>> connections_{};
  std::unordered_map<const Router::Route*, std::unique_ptr<Target>> routes_;
  std::map<std::string, std::unique_ptr<Target>, std::less<>> others_;
};

}  // namespace confab::http
