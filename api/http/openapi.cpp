#include <algorithm>
#include <cctype>
#include <set>

#include "api/base/error.h"
#include "api/http/limits.h"
#include "api/http/router.h"

namespace confab::http {

namespace {

Json::Value object() { return Json::Value(Json::objectValue); }

Json::Value text_type(const char* type) {
  Json::Value schema = object();
  schema["type"] = type;
  return schema;
}

Json::Value ref(const std::string& path) {
  Json::Value value = object();
  value["$ref"] = "#/components/" + path;
  return value;
}

/// `GET /rooms/{room_id}/messages` -> `get_rooms_room_id_messages`: it changes
/// only when the address does.
std::string operation_id(const Router::Route& route) {
  std::string id = route.endpoint.method;
  for (const auto& segment : route.segments) id += '_' + segment;
  std::string out;
  for (const char c : id) {
    if (c == '{' || c == '}') continue;
    const auto byte = static_cast<unsigned char>(c);
    out += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '_';
  }
  return out;
}

Json::Value parameter(const std::string& name, const char* in, bool required,
                      const std::string& meaning) {
  Json::Value out = object();
  out["name"] = name;
  out["in"] = in;
  out["required"] = required;
  if (!meaning.empty()) out["description"] = meaning;
  out["schema"] = text_type("string");
  return out;
}

/// What the ids in paths are, where a name of ours stands for one too.
const char* meaning_of(std::string_view name) {
  if (name == "user_id") return "An id, or `me`.";
  if (name == "session_id") return "An id, or `current`.";
  return "An id.";
}

bool may_mismatch(const Endpoint& endpoint) {
  return std::find(endpoint.errors.begin(), endpoint.errors.end(), Code::version_mismatch) !=
         endpoint.errors.end();
}

Json::Value parameters_of(const Router::Route& route) {
  Json::Value list(Json::arrayValue);
  for (const auto& segment : route.segments) {
    if (!segment.starts_with('{')) continue;
    const auto name = segment.substr(1, segment.size() - 2);
    list.append(parameter(name, "path", true, meaning_of(name)));
  }
  for (const std::string_view each : route.endpoint.query) {
    const auto colon = each.find(':');
    std::string meaning(colon == std::string_view::npos ? "" : each.substr(colon + 1));
    meaning.erase(0, meaning.find_first_not_of(' '));
    list.append(parameter(std::string(each.substr(0, colon)), "query", false, meaning));
  }
  if (route.endpoint.creates) list.append(ref("parameters/IdempotencyKey"));
  if (route.conditional) list.append(ref("parameters/IfNoneMatch"));
  if (may_mismatch(route.endpoint)) list.append(ref("parameters/IfMatch"));
  return list;
}

/// Every code this endpoint may answer, by status.
std::map<int, std::set<std::string>> errors_of(const Router::Route& route) {
  std::set<Code> codes(route.endpoint.errors.begin(), route.endpoint.errors.end());
  // What is looked at before the endpoint: a body that none needs may be too large all the same.
  codes.insert({Code::invalid_request, Code::ambiguous_auth, Code::body_too_large,
                Code::unsupported_media_type, Code::rate_limited, Code::internal,
                Code::unavailable});
  const bool unsafe = std::string_view(route.endpoint.method) != "GET";
  if (unsafe) codes.insert({Code::csrf_rejected, Code::storage_full});
  if (route.endpoint.access != Access::anonymous) {
    codes.insert({Code::unauthenticated, Code::token_expired, Code::token_revoked});
  }
  if (route.endpoint.access == Access::admin || route.endpoint.access == Access::owner) {
    codes.insert(Code::insufficient_role);
  }
  if (!route.in.isNull()) {
    codes.insert(
        {Code::invalid_json, Code::invalid_utf8, Code::unknown_field, Code::invalid_value});
  }
  if (!route.endpoint.query.empty()) codes.insert(Code::invalid_value);
  if (route.endpoint.creates) codes.insert(Code::idempotency_mismatch);
  const bool has_params = std::any_of(route.segments.begin(), route.segments.end(),
                                      [](const auto& each) { return each.starts_with('{'); });
  if (has_params) codes.insert(Code::not_found);

  std::map<int, std::set<std::string>> by_status;
  for (const Code code : codes) {
    by_status[row_of(code).status].insert(std::string(row_of(code).name));
  }
  return by_status;
}

/// A response with that meaning and the header that all have.
Json::Value response(const std::string& meaning) {
  Json::Value out = object();
  out["description"] = meaning;
  out["headers"]["X-Request-Id"] = ref("headers/RequestId");
  return out;
}

/// What one status of a refusal says.
Json::Value refusal(int status, const std::set<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "`" : ", `") + name + '`';
  Json::Value bad = response(list);
  for (const auto& name : names) bad["x-codes"].append(name);
  bad["content"]["application/problem+json"]["schema"] = ref("schemas/Problem");
  if (status == 401) bad["headers"]["WWW-Authenticate"] = ref("headers/WWWAuthenticate");
  if (status == 429 || status == 503) bad["headers"]["Retry-After"] = ref("headers/RetryAfter");
  return bad;
}

Json::Value responses_of(const Router::Route& route) {
  Json::Value responses = object();
  Json::Value good =
      response(route.out.isNull() && route.endpoint.status == 204 ? "Done." : "As asked.");
  if (route.tagged) good["headers"]["ETag"] = ref("headers/ETag");
  if (route.endpoint.creates) {
    good["headers"]["Idempotency-Replayed"] = ref("headers/IdempotencyReplayed");
  }
  const std::string produces = route.endpoint.produces;
  if (!route.out.isNull()) {
    good["content"][produces]["schema"] = route.out;
    if (route.conditional) {
      responses["304"] = response("If-None-Match names the present version.");
      responses["304"]["headers"]["ETag"] = ref("headers/ETag");
    }
  } else if (produces != "application/json") {
    good["content"][produces]["schema"] = text_type("string");
  }
  if (route.endpoint.other_status != 0) {
    responses[std::to_string(route.endpoint.other_status)] = good;
  }
  responses[std::to_string(route.endpoint.status)] = std::move(good);

  for (const auto& [status, names] : errors_of(route)) {
    responses[std::to_string(status)] = refusal(status, names);
  }
  return responses;
}

Json::Value operation(const Router::Route& route) {
  const Endpoint& endpoint = route.endpoint;
  Json::Value out = object();
  out["operationId"] = operation_id(route);
  out["summary"] = endpoint.summary;
  out["tags"].append(route.segments.front());
  Json::Value parameters = parameters_of(route);
  if (!parameters.empty()) out["parameters"] = std::move(parameters);
  if (!route.in.isNull()) {
    out["requestBody"]["required"] = true;
    out["requestBody"]["content"]["application/json"]["schema"] = route.in;
  }
  out["responses"] = responses_of(route);
  out["x-rate-limit"] = std::string(name_of(endpoint.rate));
  out["security"] = Json::Value(Json::arrayValue);
  if (endpoint.access != Access::anonymous) {
    out["security"][0]["cookie"] = Json::Value(Json::arrayValue);
    Json::Value& bearer = out["security"][1]["bearer"] = Json::Value(Json::arrayValue);
    if (*endpoint.scope != '\0') bearer.append(endpoint.scope);
  }
  if (endpoint.access == Access::admin) out["x-role"] = "admin";
  if (endpoint.access == Access::owner) out["x-role"] = "owner";
  return out;
}

Json::Value problem_schema() {
  Json::Value problem = object();
  problem["type"] = "object";
  problem["description"] = "RFC 9457. `code` is stable and part of the API.";
  Json::Value& properties = problem["properties"];
  for (const char* name : {"type", "title", "detail", "instance", "request_id"}) {
    properties[name] = text_type("string");
  }
  properties["status"] = text_type("integer");
  properties["code"] = text_type("string");
  for (const CodeRow& row : all_codes()) properties["code"]["enum"].append(std::string(row.name));
  Json::Value& item = properties["errors"]["items"];
  properties["errors"]["type"] = "array";
  item["type"] = "object";
  for (const char* name : {"pointer", "code", "detail"}) {
    item["properties"][name] = text_type("string");
    item["required"].append(name);
  }
  for (const char* name : {"type", "title", "status", "detail", "instance", "code", "request_id"}) {
    problem["required"].append(name);
  }
  return problem;
}

Json::Value header(const char* meaning, bool required) {
  Json::Value out = object();
  out["description"] = meaning;
  out["required"] = required;
  out["schema"] = text_type("string");
  return out;
}

Json::Value headers() {
  Json::Value out = object();
  out["RequestId"] =
      header("The request's own `X-Request-Id` when it is usable, or a new one.", true);
  out["RequestId"]["schema"]["maxLength"] = 64;
  out["ETag"] = header("The version, in quotes.", true);
  out["IdempotencyReplayed"] =
      header("`true` when this is the kept answer of an earlier request.", false);
  out["RetryAfter"] = header("Seconds to wait.", false);
  out["WWWAuthenticate"] = header("How to sign in (RFC 9110).", true);
  return out;
}

Json::Value parameters() {
  Json::Value out = object();
  Json::Value key = parameter("Idempotency-Key", "header", false,
                              "1 to 64 visible ASCII characters. A repeated request with the same "
                              "key and body gets the first one's answer.");
  key["schema"]["minLength"] = 1;
  key["schema"]["maxLength"] = 64;
  out["IdempotencyKey"] = std::move(key);
  out["IfNoneMatch"] = parameter("If-None-Match", "header", false,
                                 "ETags of copies at hand: 304 when one of them is current.");
  out["IfMatch"] = parameter("If-Match", "header", false,
                             "The ETag that the change is meant for: 412 when it is not current.");
  return out;
}

Json::Value components(const Schemas& schemas) {
  Json::Value out = object();
  for (const auto& [name, schema] : schemas) out["schemas"][name] = schema;
  out["schemas"]["Problem"] = problem_schema();
  out["headers"] = headers();
  out["parameters"] = parameters();

  Json::Value& schemes = out["securitySchemes"];
  schemes["cookie"]["type"] = "apiKey";
  schemes["cookie"]["in"] = "cookie";
  schemes["cookie"]["name"] = "__Host-confab";
  schemes["cookie"]["description"] =
      "Set by POST /sessions. Changing requests also need `X-Requested-With: confab`, "
      "`Content-Type: application/json`, and `Sec-Fetch-Site` or `Origin` of this site.";
  schemes["bearer"]["type"] = "http";
  schemes["bearer"]["scheme"] = "bearer";
  schemes["bearer"]["description"] = "An access token of POST /tokens.";
  return out;
}

Json::Value errors() {
  Json::Value out = object();
  for (const CodeRow& row : all_codes()) {
    Json::Value& entry = out[std::string(row.name)];
    entry["status"] = row.status;
    entry["title"] = std::string(row.title);
  }
  return out;
}

}  // namespace

