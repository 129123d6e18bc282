#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/base/fields.h"
#include "api/http/call.h"

namespace confab::http {

/// Who may call an endpoint at all; the rule behind it decides the rest. There
/// is no default: an endpoint that does not say so does not compile.
class Access {
 public:
  enum Kind { anonymous, user, admin, owner };  ///< The last two of the server.
  constexpr Access(Kind kind)
      : kind_(kind) {}  // NOLINT(google-explicit-constructor): reads as the kind
  constexpr operator Kind() const { return kind_; }  // NOLINT(google-explicit-constructor)

 private:
  Kind kind_;
};

/// Rate limit classes; each is a setting.
enum class Rate { read, write, post, sign_in, sign_up, search };

/// An endpoint as the router and the API document know it.
struct Endpoint {
  const char* method;
  const char* path;  ///< Below /api/v1: `/rooms/{room_id}/messages`
  const char* summary;
  Access access;
  const char* scope;  ///< Of bearer tokens: `messages:write`; empty: any.
  int status = 200;
  /// Query parameters as `name: meaning` for the document; unknown ones are refused.
  std::vector<const char*> query = {};
  /// A POST that creates: the reply is kept with its Idempotency-Key and given again.
  bool creates = false;
  /// Codes beyond those every endpoint may answer.
  std::vector<Code> errors = {};
  Rate rate = Rate::read;
  /// Media type of the reply of a raw endpoint, for the document.
  const char* produces = "application/json";
  /// Costly, and in no hurry: few run at once, so that a thousand who come back together
  /// keep nobody else waiting.
  bool patient = false;
  int other_status = 0;  ///< Of the same reply when it says that nothing (or something) is new.
};

/// A reply of a typed endpoint with more than a body: another status, a cookie, an ETag.
template <typename T>
struct With {
  T body;
  int status = 0;  ///< Zero: the endpoint's.
  std::vector<std::pair<std::string, std::string>> headers = {};
  With(T b) : body(std::move(b)) {}  // NOLINT(google-explicit-constructor): a plain body will do
  With(T b, int s) : body(std::move(b)), status(s) {}
};

/// The same for a reply without a body: a status, a cookie.
template <>
struct With<Nothing> {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Resources have `version`; its ETag is `"version"`.
template <typename T>
concept Versioned = requires(const T& t) {
  { t.version } -> std::convertible_to<std::int64_t>;
};

class Router {
 public:
  static constexpr std::string_view kBase = "/api/v1";
  /// Endpoints whose path begins so are at the root instead.
  static constexpr std::string_view kWellKnown = "/.well-known/";

  using Handler = std::function<Reply(const Call&)>;
  using QuickHandler = std::function<std::optional<Reply>(const Call&)>;
  struct Route {
    Endpoint endpoint;
    Json::Value in;            ///< Schema, null when there is no body.
    Json::Value out;           ///< Schema, null when there is no body.
    bool tagged = false;       ///< The reply has an ETag.
    bool conditional = false;  ///< If-None-Match with it gets 304.
    Handler handler;
    QuickHandler quick;  ///< The same from memory, at once; or nothing.
    std::vector<std::string> segments;
    std::vector<std::string> query_names;
  };

  /// Adds an endpoint whose body is an `In` and whose reply is an `Out`.
  /// `handler(const Call&, const In&)` returns `Out` or `With<Out>`; void (or
  /// `With<Nothing>`) when `Out` is Nothing; with `In` Nothing it takes the call only.
  template <typename In, typename Out, typename F>
  Route& add(const Endpoint& endpoint, F handler) {
    Route route{.endpoint = endpoint};
    if constexpr (!std::is_same_v<In, Nothing>) route.in = schema_of<In>(schemas_);
    if constexpr (!std::is_same_v<Out, Nothing>) route.out = schema_of<Out>(schemas_);
    route.tagged = Versioned<Out>;
    route.conditional = Versioned<Out> && std::string_view(endpoint.method) == "GET";
    const int status = endpoint.status;
    route.handler = [handler = std::move(handler), status](const Call& call) -> Reply {
      const auto run = [&]() -> decltype(auto) {
        if constexpr (std::is_same_v<In, Nothing>) {
          require_no_body(call);
          return handler(call);
        } else {
          return handler(call, from_json<In>(parse_body(call)));
        }
      };
      if constexpr (std::is_same_v<Out, Nothing>) {
        if constexpr (std::is_void_v<decltype(run())>) {
          run();
          return Reply{.status = status};
        } else {
          With<Nothing> with = run();
          return Reply{.status = with.status != 0 ? with.status : status,
                       .headers = std::move(with.headers)};
        }
      } else {
        return reply_with<Out>(call, status, run());
      }
    };
    return insert(std::move(route));
  }

  /// The same for a GET whose `Out` may be in memory: `quick(const Call&)` returns it, or
  /// nothing when `handler` has to be asked. It runs in an I/O thread, so it never waits.
  template <typename In, typename Out, typename F, typename Q>
  void add(const Endpoint& endpoint, F handler, Q quick) {
    add<In, Out>(endpoint, std::move(handler)).quick =
        [quick = std::move(quick),
         status = endpoint.status](const Call& call) -> std::optional<Reply> {
      require_no_body(call);
      std::optional<Out> out = quick(call);
      if (!out) return std::nullopt;
      return reply_with<Out>(call, status, *std::move(out));
    };
  }

  /// Adds an endpoint that makes its own Reply (the event stream).
  void add_raw(const Endpoint& endpoint, Handler handler);
  /// The same for a handler that prints an `Out` by itself.
  template <typename Out>
  void add_raw(const Endpoint& endpoint, Handler handler) {
    Route route{.endpoint = endpoint};
    route.out = schema_of<Out>(schemas_);
    route.tagged = Versioned<Out>;
    route.handler = std::move(handler);
    insert(std::move(route));
  }

  /// Declares an event type for the document: `data` has the schema of `T`.
  template <typename T>
  void add_event(std::string_view type, std::string_view summary, bool durable = true) {
    events_.push_back({std::string(type), std::string(summary), schema_of<T>(schemas_), durable});
  }

  /// The route of a method and path with `call.params` filled; a literal segment
  /// goes before a parameter, and HEAD takes the route of GET. Throws not_found, or
  /// method_not_allowed when only the method does not fit.
  const Route& match(Call& call) const;
  /// `GET, POST`: what a path takes.
  std::string allowed(const Call& call) const;

  /// The OpenAPI 3.1 document of every route and event.
  Json::Value openapi(std::string_view version) const;

  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct EventType {
    std::string type;
    std::string summary;
    Json::Value schema;
    bool durable;
  };

  template <typename Out>
  static Reply reply_with(const Call& call, int status, With<Out> with) {
    Reply reply{.status = with.status != 0 ? with.status : status};
    reply.headers = std::move(with.headers);
    if constexpr (Versioned<Out>) {
      const auto tag = '"' + std::to_string(with.body.version) + '"';
      reply.header("ETag", tag);
      if (call.method == "GET" && call.has_copy(tag)) {
        reply.status = 304;
        return reply;
      }
    }
    reply.body = to_json(with.body);
    return reply;
  }

  static Json::Value parse_body(const Call& call);
  static void require_no_body(const Call& call);
  Route& insert(Route route);

  Schemas schemas_;
  std::vector<std::unique_ptr<Route>> routes_;
  std::vector<EventType> events_;
};

}  // namespace confab::http
