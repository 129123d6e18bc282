#include "api/http/router.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "api/base/json.h"
#include "api/base/text.h"

namespace confab::http {

namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = path.find('/');
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end == std::string_view::npos ? path.size() : end);
  }
  return segments;
}

bool is_param(std::string_view segment) { return segment.starts_with('{'); }

/// The segments of a request below the base path, all segments of one for a
/// well-known address (RFC 8615), or nothing when it is elsewhere.
std::vector<std::string> segments_of(const Call& call) {
  std::string_view path = call.path;
  if (path.starts_with(Router::kWellKnown)) return split(path);
  if (!path.starts_with(Router::kBase)) return {};
  path.remove_prefix(Router::kBase.size());
  if (!path.starts_with('/') || path.starts_with(Router::kWellKnown)) return {};
  return split(path);
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                    [](const std::string& wanted, const std::string& found) {
                      return is_param(wanted) ? !found.empty() : wanted == found;
                    });
}

/// Literal segments come first, so that `/users/me` is found before `/users/{id}`.
bool goes_before(const Router::Route& a, const Router::Route& b) {
  return std::lexicographical_compare(
      a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
      [](const std::string& x, const std::string& y) { return !is_param(x) && is_param(y); });
}

}  // namespace

void Router::add_raw(const Endpoint& endpoint, Handler handler) {
  Route route{.endpoint = endpoint};
  route.handler = std::move(handler);
  insert(std::move(route));
}

Router::Route& Router::insert(Route route) {
  route.segments = split(route.endpoint.path);
  for (const char* each : route.endpoint.query) {
    const std::string_view text = each;
    route.query_names.emplace_back(text.substr(0, text.find(':')));
  }
  for (const auto& known : routes_) {
    if (known->segments == route.segments &&
        std::string_view(known->endpoint.method) == route.endpoint.method) {
      throw std::logic_error(std::string("two endpoints for ") + route.endpoint.method + ' ' +
                             route.endpoint.path);
    }
  }
  auto owned = std::make_unique<Route>(std::move(route));
  const auto place = std::upper_bound(
      routes_.begin(), routes_.end(), owned,
      [](const auto& fresh, const auto& known) { return goes_before(*fresh, *known); });
  return **routes_.insert(place, std::move(owned));
}

const Router::Route& Router::match(Call& call) const {
  const auto segments = segments_of(call);
  const std::string_view method = call.method == "HEAD" ? "GET" : std::string_view(call.method);
  bool path_known = false;
  for (const auto& route : routes_) {
    if (!fits(route->segments, segments)) continue;
    path_known = true;
    if (method != route->endpoint.method) continue;
    call.params.clear();
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const std::string& pattern = route->segments[i];
      if (!is_param(pattern)) continue;
      auto value = text::percent_decode(segments[i]);
      if (!value) throw not_found();
      call.params.emplace(pattern.substr(1, pattern.size() - 2), std::move(*value));
    }
    return *route;
  }
  if (path_known) {
    throw Error(Code::method_not_allowed, "This address takes " + allowed(call) + ".");
  }
  throw Error(Code::not_found, "The API has no such address.");
}

std::string Router::allowed(const Call& call) const {
  const auto segments = segments_of(call);
  std::set<std::string> methods;
  for (const auto& route : routes_) {
    if (!fits(route->segments, segments)) continue;
    methods.insert(route->endpoint.method);
    if (methods.contains("GET")) methods.insert("HEAD");
  }
  std::string list;
  for (const auto& method : methods) list += (list.empty() ? "" : ", ") + method;
  return list;
}

Json::Value Router::parse_body(const Call& call) {
  if (call.body.empty()) {
    throw Error(Code::invalid_json, "This endpoint takes a JSON body, and there was none.");
  }
  return json::parse(call.body);
}

void Router::require_no_body(const Call& call) {
  // `{}` is what clients send that cannot send nothing.
  if (!call.body.empty() && call.body != "{}") {
    throw Error(Code::invalid_request, "This endpoint takes no body.");
  }
}

}  // namespace confab::http