Json::Value Router::openapi(std::string_view version) const {
  Json::Value out = object();
  out["openapi"] = "3.1.0";
  out["jsonSchemaDialect"] = "https://json-schema.org/draft/2020-12/schema";
  out["info"]["title"] = "Confab";
  out["info"]["version"] = std::string(version);
  out["info"]["license"]["name"] = "GPL-3.0-or-later";
  out["info"]["license"]["identifier"] = "GPL-3.0-or-later";
  out["servers"][0]["url"] = std::string(kBase);

  out["paths"] = object();
  std::set<std::string> tags;
  for (const auto& route : routes_) {
    std::string method = route->endpoint.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    Json::Value& path = out["paths"][route->endpoint.path];
    path[method] = operation(*route);
    if (std::string_view(route->endpoint.path).starts_with(kWellKnown)) {
      path["servers"][0]["url"] = "/";
    }
    tags.insert(route->segments.front());
  }
  for (const auto& tag : tags) {
    Json::Value& entry = out["tags"].append(object());
    entry["name"] = tag;
    entry["description"] = "`/" + tag + "` and what is below it.";
  }

  out["x-events"] = object();
  for (const EventType& event : events_) {
    Json::Value& entry = out["x-events"][event.type];
    entry["summary"] = event.summary;
    entry["durable"] = event.durable;
    entry["data"] = event.schema;
  }
  out["x-errors"] = errors();
  out["components"] = components(schemas_);
  // The same map once more as a schema: generators of types read no extensions.
  Json::Value& data = out["components"]["schemas"]["EventData"];
  data["type"] = "object";
  data["description"] = "What each event type carries as its `data`.";
  for (const EventType& event : events_) {
    data["properties"][event.type] = event.schema;
    data["required"].append(event.type);
  }
  return out;
}

}  // namespace confab::http
