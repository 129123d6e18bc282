#include "api/http/measures.h"

#include <algorithm>
#include <string_view>

namespace confab::http {

namespace {

constexpr auto kSteps = std::to_array<const char*>(
    {"reading_head", "reading_body", "working", "replying", "idle", "handed_over"});
static_assert(kSteps.size() == std::tuple_size_v<Census>);

}  // namespace

Measures::Measures(metrics::Registry& registry, const Router& router)
    : registry_(registry),
      in_flight_(registry.gauge("confab_http_requests_in_flight",
                                "Requests that wait for a thread or are worked on.")),
      queue_(registry.histogram("confab_http_queue_seconds",
                                "From the complete request to the thread that works on it.",
                                metrics::latency_bounds())) {
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    connections_[i] = &registry.gauge(
        "confab_http_connections", "Connections by what they do, looked at once a second at most.",
        {{"state", kSteps[i]}});
  }
  for (const auto& route : router.routes()) {
    routes_[route.get()] = target(route->endpoint.method, route->endpoint.path);
  }
  for (const char* name : {"/healthz", "/readyz", "/metrics", "static", "other"}) {
    others_[name] = target("any", name);
  }
}

std::unique_ptr<Measures::Target> Measures::target(std::string method, std::string route) {
  auto& seconds =
      registry_.histogram("confab_http_request_seconds", "From the complete request to its reply.",
                          metrics::latency_bounds(), {{"method", method}, {"route", route}});
  return std::make_unique<Target>(std::move(method), std::move(route), seconds);
}

Measures::Target& Measures::target_of(const Router::Route* route, const Call& call, int status) {
  if (const auto found = routes_.find(route); found != routes_.end()) return *found->second;
  if (const auto found = others_.find(call.path); found != others_.end()) return *found->second;
  const bool file = status < 400 && (call.method == "GET" || call.method == "HEAD");
  return *others_.find(std::string_view(file ? "static" : "other"))->second;
}

metrics::Counter& Measures::counter(Target& target, int status) {
  const auto make = [&]() -> metrics::Counter& {
    return registry_.counter(
        "confab_http_requests_total", "Requests answered.",
        {{"method", target.method}, {"route", target.route}, {"code", std::to_string(status)}});
  };
  const auto* const found = std::lower_bound(kStatuses.begin(), kStatuses.end(), status);
  if (found == kStatuses.end() || *found != status) return make();
  auto& kept = target.by_status[static_cast<std::size_t>(found - kStatuses.begin())];
  auto* counter = kept.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &make();
    kept.store(counter, std::memory_order_release);
  }
  return *counter;
}

void Measures::answered(const Router::Route* route, const Call& call, int status,
                        std::chrono::steady_clock::duration took) {
  Target& target = target_of(route, call, status);
  counter(target, status).add();
  target.seconds.observe(seconds(took));
}

void Measures::connections(const Census& before, const Census& now) {
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i] != before[i]) connections_[i]->add(now[i] - before[i]);
  }
}

}  // namespace confab::http
