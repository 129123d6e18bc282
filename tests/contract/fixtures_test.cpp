#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/contract/face.h"

namespace confab::test {
namespace {

/// One event of every type as the stream carries it, with ids and positions that
/// are the same in every run. The frontend's tests read what is committed.
class Fixtures {
 public:
  /// Takes the first event of each type, as the observer heard it.
  void take(const StreamEvent& event) {
    if (events_.contains(event.type)) return;
    Json::Value fixture(Json::objectValue);
    fixture["type"] = event.type;
    fixture["event"] = steady(json::parse_own(event.data));
    events_[event.type] = fixture;
  }

  const std::map<std::string, Json::Value>& events() const { return events_; }

 private:
  Json::Value steady(Json::Value value) {
    if (value.isString()) return steady_text(value.asString());
    if (value.isArray()) {
      for (auto& each : value) each = steady(each);
    } else if (value.isObject()) {
      for (const auto& name : value.getMemberNames()) value[name] = steady(value[name]);
    }
    return value;
  }

  Json::Value steady_text(const std::string& text) {
    constexpr std::size_t kTag = 8;
    const bool is_id =
        text.size() > 15 && text.find_first_not_of("0123456789") == std::string::npos;
    if (is_id) {
      const auto known = ids_.try_emplace(text, std::to_string(1001 + ids_.size()));
      return known.first->second;
    }
    const bool is_position = text.size() > kTag && text[kTag] == ':' &&
                             text.find_first_not_of("0123456789abcdef") == kTag;
    return is_position ? "3fa90c12" + text.substr(kTag) : text;
  }

  std::map<std::string, Json::Value> events_;
  std::map<std::string, std::string> ids_;
};

/// What somebody hears while every kind of event comes by.
void play(Face& face, Fixtures& fixtures) {
  auto ana = face.person("ana");
  auto ben = face.person("ben");
  const auto ben_id = Face::id_of(ben);
  auto unknown = ana.open_stream("/api/v1/events?after=00000000:1.1");
  fixtures.take(*unknown.read_event());

  auto stream = ana.open_stream("/api/v1/events");
  const auto until = [&](const std::string& type) {
    while (true) {
      const auto event = stream.read_event();
      if (!event) throw std::runtime_error("no " + type);
      fixtures.take(*event);
      if (event->type == type) return;
    }
  };
  until("presence.updated");

  const auto make = face.call(ana, "POST /rooms", {},
                              R"({"kind":"channel","name":"general","topic":"Everything"})", "",
                              {{"Idempotency-Key", "make-general"}});
  const auto room = make.body["id"].asString();
  until("room.created");
  face.call(ana, "PUT /rooms/{room_id}/members/{user_id}", {room, ben_id});
  until("member.added");
  const auto post = [&](Client& who, const std::string& body, const std::string& key) {
    face.world.clock.advance(kSecond);
    return face
        .call(who, "POST /rooms/{room_id}/messages", {room}, R"({"body":")" + body + "\"}", "",
              {{"Idempotency-Key", key}})
        .body["id"]
        .asString();
  };
  const auto first = post(ben, "Hello, **everyone**", "first");
  until("message.created");
  face.world.clock.advance(kSecond);
  face.call(ben, "PATCH /messages/{message_id}", {first}, R"({"body":"Hello, *everyone*"})");
  until("message.updated");
  const auto second = post(ben, "A mistake", "second");
  face.world.clock.advance(kSecond);
  face.call(ben, "DELETE /messages/{message_id}", {second});
  until("message.deleted");
  face.call(ana, "PUT /rooms/{room_id}/read", {room}, R"({"seq":1})");
  until("read.updated");
  face.call(ben, "POST /rooms/{room_id}/typing", {room});
  until("typing");
  face.call(ana, "PATCH /rooms/{room_id}/members/{user_id}", {room, ben_id},
            R"({"role":"moderator"})");
  until("member.updated");
  face.call(ana, "PATCH /rooms/{room_id}", {room}, R"({"topic":"Everything else"})");
  until("room.updated");
  face.call(ben, "PATCH /me", {}, R"({"display_name":"Ben the Second"})");
  until("user.updated");
  face.call(ana, "PATCH /me/settings", {}, R"({"theme":"dark"})");
  until("settings.updated");
  face.call(ana, "DELETE /rooms/{room_id}/members/{user_id}", {room, ben_id});
  until("member.removed");
  face.world.clock.advance(kSecond);
  face.call(ana, "DELETE /rooms/{room_id}", {room});
  until("room.archived");
  auto other = face.signed_in("ana");
  face.call(other, "DELETE /sessions");
  until("session.ended");
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(EventFixtures, AreWhatTheServerSends) {
  Face face;
  Fixtures fixtures;
  play(face, fixtures);

  const std::filesystem::path folder = std::filesystem::path(CONFAB_FIXTURES) / "events";
  const bool write = std::getenv("REGENERATE") != nullptr;
  for (const auto& [type, fixture] : fixtures.events()) {
    const auto path = folder / (type + ".json");
    if (write) std::ofstream(path) << fixture.toStyledString();
    EXPECT_EQ(read_file(path), fixture.toStyledString())
        << path << " is out of date: run this test with REGENERATE=1";
    const auto& known = face.document()["x-events"][type];
    ASSERT_FALSE(known.isNull()) << type << " is not in the document";
    const bool bare = type == "hello" || type == "reset";
    const auto& data = bare ? fixture["event"] : fixture["event"]["data"];
    for (const auto& fault : face.checker().faults(data, known["data"])) {
      ADD_FAILURE() << type << fault;
    }
  }
  for (const auto& type : face.document()["x-events"].getMemberNames()) {
    EXPECT_TRUE(fixtures.events().contains(type)) << type << " has no fixture";
  }
}

}  // namespace
}  // namespace confab::test
