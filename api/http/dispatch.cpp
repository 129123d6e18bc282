#include "api/http/dispatch.h"

#include <algorithm>
#include <atomic>
#include <cctype>

#include "api/base/clock.h"
#include "api/base/crypto.h"
#include "api/base/log.h"
#include "api/http/origin.h"

namespace confab::http {

namespace {

bool below(std::string_view path, std::string_view base) {
  return path == base || (path.starts_with(base) && path[base.size()] == '/');
}

bool is_health(std::string_view path) { return path == "/healthz" || path == "/readyz"; }

Reply healthy() { return {.body = R"({"status":"ok"})"}; }

Reply not_allowed(const Call& call, const std::string& allowed) {
  Reply reply =
      problem(Error(Code::method_not_allowed, "This address takes " + allowed + "."), call);
  reply.header("Allow", allowed);
  return reply;
}

Reply mistake(const Call& call, const std::string& what) {
  log::error("http.answer", {{"request_id", call.request_id}, {"path", call.path}, {"what", what}});
  return problem(Error(Code::internal, what), call);
}

void require_known_query(const Call& call, const Router::Route& route) {
  for (const auto& [name, value] : call.query) {
    if (std::find(route.query_names.begin(), route.query_names.end(), name) ==
        route.query_names.end()) {
      throw Error(Code::invalid_request, "This endpoint has no query parameter `" + name + "`.");
    }
  }
}

void add_once(Reply& reply, std::string_view name, std::string_view value) {
  const bool there = std::any_of(reply.headers.begin(), reply.headers.end(),
                                 [&](const auto& each) { return each.first == name; });
  if (!there) reply.headers.emplace_back(name, value);
}

}  // namespace

std::string request_id(const Call& call) {
  const auto given = call.header("x-request-id");
  const bool fits =
      !given.empty() && given.size() <= 64 && std::all_of(given.begin(), given.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
      });
  if (fits) return std::string(given);
  // Unique, not secret: a random start per process and a count.
  static const std::string start = crypto::hex(crypto::random_bytes(6));
  static std::atomic<std::uint64_t> made{0};
  return start + '-' + std::to_string(++made);
}

Dispatch::Dispatch(Server::Settings settings, const Router& router)
    : settings_(std::move(settings)),
      router_(router),
      assets_(settings_.frontend),
      docs_(json::print(router.openapi(settings_.version))),
      limits_(settings_.quotas) {}

Dispatch::Plan Dispatch::plan(Call& call, const std::string& query) const noexcept {
  try {
    try {
      call.address = calling_address(call);
      if ((below(call.path, Router::kBase) && call.path != "/api/v1/openapi.json") ||
          call.path.starts_with(Router::kWellKnown)) {
        read_query(call, query);
        return plan_api(call);
      }
      if (call.method != "GET" && call.method != "HEAD") {
        return {.reply = not_allowed(call, "GET, HEAD")};
      }
      if (call.path == "/healthz") return {.reply = healthy()};
      if (call.path == "/readyz") return {};
      if (auto page = docs_.serve(call)) return {.reply = std::move(page)};
      if (below(call.path, "/api")) throw Error(Code::not_found, "The API has no such address.");
      return {.reply = assets_.serve(call)};
    } catch (const Error& error) {
      return {.reply = error.code() == Code::internal ? mistake(call, error.what())
                                                      : problem(error, call)};
    }
  } catch (const std::exception& bug) {
    log::error("http.plan", {{"request_id", call.request_id}, {"what", bug.what()}});
    return {.reply = Reply{.status = 500, .type = "text/plain"}};
  }
}

Dispatch::Plan Dispatch::plan_api(Call& call) const {
  const Router::Route* route = nullptr;
  try {
    route = &router_.match(call);
    if (call.method == "HEAD") call.method = "GET";
    require_own_site(call, settings_.cookie, settings_.origin);
    require_json(call);
    require_known_query(call, *route);
    if (route->endpoint.creates) call.idempotency_key();
    return {.route = route};
  } catch (const Error& error) {
    if (error.code() == Code::method_not_allowed) {
      return {.reply = not_allowed(call, router_.allowed(call))};
    }
    return {.reply = problem(error, call), .route = route};
  }
}

Reply Dispatch::work(Call& call, const Plan& plan) noexcept {
  try {
    try {
      if (plan.route != nullptr) return run(call, *plan.route);
      if (settings_.ready) settings_.ready();
      return healthy();
    } catch (const Error& error) {
      return error.code() == Code::internal ? mistake(call, error.what()) : problem(error, call);
    } catch (const std::exception& bug) {
      return mistake(call, bug.what());
    } catch (...) {
      return mistake(call, "not a std::exception");
    }
  } catch (...) {
    // Out of memory while saying so.
    Reply reply;
    reply.status = 500;
    return reply;
  }
}

