#include "tests/contract/face.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "api/face.h"

namespace confab::test {

namespace {

/// The document's entry for `GET /rooms/{room_id}`, or null.
const Json::Value& operation_in(const Json::Value& document, const std::string& operation) {
  const auto space = operation.find(' ');
  std::string method = operation.substr(0, space);
  std::transform(method.begin(), method.end(), method.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return document["paths"][operation.substr(space + 1)][method];
}

std::string address_of(const std::string& path, const std::vector<std::string>& ids) {
  std::string out = path.starts_with("/.well-known/") ? "" : "/api/v1";
  std::size_t used = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '{') {
      out += path[i];
      continue;
    }
    i = path.find('}', i);
    out += ids.at(used++);
  }
  return out;
}

}  // namespace

Face::Face() {
  add_all_routes(router_, world.app);
  document_ = router_.openapi("test");
  executor_ = std::make_unique<Executor>("work", 8, 1000, std::function<void()>(), db::thread_end);
  http::Server::Settings settings;
  settings.origin = "http://localhost";
  settings.cookie = accounts::session_cookie(world.config);
  settings.rate_limits = false;
  settings.authenticate = [this](const http::Call& call) { return authenticate(world.app, call); };
  settings.version = "test";
  server_ = std::make_unique<http::Server>(std::move(settings), router_, *executor_);
}

Client Face::person(const std::string& username) {
  auto fresh = client();
  const auto made = call(fresh, "POST /users", {},
                         R"({"email":")" + username + R"(@example.com","username":")" + username +
                             R"(","password":")" + World::kPassword + "\"}");
  EXPECT_EQ(made.status, 201) << made.answer.body;
  return signed_in(username);
}

Client Face::signed_in(const std::string& username) {
  auto someone = client();
  const auto tokens =
      call(someone, "POST /tokens", {},
           R"({"login":")" + username + R"(","password":")" + World::kPassword + "\"}");
  someone.always("Authorization", "Bearer " + tokens.body["access_token"].asString());
  return someone;
}

std::string Face::id_of(Client& client) {
  return json::parse_own(client.get("/api/v1/me").body)["id"].asString();
}

Face::Result Face::call(Client& client, const std::string& operation,
                        const std::vector<std::string>& ids, const std::string& body,
                        const std::string& query, const Headers& headers) {
  const auto space = operation.find(' ');
  auto path = address_of(operation.substr(space + 1), ids);
  if (!query.empty()) path += '?' + query;
  Headers all = headers;
  if (!body.empty()) all.emplace_back("Content-Type", "application/json");
  Result result;
  result.answer = client.request(operation.substr(0, space), path, body, all);
  result.status = result.answer.status;
  check(operation, result.answer, result);
  return result;
}

Stream Face::stream(Client& client, const std::string& query) {
  auto stream = client.open_stream("/api/v1/events" + (query.empty() ? "" : '?' + query));
  Result result;
  check("GET /events", stream.head(), result);
  return stream;
}

void Face::check(const std::string& operation, const Answer& answer, Result& result) {
  SCOPED_TRACE(operation + " -> " + std::to_string(answer.status) + ' ' +
               answer.body.substr(0, 500));
  const auto& known = operation_in(document_, operation);
  if (known.isNull()) {
    ADD_FAILURE() << "this operation is not in the document";
    return;
  }
  const auto& response = known["responses"][std::to_string(answer.status)];
  if (response.isNull()) {
    ADD_FAILURE() << "this status is not in the document";
    return;
  }
  (answer.status < 400 ? succeeded_ : refused_).insert(operation);
  if (answer.header("content-type").find("json") == std::string::npos) return;
  result.body = json::parse(answer.body, {.bytes = 16 << 20, .elements = 1'000'000});
}

}  // namespace confab::test
