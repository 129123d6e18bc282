#include "tests/http/client_contract.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include "api/base/error.h"

namespace confab::test {

namespace {

constexpr std::string_view kBase = "/api/v1";
constexpr json::Limits kAnything{.bytes = 64 << 20, .elements = 10'000'000};

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

bool is_parameter(const std::string& segment) { return segment.starts_with('{'); }

std::string bare_type(const Answer& answer) {
  const auto type = answer.header("content-type");
  return type.substr(0, type.find(';'));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The JSON of a body; null and a fault when it is none.
Json::Value parsed(const std::string& text, std::vector<std::string>& faults) {
  try {
    return json::parse(text, kAnything);
  } catch (const Error& error) {
    faults.push_back(std::string("not JSON: ") + error.what());
    return {};
  }
}

Json::Value read(const char* path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse_own(text.str());
}

}  // namespace

const Contract& Contract::committed() {
  static const Contract contract(read(CONFAB_OPENAPI));
  return contract;
}

Contract::Contract(Json::Value document) : document_(std::move(document)) {
  const auto& paths = document_["paths"];
  for (const auto& path : paths.getMemberNames()) {
    const bool elsewhere = paths[path].isMember("servers");
    const auto segments = split(elsewhere ? path : std::string(kBase) + path);
    for (const auto& method : paths[path].getMemberNames()) {
      if (method != "servers") operations_.push_back({method, segments, &paths[path][method]});
    }
  }
}

const Contract::Operation* Contract::find(const std::string& method,
                                          const std::vector<std::string>& segments) const {
  const Operation* found = nullptr;
  for (const auto& each : operations_) {
    const bool fits = each.method == method &&
                      std::equal(each.segments.begin(), each.segments.end(), segments.begin(),
                                 segments.end(), [](const auto& wanted, const auto& given) {
                                   return is_parameter(wanted) ? !given.empty() : wanted == given;
                                 });
    if (!fits) continue;
    // A literal segment goes before a parameter.
    if (found == nullptr ||
        std::count_if(each.segments.begin(), each.segments.end(), is_parameter) <
            std::count_if(found->segments.begin(), found->segments.end(), is_parameter)) {
      found = &each;
    }
  }
  return found;
}

std::vector<std::string> Contract::faults(const std::string& method, const std::string& target,
                                          const Answer& answer) const {
  const auto path = target.substr(0, target.find('?'));
  const bool inside =
      (path.starts_with(std::string(kBase) + '/') && path != "/api/v1/openapi.json") ||
      path.starts_with("/.well-known/");
  Faults faults;
  if (!inside) return faults;
  const bool head = method == "HEAD";
  const auto* operation = find(head ? "get" : lower(method), split(path));
  if (operation == nullptr) {
    check_nowhere(answer, faults);
    return faults;
  }
  const auto& responses = (*operation->entry)["responses"];
  const auto status = std::to_string(answer.status);
  if (!responses.isMember(status)) {
    faults.push_back("the status is not documented for " +
                     (*operation->entry)["operationId"].asString());
    return faults;
  }
  check_headers(responses[status], answer, faults);
  if (!head) check_body(responses[status], answer, faults);
  return faults;
}

/// An address or method that the API does not have.
void Contract::check_nowhere(const Answer& answer, Faults& faults) const {
  if (answer.status < 400) faults.emplace_back("this operation is not documented");
  if (answer.status == 405 && answer.header("allow").empty()) faults.emplace_back("no Allow");
  if (answer.body.empty()) return;
  if (bare_type(answer) != "application/problem+json") {
    faults.emplace_back("a refusal that is not application/problem+json");
    return;
  }
  const auto body = parsed(answer.body, faults);
  for (auto& fault : checker_.faults(body, document_["components"]["schemas"]["Problem"])) {
    faults.push_back(std::move(fault));
  }
}

void Contract::check_headers(const Json::Value& response, const Answer& answer,
                             Faults& faults) const {
  for (const auto& name : response["headers"].getMemberNames()) {
    const auto ref = response["headers"][name]["$ref"].asString();
    const auto& header = document_["components"]["headers"][ref.substr(ref.rfind('/') + 1)];
    if (!answer.has_header(lower(name))) {
      if (header["required"].asBool()) faults.push_back("the header " + name + " is missing");
      continue;
    }
    for (const auto& fault : checker_.faults(answer.header(lower(name)), header["schema"])) {
      faults.push_back("the header " + name + fault);
    }
  }
}

void Contract::check_body(const Json::Value& response, const Answer& answer, Faults& faults) const {
  if (!response.isMember("content")) {
    if (!answer.body.empty()) faults.emplace_back("a body that is not documented");
    return;
  }
  const auto type = bare_type(answer);
  if (!response["content"].isMember(type)) {
    faults.push_back("the media type " + type + " is not documented");
    return;
  }
  if (!type.ends_with("json")) return;
  const auto body = parsed(answer.body, faults);
  for (auto& fault : checker_.faults(body, response["content"][type]["schema"])) {
    faults.push_back(std::move(fault));
  }
  if (type != "application/problem+json") return;
  const auto& codes = response["x-codes"];
  if (std::find(codes.begin(), codes.end(), body["code"]) == codes.end()) {
    faults.push_back("the code " + body["code"].asString() + " is not documented here");
  }
  if (body["status"].asInt() != answer.status) faults.emplace_back("a problem of another status");
  if (body["request_id"].asString() != answer.header("x-request-id")) {
    faults.emplace_back("a problem of another request");
  }
}

std::vector<std::string> Contract::faults(const StreamEvent& event) const {
  const auto& known = document_["x-events"][event.type];
  if (known.isNull()) return {"the event type " + event.type + " is not documented"};
  Faults faults;
  const auto value = parsed(event.data, faults);
  if (!faults.empty()) return faults;
  // These speak of the stream itself, and come as they are.
  if (event.type == "hello" || event.type == "reset") return checker_.faults(value, known["data"]);

  faults = checker_.faults(value["data"], known["data"]);
  auto item = document_["components"]["schemas"]["EventItem"];
  // In a stream the position is the event's id, and what is null is left out; what is never
  // replayed has no id and no time.
  const bool durable = known["durable"].asBool();
  Json::Value required(Json::arrayValue);
  for (const char* name : {"type", "data"}) required.append(name);
  if (durable) {
    for (const char* name : {"id", "at"}) required.append(name);
  }
  item["required"] = required;
  item["properties"].removeMember("position");
  for (auto& fault : checker_.faults(value, item)) faults.push_back(std::move(fault));
  if (value["type"].asString() != event.type) faults.emplace_back("a type of two minds");
  if (event.id.empty() == durable) {
    faults.emplace_back("durable events have a position, others have none");
  }
  return faults;
}

void expect_documented(const std::string& method, const std::string& target, const Answer& answer) {
  for (const auto& fault : Contract::committed().faults(method, target, answer)) {
    ADD_FAILURE() << "not as api/openapi.json has it: " << method << ' ' << target << " -> "
                  << answer.status << ' ' << answer.body.substr(0, 500) << "\n  " << fault;
  }
}

void expect_documented(const StreamEvent& event) {
  for (const auto& fault : Contract::committed().faults(event)) {
    ADD_FAILURE() << "not as api/openapi.json has it: the event " << event.type << ' '
                  << event.data.substr(0, 500) << "\n  " << fault;
  }
}

}  // namespace confab::test