Reply Dispatch::run(Call& call, const Router::Route& route) {
  const Endpoint& endpoint = route.endpoint;
  Reply refusal;
  if (endpoint.access != Access::anonymous) {
    std::optional<Error> why;
    try {
      if (settings_.authenticate) call.caller = settings_.authenticate(call);
    } catch (const Error& error) {
      if (row_of(error.code()).status >= 500) throw;
      why = error;
    }
    if (!call.caller || why) {
      call.caller = {};
      if (!within_limit(call, route, Rate::read, refusal)) return refusal;
      throw why.value_or(Error(Code::unauthenticated, "Sign in, or send an access token."));
    }
    call.caller.by_cookie = !call.has_header("authorization");
  }

  Reply limit;
  if (!within_limit(call, route, endpoint.rate, limit)) return limit;
  const auto answer = [&] {
    if (endpoint.access == Access::admin && !call.caller.is_admin) {
      throw Error(Code::insufficient_role, "Only the server's administrators may do this.");
    }
    return route.handler(call);
  };
  Reply reply;
  try {
    reply = answer();
  } catch (const Error& error) {
    reply = error.code() == Code::internal ? mistake(call, error.what()) : problem(error, call);
  } catch (const std::exception& bug) {
    reply = mistake(call, bug.what());
  }
  for (auto& header : limit.headers) reply.headers.push_back(std::move(header));
  return reply;
}

bool Dispatch::within_limit(const Call& call, const Router::Route& route, Rate rate, Reply& reply) {
  if (!settings_.rate_limits) return true;
  const bool by_user = call.caller && route.endpoint.access != Access::anonymous;
  const std::string key = by_user ? "user " + call.caller.user.text() : network_of(call.address);
  const auto verdict = limits_.take(rate, key, monotonic_ms());
  if (!verdict.allowed) {
    reply = problem(
        Error(Code::rate_limited, "Slow down: `Retry-After` says when the next request will do."),
        call);
  }
  limits_.describe(rate, verdict, reply);
  return verdict.allowed;
}

Reply Dispatch::overloaded(const Call& call) const {
  return problem(
      Error(Code::unavailable, "More requests wait than the server can hold.").retry_after(1),
      call);
}

void Dispatch::seal(const Call& call, const Plan& plan, Reply& reply, std::int64_t started_ms,
                    bool head) const noexcept {
  try {
    finish(call, plan, reply, started_ms, head);
  } catch (const std::exception& bug) {
    log::error("http.seal", {{"what", bug.what()}});
  }
}

void Dispatch::finish(const Call& call, const Plan& plan, Reply& reply, std::int64_t started_ms,
                      bool head) const {
  reply.header("X-Request-Id", call.request_id);
  reply.header("X-Content-Type-Options", "nosniff");
  reply.header("Referrer-Policy", "no-referrer");
  reply.header("Cross-Origin-Resource-Policy", "same-origin");
  add_once(reply, "Cache-Control", "no-store");
  add_once(reply, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  if (settings_.origin.starts_with("https://")) {
    reply.header("Strict-Transport-Security", "max-age=31536000");
  }

  const std::int64_t ms = monotonic_ms() - started_ms;
  count(call, plan, reply.status, ms);
  const auto level = is_health(call.path) ? log::debug : log::info;
  level("http.request", {{"method", head ? "HEAD" : call.method},
                         {"route", plan.route != nullptr ? plan.route->endpoint.path : "-"},
                         {"status", reply.status},
                         {"ms", ms},
                         {"request_id", call.request_id},
                         {"user", call.caller.user.value}});
}

void Dispatch::count(const Call& call, const Plan& plan, int status, std::int64_t ms) const {
  if (settings_.metrics == nullptr) return;
  // Only names of ours: a path or an unknown method would make a series each.
  const Endpoint* endpoint = plan.route != nullptr ? &plan.route->endpoint : nullptr;
  const std::string route = endpoint != nullptr    ? endpoint->path
                            : is_health(call.path) ? call.path
                                                   : "other";
  const std::string method = endpoint != nullptr ? endpoint->method : "any";
  settings_.metrics
      ->counter("confab_http_requests_total", "Requests answered.",
                {{"method", method}, {"route", route}, {"status", std::to_string(status)}})
      .add();
  settings_.metrics
      ->histogram("confab_http_request_seconds", "From the head to the reply.",
                  metrics::latency_bounds(), {{"method", method}, {"route", route}})
      .observe(static_cast<double>(ms) / 1000);
}

}  // namespace confab::http
