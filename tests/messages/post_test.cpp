#include <gtest/gtest.h>

#include "tests/world.h"

namespace confab::messages {
namespace {

using test::code_of;
using test::World;

class PostMessage : public testing::Test {
 protected:
  Posted post(UserId author, RoomId room, const std::string& body,
              const std::optional<std::string>& key = {}, std::optional<MessageId> reply_to = {}) {
    return messages::post(world_.app, author, room, {.body = body, .reply_to_id = reply_to}, key);
  }
  std::uint64_t count(const std::string& sql) {
    return world_.read([&](db::Tx& tx) { return tx.value<std::uint64_t>(sql).value_or(0); });
  }

  World world_;
  const UserId ana_ = world_.person("ana");
  const UserId ben_ = world_.person("ben");
  const UserId cy_ = world_.person("cyd");
  const RoomId room_ = world_.room("general", {ana_, ben_});
};

TEST_F(PostMessage, ReachesEveryMemberOnce) {
  const auto message = post(ana_, room_, "hello").message;
  EXPECT_EQ(message.seq, 1);
  EXPECT_EQ(message.author_id, ana_);
  EXPECT_EQ(message.body, "hello");
  EXPECT_EQ(message.created_at, world_.clock.now());
  EXPECT_EQ(message.version, 1);
  EXPECT_EQ(world_.heard_by(ana_), std::vector<std::string>{"message.created"});
  EXPECT_EQ(world_.heard_by(ben_), std::vector<std::string>{"message.created"});
  EXPECT_TRUE(world_.heard_by(cy_).empty());
}

TEST_F(PostMessage, ShowsTheClientsKeyAndHidesTheServersOwn) {
  EXPECT_EQ(post(ana_, room_, "a", "my-key").message.client_ref, "my-key");
  const auto made_up = post(ana_, room_, "b").message;
  EXPECT_FALSE(made_up.client_ref);
  EXPECT_FALSE(get(world_.app, ben_, made_up.id).client_ref);
  const auto heard = world_.events_for(ben_);
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0]->about.client_ref, "my-key");
  EXPECT_EQ(heard[1]->about.client_ref, "");
}

TEST_F(PostMessage, RetryReturnsTheFirstMessage) {
  const auto first = post(ana_, room_, "hello", "k1");
  world_.clock.advance(kMinute);
  const auto again = post(ana_, room_, "hello", "k1");
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(to_json(again.message), to_json(first.message));
  EXPECT_EQ(world_.heard_by(ana_).size(), 1U);
  EXPECT_EQ(post(ana_, room_, "next").message.seq, 2);
}

TEST_F(PostMessage, RetryAfterAnEditReturnsTheMessageAsItIs) {
  const auto first = post(ana_, room_, "hello", "k1");
  edit(world_.app, ana_, first.message.id, "hello!");
  const auto again = post(ana_, room_, "hello", "k1");
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.message.id, first.message.id);
  EXPECT_EQ(again.message.body, "hello!");
}

TEST_F(PostMessage, RetryAfterLeavingTheRoomReturnsTheFirstMessage) {
  const auto first = post(ben_, room_, "bye", "k1");
  rooms::remove(world_.app, ben_, room_, ben_);
  const auto again = post(ben_, room_, "bye", "k1");
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.message.id, first.message.id);
  EXPECT_EQ(code_of([&] { post(ben_, room_, "bye", "k2"); }), Code::not_member);
}

TEST_F(PostMessage, RetryAfterTheRoomWasArchivedReturnsTheFirstMessage) {
  const auto first = post(ben_, room_, "last", "k1");
  rooms::archive(world_.app, ana_, room_);
  EXPECT_EQ(post(ben_, room_, "last", "k1").message.id, first.message.id);
  EXPECT_EQ(code_of([&] { post(ben_, room_, "last", "k2"); }), Code::room_archived);
}

TEST_F(PostMessage, RetryOfAReplyToSomethingDeletedSinceReturnsTheFirstMessage) {
  const auto root = post(ana_, room_, "question").message;
  const auto first = post(ben_, room_, "answer", "k1", root.id);
  remove(world_.app, ana_, root.id);
  const auto again = post(ben_, room_, "answer", "k1", root.id);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.message.id, first.message.id);
}

TEST_F(PostMessage, KeyOfAnotherRequestIsAMismatch) {
  const auto lab = world_.room("lab", {ana_});
  const auto root = post(ana_, room_, "hello", "k1").message;
  EXPECT_EQ(code_of([&] { post(ana_, room_, "hullo", "k1"); }), Code::idempotency_mismatch);
  EXPECT_EQ(code_of([&] { post(ana_, lab, "hello", "k1"); }), Code::idempotency_mismatch);
  EXPECT_EQ(code_of([&] { post(ana_, room_, "hello", "k1", root.id); }),
            Code::idempotency_mismatch);
  EXPECT_EQ(post(ana_, room_, "next").message.seq, 2);
}

TEST_F(PostMessage, KeyBelongsToItsAuthor) {
  const auto one = post(ana_, room_, "hello", "k1");
  const auto other = post(ben_, room_, "hello", "k1");
  EXPECT_FALSE(other.replayed);
  EXPECT_NE(one.message.id, other.message.id);
}

