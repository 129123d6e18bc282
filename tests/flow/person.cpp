#include "tests/flow/person.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "api/base/clock.h"
#include "api/base/json.h"

namespace confab::test {

std::string object(const std::map<std::string, std::string>& members) {
  std::string out;
  for (const auto& [name, value] : members) {
    out += out.empty() ? '{' : ',';
    json::append_string(out, name);
    out += ':';
    json::append_string(out, value);
  }
  return out.empty() ? "{}" : out + '}';
}

Json::Value expect(const Answer& answer, int wanted) {
  if (answer.status != wanted) {
    throw std::runtime_error("wanted " + std::to_string(wanted) + ", got " +
                             std::to_string(answer.status) + ": " + answer.body);
  }
  return answer.body.empty() ? Json::Value() : json::parse_own(answer.body);
}

Person::Person(int port, std::map<std::string, std::string> cookies) : port_(port), client_(port) {
  client_.cookies() = std::move(cookies);
}

Person::Person(int port, const std::string& username)
    : Person(port, std::map<std::string, std::string>{}) {
  const auto made = post("/api/v1/users", object({{"email", username + "@example.org"},
                                                  {"username", username},
                                                  {"password", kPassword}}));
  id_ = made["user"]["id"].asString();
  name_ = username;
  session_ = made["session"]["id"].asString();
}

Person Person::signed_in(int port, const std::string& username) {
  Person person(port, std::map<std::string, std::string>{});
  const auto in =
      person.post("/api/v1/sessions", object({{"login", username}, {"password", kPassword}}));
  person.id_ = in["user"]["id"].asString();
  person.name_ = username;
  person.session_ = in["session"]["id"].asString();
  return person;
}

Person Person::another(int port) {
  Person person(port, client_.cookies());
  person.id_ = id_;
  person.name_ = name_;
  person.session_ = session_;
  return person;
}

Json::Value Person::get(const std::string& path, int wanted) {
  return expect(client_.get(path), wanted);
}

Json::Value Person::post(const std::string& path, const std::string& body, int wanted) {
  return expect(client_.post(path, body), wanted);
}

Json::Value Person::put(const std::string& path, const std::string& body, int wanted) {
  return expect(client_.request("PUT", path, body), wanted);
}

void Person::remove(const std::string& path) { expect(client_.request("DELETE", path), 204); }

std::string Person::room(const std::string& name, const std::string& visibility,
                         const std::vector<const Person*>& members) {
  std::string body = object({{"kind", "channel"}, {"name", name}, {"visibility", visibility}});
  body.pop_back();
  body += ",\"member_ids\":[";
  for (const Person* member : members) {
    if (body.back() != '[') body += ',';
    body += '"' + member->id() + '"';
  }
  return post("/api/v1/rooms", body + "]}")["id"].asString();
}

Answer Person::try_say(const std::string& room, const std::string& body, const std::string& key) {
  return client_.post("/api/v1/rooms/" + room + "/messages", object({{"body", body}}),
                      {{"Idempotency-Key", key}});
}

Json::Value Person::say(const std::string& room, const std::string& body, const std::string& key) {
  constexpr std::int64_t kPatience = 45'000;
  constexpr auto kPause = std::chrono::milliseconds(20);
  const std::int64_t until = monotonic_ms() + kPatience;
  while (true) {
    try {
      const Answer answer = try_say(room, body, key);
      if (answer.has_header("idempotency-replayed")) ++replays_;
      if (answer.status != 503) return expect(answer, 201);
      if (monotonic_ms() > until) throw std::logic_error("never acknowledged: " + answer.body);
    } catch (const std::runtime_error& lost) {
      // Killed in between, or a refusal: only the first is worth another try.
      if (std::string_view(lost.what()).starts_with("wanted") || monotonic_ms() > until) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

std::vector<Json::Value> Person::history(const std::string& room) {
  std::vector<Json::Value> all;
  std::string after = "0";
  while (true) {
    const auto page = get("/api/v1/rooms/" + room + "/messages?limit=200&after=" + after);
    for (const auto& message : page["items"]) all.push_back(message);
    if (page["next"].isNull()) return all;
    after = page["next"].asString();
  }
}

Stream Person::listen(const std::string& after) {
  Headers headers;
  if (!after.empty()) headers.emplace_back("Last-Event-ID", after);
  Stream stream = client_.open_stream("/api/v1/events", headers);
  if (stream.head().status != 200) {
    throw std::runtime_error("no stream: " + std::to_string(stream.head().status) + ' ' +
                             stream.head().body);
  }
  return stream;
}

StreamEvent next_of(Stream& stream, const std::string& type, std::int64_t within_ms) {
  const std::int64_t until = monotonic_ms() + within_ms;
  std::string met;
  while (true) {
    auto event = stream.read_event(std::max<std::int64_t>(0, until - monotonic_ms()));
    if (!event) throw std::runtime_error("no " + type + " in time, only:" + met);
    if (event->type == type) return std::move(*event);
    met += ' ' + event->type;
  }
}

}  // namespace confab::test
