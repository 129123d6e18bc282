#include "tests/contract/actor.h"

namespace confab::test {

namespace {

constexpr const char* kMember = "/rooms/{room_id}/members/{user_id}";

}  // namespace

Actors::Actors(Face& face, std::uint32_t seed) : face_(face), random_(seed) {
  for (int i = 0; i < 3; ++i) join_the_server();
  for (int i = 0; i < 3; ++i) make_room(anybody());
}

Face::Result Actors::call(Person& who, const std::string& operation, const Ids& ids,
                          const std::string& body, const std::string& query) {
  face_.world.clock.advance(static_cast<std::int64_t>(upto(50)));
  return face_.call(who.client, operation, ids, body, query);
}

void Actors::act() {
  constexpr std::size_t kMostPeople = 6;
  auto& who = anybody();
  const auto dice = upto(100);
  if (dice < 2 && people_.size() < kMostPeople) return join_the_server();
  if (dice < 10) return make_room(who);
  if (dice < 22) return change_room(who);
  if (dice < 45) return change_member(who);
  if (dice < 68) return post(who);
  if (dice < 80) return change_message(who);
  if (dice < 93) return read(who);
  change_oneself(who);
}

void Actors::join_the_server() {
  const auto username = "person" + std::to_string(people_.size());
  auto client = face_.person(username);
  const auto id = Face::id_of(client);
  people_.push_back(std::make_unique<Person>(Person{username, id, std::move(client)}));
}

void Actors::make_room(Person& who) {
  const std::string others = "\"" + anybody().id + "\",\"" + anybody().id + "\"";
  Face::Result made;
  switch (upto(4)) {
    case 0:
      made = call(who, "POST /rooms", {},
                  R"({"kind":"direct","member_ids":[")" + anybody().id + "\"]}");
      break;
    case 1:
      made = call(who, "POST /rooms", {}, R"({"kind":"group","member_ids":[)" + others + "]}");
      break;
    case 2:
      made = call(who, "POST /rooms", {},
                  R"({"kind":"channel","name":"private )" + number() +
                      R"(","visibility":"private","member_ids":[)" + others + "]}");
      break;
    default:
      made =
          call(who, "POST /rooms", {}, R"({"kind":"channel","name":"public )" + number() + "\"}");
  }
  if (made.status == 201) rooms_.push_back(made.body["id"].asString());
}

void Actors::change_room(Person& who) {
  const auto& room = any(rooms_);
  switch (upto(6)) {
    case 0:
      call(who, "PATCH /rooms/{room_id}", {room}, R"({"name":"name )" + number() + "\"}");
      break;
    case 1:
      call(who, "PATCH /rooms/{room_id}", {room}, R"({"topic":"topic )" + number() + "\"}");
      break;
    case 2:
      call(who, "PATCH /rooms/{room_id}", {room},
           upto(2) == 0 ? R"({"visibility":"private"})" : R"({"visibility":"public"})");
      break;
    case 3:
      call(who, "DELETE /rooms/{room_id}", {room});
      break;
    default:  // oftener than they are archived, so that most can be used
      call(who, "PATCH /rooms/{room_id}", {room}, R"({"archived":false})");
  }
}

void Actors::change_member(Person& who) {
  const auto& room = any(rooms_);
  switch (upto(7)) {
    case 0:
    case 1:
      call(who, std::string("PUT ") + kMember, {room, "me"});
      break;
    case 2:
      call(who, std::string("PUT ") + kMember, {room, anybody().id});
      break;
    case 3:
      call(who, std::string("DELETE ") + kMember, {room, "me"});
      break;
    case 4:
      call(who, std::string("DELETE ") + kMember, {room, anybody().id});
      break;
    case 5: {
      constexpr const char* kRoles[] = {"owner", "moderator", "member"};
      call(who, std::string("PATCH ") + kMember, {room, anybody().id},
           std::string(R"({"role":")") + kRoles[upto(3)] + "\"}");
      break;
    }
    default: {
      constexpr const char* kNotifications[] = {"all", "mentions", "nothing"};
      call(who, std::string("PATCH ") + kMember, {room, "me"},
           std::string(R"({"notifications":")") + kNotifications[upto(3)] + "\"}");
    }
  }
}

void Actors::post(Person& who) {
  const auto reply =
      !messages_.empty() && upto(5) == 0 ? R"(,"reply_to_id":")" + any(messages_) + '"' : "";
  const auto made = call(who, "POST /rooms/{room_id}/messages", {any(rooms_)},
                         R"({"body":"message )" + number() + '"' + reply + '}');
  if (made.status == 201) messages_.push_back(made.body["id"].asString());
}

void Actors::change_message(Person& who) {
  if (messages_.empty()) return;
  const auto& message = any(messages_);
  if (upto(2) == 0) {
    call(who, "PATCH /messages/{message_id}", {message}, R"({"body":"edit )" + number() + "\"}");
  } else {
    call(who, "DELETE /messages/{message_id}", {message});
  }
}

void Actors::read(Person& who) {
  const bool back = upto(3) == 0;
  call(who, "PUT /rooms/{room_id}/read", {any(rooms_)},
       R"({"seq":)" + std::to_string(upto(12)) + (back ? R"(,"mark_unread":true})" : "}"));
}

void Actors::change_oneself(Person& who) {
  switch (upto(6)) {
    case 0:
      call(who, "PATCH /me", {}, R"({"display_name":"Name )" + number() + "\"}");
      break;
    case 1: {
      const auto renamed = who.username.substr(0, 7) + "_" + number();
      const auto changed = call(who, "PATCH /me", {}, R"({"username":")" + renamed + "\"}");
      if (changed.status == 200) who.username = renamed;
      break;
    }
    case 2:
      call(who, "PATCH /me", {},
           R"({"email":"mail)" + number() + R"(@example.com","current_password":")" +
               World::kPassword + "\"}");
      break;
    case 3: {
      auto second = face_.signed_in(who.username);
      face_.call(second, "DELETE /sessions/{session_id}", {"current"});
      break;
    }
    default:
      call(who, "PATCH /me/settings", {},
           upto(2) == 0 ? R"({"theme":"dark"})" : R"({"theme":"light","density":"compact"})");
  }
}

}  // namespace confab::test
