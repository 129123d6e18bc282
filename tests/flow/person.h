#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/base/json.h"
#include "tests/http/client.h"

namespace confab::test {

/// A JSON object of text members, for request bodies.
std::string object(const std::map<std::string, std::string>& members);

/// The JSON of an answer. Throws what came instead when the status is not `wanted`.
Json::Value expect(const Answer& answer, int wanted);

/// Somebody with an account who talks to the public API and nothing else. Used by one
/// thread at a time; `another` gives a second client of the same person.
class Person {
 public:
  static constexpr const char* kPassword = "correct horse battery";

  /// Registers. Throws when that is refused.
  Person(int port, const std::string& username);
  /// Signs in to an account that exists.
  static Person signed_in(int port, const std::string& username);
  /// The same session on a connection of its own; `port` after a restart.
  Person another() { return another(port_); }
  Person another(int port);

  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  const std::string& session() const { return session_; }
  Client& client() { return client_; }

  Json::Value get(const std::string& path, int wanted = 200);
  Json::Value post(const std::string& path, const std::string& body, int wanted = 201);
  Json::Value put(const std::string& path, const std::string& body, int wanted = 200);
  void remove(const std::string& path);

  /// A channel of that visibility with those members.
  std::string room(const std::string& name, const std::string& visibility = "private",
                   const std::vector<const Person*>& members = {});
  /// One try; the answer as it came.
  Answer try_say(const std::string& room, const std::string& body, const std::string& key);
  /// Tries with one key until it is acknowledged; throws on a refusal or after 45 s.
  Json::Value say(const std::string& room, const std::string& body, const std::string& key);
  /// Messages of `say` that had been made by a try that got no answer.
  int replays() const { return replays_; }
  /// The whole history through its pages, oldest first.
  std::vector<Json::Value> history(const std::string& room);
  /// Everything the stream needs to go on from.
  std::string position() { return get("/api/v1/bootstrap")["position"].asString(); }

  /// Opens an event stream behind `after`; from now on when there is none. Throws when
  /// it is refused.
  Stream listen(const std::string& after = {});

 private:
  Person(int port, std::map<std::string, std::string> cookies);

  int port_;
  Client client_;
  std::string id_, name_, session_;
  int replays_ = 0;
};

/// The next event of that type; what else comes before it is passed over. Throws when it
/// does not come in time.
StreamEvent next_of(Stream& stream, const std::string& type, std::int64_t within_ms = 5000);

}  // namespace confab::test
