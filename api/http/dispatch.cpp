#include "api/http/dispatch.h"

#include <algorithm>
#include <atomic>
#include <cctype>

#include "api/base/clock.h"
#include "api/base/crypto.h"
#include "api/base/log.h"
#include "api/base/request.h"
#include "api/http/origin.h"

namespace confab::http {

namespace {

bool below(std::string_view path, std::string_view base) {
  return path == base || (path.starts_with(base) && path[base.size()] == '/');
}

constexpr std::string_view kMetrics = "/metrics";

/// Asked for by machines, again and again.
bool is_probe(std::string_view path) {
  return path == "/healthz" || path == "/readyz" || path == kMetrics;
}

std::int64_t ms_of(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

Reply healthy(const std::string& status = "ok") {
  return {.body = R"({"status":")" + status + R"("})"};
}

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
      limits_(settings_.quotas),
      measures_(std::make_unique<Measures>(
          settings_.metrics != nullptr ? *settings_.metrics : own_metrics_, router)) {}

Dispatch::Plan Dispatch::plan(Call& call, const std::string& query) noexcept {
  Plan plan = choose(call, query);
  plan.queued = !plan.reply;
  if (plan.queued) measures_->queued();
  return plan;
}

Dispatch::Plan Dispatch::choose(Call& call, const std::string& query) noexcept {
  try {
    try {
      call.address = calling_address(call, settings_.trusted_proxies);
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
      if (call.path == kMetrics) return plan_metrics(call);
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

Dispatch::Plan Dispatch::plan_api(Call& call) {
  const Router::Route* route = nullptr;
  try {
    route = &router_.match(call);
    if (call.method == "HEAD") call.method = "GET";
    require_own_site(call, settings_.cookie, settings_.origin);
    require_json(call);
    require_known_query(call, *route);
    if (route->endpoint.creates) call.idempotency_key();
    return {.reply = at_once(call, *route), .route = route};
  } catch (const Error& error) {
    if (error.code() == Code::method_not_allowed) {
      return {.reply = not_allowed(call, router_.allowed(call))};
    }
    return {.reply = problem(error, call), .route = route};
  }
}

std::optional<Reply> Dispatch::at_once(Call& call, const Router::Route& route) {
  if (!route.quick || route.endpoint.access != Access::user || !settings_.known_caller) {
    return std::nullopt;
  }
  auto caller = settings_.known_caller(call);
  if (!caller) return std::nullopt;
  call.caller = *caller;
  auto reply = route.quick(call);
  if (!reply) {
    call.caller = {};
    return std::nullopt;
  }
  Reply limit;
  if (!within_limit(call, route, route.endpoint.rate, limit)) return limit;
  for (auto& header : limit.headers) reply->headers.push_back(std::move(header));
  return reply;
}

Dispatch::Plan Dispatch::plan_metrics(const Call& call) const {
  const auto& page = settings_.metrics_page;
  if (!page.text) throw Error(Code::not_found, "This server shows no metrics here.");
  constexpr std::string_view kScheme = "Bearer ";
  const auto given = call.header("authorization");
  const bool fits = !page.token.empty() && given.starts_with(kScheme) &&
                    crypto::equal(given.substr(kScheme.size()), page.token);
  if (page.open || fits) return {};
  Reply refusal =
      problem(Error(Code::unauthenticated, "Send the token of CONFAB_METRICS_TOKEN_FILE."), call);
  refusal.header("WWW-Authenticate", "Bearer realm=\"metrics\"");
  return {.reply = std::move(refusal)};
}

Reply Dispatch::work(Call& call, Plan& plan) noexcept {
  plan.begun = std::chrono::steady_clock::now();
  measures_->begun(*plan.begun - plan.made);
  waited() = {};
  Reply reply = answer(call, plan);
  plan.waited = waited();
  return reply;
}

Reply Dispatch::answer(Call& call, const Plan& plan) noexcept {
  try {
    try {
      if (plan.route != nullptr) return run(call, *plan.route);
      if (call.path == kMetrics) {
        return {.type = "text/plain; version=0.0.4; charset=utf-8",
                .body = settings_.metrics_page.text()};
      }
      return settings_.ready ? healthy(settings_.ready()) : healthy();
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
  const RequestScope scope({.id = call.request_id, .address = call.address});
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
    if (endpoint.access == Access::owner && !call.caller.is_owner) {
      throw Error(Code::insufficient_role, "Only the server's owners may do this.");
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
  if (plan.queued) measures_->ended();
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

  const auto now = std::chrono::steady_clock::now();
  const auto took = now - plan.made;
  measures_->answered(plan.route, call, reply.status, took);
  const char* route = plan.route != nullptr ? plan.route->endpoint.path : "-";
  const std::string method = head ? "HEAD" : call.method;
  const auto level = is_probe(call.path) ? log::debug : log::info;
  level("http.request", {{"method", method},
                         {"route", route},
                         {"status", reply.status},
                         {"ms", monotonic_ms() - started_ms},
                         {"request_id", call.request_id},
                         {"user", call.caller.user.value}});
  // Not what a client took over sending its request.
  if (settings_.slow_ms == 0 || took < std::chrono::milliseconds(settings_.slow_ms)) return;
  const auto begun = plan.begun.value_or(now);
  log::warn("http.slow", {{"request_id", call.request_id},
                          {"method", method},
                          {"route", route},
                          {"status", reply.status},
                          {"ms", ms_of(took)},
                          {"queue_ms", ms_of(begun - plan.made)},
                          {"handler_ms", ms_of(now - begun)},
                          {"writer_ms", ms_of(plan.waited.writer)},
                          {"database_ms", ms_of(plan.waited.database)}});
}

}  // namespace confab::http
