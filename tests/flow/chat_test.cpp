#include <gtest/gtest.h>

#include "api/base/clock.h"
#include "api/base/json.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"

namespace confab::test {
namespace {

Json::Value data_of(const StreamEvent& event) { return json::parse_own(event.data)["data"]; }

class Chat : public testing::Test {
 protected:
  void SetUp() override { instance.start(); }
  int port() const { return instance.port(); }

  Instance instance;
};

TEST_F(Chat, FirstPersonOwnsTheServer) {
  auto client = instance.client();
  EXPECT_TRUE(expect(client.get("/api/v1/meta"), 200)["setup_required"].asBool());
  Person ana(port(), "ana"), ben(port(), "ben");
  EXPECT_EQ(ana.get("/api/v1/me")["server_role"], "owner");
  EXPECT_EQ(ben.get("/api/v1/me")["server_role"], "member");
  EXPECT_FALSE(expect(client.get("/api/v1/meta"), 200)["setup_required"].asBool());
}

TEST_F(Chat, SignsInAgainAndRefusesAWrongPassword) {
  Person ana(port(), "ana");
  Person again = Person::signed_in(port(), "ana");
  EXPECT_EQ(again.id(), ana.id());
  EXPECT_NE(again.session(), ana.session());
  EXPECT_EQ(again.get("/api/v1/sessions")["items"].size(), 2u);

  const Answer wrong = instance.client().post(
      "/api/v1/sessions", object({{"login", "ana"}, {"password", "not the password"}}));
  EXPECT_EQ(expect(wrong, 401)["code"], "bad_credentials");
}

TEST_F(Chat, TwoPeopleHearEachOther) {
  Person ana(port(), "ana"), ben(port(), "ben");
  const auto room = ana.room("garden", "private", {&ben});
  Stream to_ana = ana.listen(), to_ben = ben.listen();
  next_of(to_ana, "hello");
  next_of(to_ben, "hello");

  const auto asked = ana.say(room, "Are the beans up?", "a1");
  const auto answered = ben.say(room, "Two rows of them.", "b1");
  for (Stream* stream : {&to_ana, &to_ben}) {
    for (const auto& message : {asked, answered}) {
      const auto event = next_of(*stream, "message.created");
      EXPECT_EQ(data_of(event), message);
      EXPECT_FALSE(event.id.empty());
    }
  }
  EXPECT_EQ(answered["seq"].asInt64(), 2);
}

TEST_F(Chat, StreamGoesOnWhereItStopped) {
  Person ana(port(), "ana"), ben(port(), "ben");
  const auto room = ana.room("garden", "private", {&ben});
  std::string last;
  {
    Stream stream = ben.listen();
    next_of(stream, "hello");
    ana.say(room, "one", "1");
    last = next_of(stream, "message.created").id;
  }
  for (const char* missed : {"two", "three", "four"}) ana.say(room, missed, missed);

  Stream stream = ben.listen(last);
  for (const char* missed : {"two", "three", "four"}) {
    EXPECT_EQ(data_of(next_of(stream, "message.created"))["body"], missed);
  }
  ana.say(room, "five", "5");
  EXPECT_EQ(data_of(next_of(stream, "message.created"))["body"], "five");
}

TEST_F(Chat, PrivateRoomDoesNotExistForOthers) {
  Person ana(port(), "ana"), ben(port(), "ben"), eve(port(), "eve");
  const auto room = ana.room("secret", "private", {&ben});
  const auto message = ana.say(room, "only for us", "1");
  Stream to_eve = eve.listen();
  next_of(to_eve, "hello");

  const std::string path = "/api/v1/rooms/" + room;
  EXPECT_EQ(eve.get(path, 404)["code"], "not_found");
  EXPECT_EQ(eve.get(path + "/messages", 404)["code"], "not_found");
  EXPECT_EQ(eve.get(path + "/members", 404)["code"], "not_found");
  EXPECT_EQ(eve.put(path + "/members/me", "{}", 404)["code"], "not_found");
  EXPECT_EQ(eve.get("/api/v1/messages/" + message["id"].asString(), 404)["code"], "not_found");
  EXPECT_EQ(expect(eve.try_say(room, "let me in", "e1"), 404)["code"], "not_found");
  EXPECT_TRUE(eve.get("/api/v1/rooms")["items"].empty());

  // Were it to leak, the room's event would come before this one of her own.
  const auto own = eve.room("mine");
  ana.say(room, "still only for us", "2");
  eve.say(own, "hello", "e2");
  while (true) {
    const auto event = to_eve.read_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->data.find(room), std::string::npos) << event->data;
    if (event->type == "message.created") break;
  }
}

TEST_F(Chat, EndedSessionClosesItsStreamWithinASecond) {
  Person ana(port(), "ana");
  Person other = Person::signed_in(port(), "ana");
  Stream stays = ana.listen(), goes = other.listen();
  next_of(stays, "hello");
  next_of(goes, "hello");

  const auto begun = monotonic_ms();
  ana.remove("/api/v1/sessions/" + other.session());
  EXPECT_EQ(data_of(next_of(goes, "session.ended"))["session_id"], other.session());
  EXPECT_TRUE(goes.closed(1000));
  EXPECT_LT(monotonic_ms() - begun, 1000);
  other.get("/api/v1/me", 401);

  EXPECT_EQ(data_of(next_of(stays, "session.ended"))["session_id"], other.session());
  EXPECT_FALSE(stays.closed(200));
  ana.get("/api/v1/me");
}

}  // namespace
}  // namespace confab::test