TEST_F(PostMessage, KeysDifferInTheirCase) {
  EXPECT_FALSE(post(ana_, room_, "hello", "key").replayed);
  EXPECT_FALSE(post(ana_, room_, "hello", "KEY").replayed);
}

TEST_F(PostMessage, ToARoomThatOneMayNotSeeIsNotFound) {
  const auto den = world_.private_room("den", {ana_});
  EXPECT_EQ(code_of([&] { post(ben_, den, "hello"); }), Code::not_found);
  EXPECT_EQ(code_of([&] { post(ben_, RoomId{404}, "hello"); }), Code::not_found);
}

TEST_F(PostMessage, ReplyTellsNothingOfAHiddenRoom) {
  const auto den = world_.private_room("den", {ana_});
  const auto secret = post(ana_, den, "secret").message;
  EXPECT_EQ(code_of([&] { post(ben_, den, "x", {}, secret.id); }), Code::not_found);
  EXPECT_EQ(code_of([&] { post(ben_, den, "x", {}, MessageId{404}); }), Code::not_found);
  EXPECT_EQ(code_of([&] { post(ben_, room_, "x", {}, secret.id); }), Code::invalid_value);
  EXPECT_EQ(code_of([&] { post(ben_, room_, "x", {}, MessageId{404}); }), Code::invalid_value);
}

TEST_F(PostMessage, ToAChannelOneHasNotJoinedIsNotMember) {
  EXPECT_EQ(code_of([&] { post(cy_, room_, "hello"); }), Code::not_member);
}

TEST_F(PostMessage, RepliesOnlyWithinTheRoomAndToWhatStands) {
  const auto root = post(ana_, room_, "question").message;
  const auto reply = post(ben_, room_, "answer", {}, root.id).message;
  EXPECT_EQ(reply.reply_to_id, root.id);
  EXPECT_EQ(get(world_.app, ana_, reply.id).reply_to_id, root.id);

  const auto lab = world_.room("lab", {ana_});
  EXPECT_EQ(code_of([&] { post(ana_, lab, "x", {}, root.id); }), Code::invalid_value);
  remove(world_.app, ana_, root.id);
  EXPECT_EQ(code_of([&] { post(ben_, room_, "x", {}, root.id); }), Code::invalid_value);
}

TEST_F(PostMessage, NeedsSomethingToSee) {
  for (const std::string body : {"", " ", "\n\t ", "\u00a0", "\u200b\u200d", "\u3000\u2028"}) {
    EXPECT_EQ(code_of([&] { post(ana_, room_, body); }), Code::empty_message) << '"' << body << '"';
  }
  EXPECT_EQ(post(ana_, room_, " x ").message.body, " x ");
}

TEST_F(PostMessage, HasAtMostSixteenKiB) {
  EXPECT_EQ(code_of([&] { post(ana_, room_, std::string(kBodyBytes + 1, 'x')); }),
            Code::message_too_long);
  const std::string longest(kBodyBytes, 'x');
  const auto message = post(ana_, room_, longest).message;
  EXPECT_EQ(get(world_.app, ben_, message.id).body, longest);
}

TEST_F(PostMessage, KeepsEveryCharacter) {
  const std::string body = "😀 𝒳 é é \" \\ \x01 ` ' % \r\n شكرا";
  const auto message = post(ana_, room_, body).message;
  EXPECT_EQ(get(world_.app, ben_, message.id).body, body);
  EXPECT_EQ(world_.events_for(ben_).back()->data, to_json(message));
}

TEST_F(PostMessage, FailsWithoutATraceInTheRoomsOrder) {
  const auto lab = world_.room("lab", {ana_});
  code_of([&] { post(ben_, lab, "not in"); });
  code_of([&] { post(ana_, lab, ""); });
  EXPECT_EQ(post(ana_, lab, "first").message.seq, 1);
  EXPECT_EQ(count("SELECT last_seq FROM rooms WHERE id = " + lab.text()), 1U);
  EXPECT_EQ(count("SELECT COUNT(*) FROM events WHERE room_id = " + lab.text() +
                  " AND type = 'message.created'"),
            1U);
}

TEST_F(PostMessage, LeavesTheAuthorsMarkAndCountsForOthers) {
  const auto room_of = [&](UserId user) {
    return world_.read([&](db::Tx& tx) { return rooms::find(tx, user, room_); });
  };
  post(ana_, room_, "one");
  const auto second = post(ben_, room_, "two").message;
  EXPECT_EQ(room_of(ana_).unread_count, 1);
  EXPECT_EQ(room_of(ana_).read_seq, 0);
  EXPECT_EQ(room_of(ben_).unread_count, 1);
  EXPECT_EQ(room_of(ben_).last_seq, 2);
  EXPECT_EQ(room_of(ben_).last_message_at, world_.clock.now());
  remove(world_.app, ben_, second.id);
  EXPECT_EQ(room_of(ana_).unread_count, 0);
  EXPECT_EQ(room_of(ben_).unread_count, 1);
  EXPECT_EQ(room_of(ana_).last_seq, 2);
}

}  // namespace
}  // namespace confab::messages
