#include <gtest/gtest.h>

#include "tests/world.h"

namespace confab::messages {
namespace {

using test::code_of;
using test::World;
using Types = std::vector<std::string>;

class ChangeMessage : public testing::Test {
 protected:
  rooms::RequireVersion version(std::int64_t wanted) {
    return [wanted](std::int64_t found) {
      if (found != wanted) throw Error(Code::version_mismatch, "Changed.");
    };
  }

  World world_;
  const UserId ana_ = world_.person("ana");
  const UserId ben_ = world_.person("ben");
  const UserId cy_ = world_.person("cyd");
  const RoomId room_ = world_.room("general", {ana_, ben_});
  const Message message_ = world_.post(ben_, room_, "hello");
};

using EditMessage = ChangeMessage;
using DeleteMessage = ChangeMessage;
using GetMessage = ChangeMessage;

TEST_F(EditMessage, ChangesTheBodyAndTellsTheRoom) {
  world_.listen();
  world_.clock.advance(kMinute);
  const auto changed = edit(world_.app, ben_, message_.id, "hello!");
  EXPECT_EQ(changed.body, "hello!");
  EXPECT_EQ(changed.version, 2);
  EXPECT_EQ(changed.edited_at, world_.clock.now());
  EXPECT_EQ(changed.seq, message_.seq);
  EXPECT_EQ(changed.created_at, message_.created_at);
  EXPECT_EQ(to_json(get(world_.app, ana_, message_.id)), to_json(changed));
  const auto heard = world_.events_for(ana_);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0]->type, "message.updated");
  EXPECT_EQ(heard[0]->about.actor, ben_);
  EXPECT_EQ(heard[0]->about.client_ref, "");
  EXPECT_EQ(heard[0]->data, to_json(changed));
}

TEST_F(EditMessage, ToWhatItSaysAlreadyChangesNothing) {
  world_.listen();
  EXPECT_EQ(edit(world_.app, ben_, message_.id, "hello").version, 1);
  EXPECT_TRUE(world_.heard_by(ana_).empty());
}

TEST_F(EditMessage, IsForItsAuthorAlone) {
  EXPECT_EQ(code_of([&] { edit(world_.app, ana_, message_.id, "x"); }), Code::not_author);
  EXPECT_EQ(code_of([&] { edit(world_.app, cy_, message_.id, "x"); }), Code::not_member);
}

TEST_F(EditMessage, NeedsAMessageThatOneMaySee) {
  const auto den = world_.private_room("den", {ana_});
  const auto hidden = world_.post(ana_, den, "secret");
  EXPECT_EQ(code_of([&] { edit(world_.app, ben_, hidden.id, "x"); }), Code::not_found);
  EXPECT_EQ(code_of([&] { edit(world_.app, ben_, MessageId{404}, "x"); }), Code::not_found);
}

TEST_F(EditMessage, IsRefusedToSomebodyWhoLeft) {
  rooms::remove(world_.app, ben_, room_, ben_);
  EXPECT_EQ(code_of([&] { edit(world_.app, ben_, message_.id, "x"); }), Code::not_member);
}

TEST_F(EditMessage, IsRefusedInAnArchivedRoom) {
  rooms::archive(world_.app, ana_, room_);
  EXPECT_EQ(code_of([&] { edit(world_.app, ben_, message_.id, "x"); }), Code::room_archived);
}

TEST_F(EditMessage, FollowsTheRulesOfPosting) {
  EXPECT_EQ(code_of([&] { edit(world_.app, ben_, message_.id, " "); }), Code::empty_message);
  EXPECT_EQ(code_of([&] { edit(world_.app, ben_, message_.id, std::string(kBodyBytes + 1, 'x')); }),
            Code::message_too_long);
}

TEST_F(EditMessage, OfADeletedMessageIsAConflict) {
  remove(world_.app, ben_, message_.id);
  EXPECT_EQ(code_of([&] { edit(world_.app, ben_, message_.id, "x"); }), Code::conflict);
}

TEST_F(EditMessage, RequiresTheVersionThatTheCallerMeans) {
  edit(world_.app, ben_, message_.id, "two", version(1));
  EXPECT_EQ(code_of([&] { edit(world_.app, ben_, message_.id, "three", version(1)); }),
            Code::version_mismatch);
  EXPECT_EQ(get(world_.app, ben_, message_.id).body, "two");
  EXPECT_EQ(edit(world_.app, ben_, message_.id, "three", version(2)).version, 3);
}

TEST_F(DeleteMessage, EmptiesItAndKeepsItsPlace) {
  world_.post(ana_, room_, "after");
  world_.listen();
  remove(world_.app, ben_, message_.id);
  const auto gone = get(world_.app, ana_, message_.id);
  EXPECT_EQ(gone.body, "");
  EXPECT_EQ(gone.deleted_at, world_.clock.now());
  EXPECT_EQ(gone.seq, 1);
  EXPECT_EQ(gone.version, 2);
  const auto page = history(world_.app, ana_, room_, {});
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(to_json(page.items[0]), to_json(gone));
  const auto heard = world_.events_for(ana_);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0]->type, "message.deleted");
  EXPECT_EQ(heard[0]->data, to_json(gone));
}

TEST_F(DeleteMessage, TwiceChangesNothing) {
  remove(world_.app, ben_, message_.id);
  world_.listen();
  remove(world_.app, ben_, message_.id);
  EXPECT_TRUE(world_.heard_by(ana_).empty());
  EXPECT_EQ(get(world_.app, ana_, message_.id).version, 2);
}

TEST_F(DeleteMessage, IsForTheAuthorAndForModerators) {
  rooms::add(world_.app, ana_, room_, cy_);
  EXPECT_EQ(code_of([&] { remove(world_.app, cy_, message_.id); }), Code::not_author);
  rooms::change_member(world_.app, ana_, room_, cy_, {.role = rooms::Role::moderator});
  remove(world_.app, cy_, message_.id);
  EXPECT_TRUE(get(world_.app, ben_, message_.id).deleted_at);

  const auto second = world_.post(ben_, room_, "second");
  remove(world_.app, ana_, second.id);
  EXPECT_TRUE(get(world_.app, ben_, second.id).deleted_at);
}

TEST_F(DeleteMessage, NeedsAMessageThatOneMaySee) {
  const auto den = world_.private_room("den", {ana_});
  const auto hidden = world_.post(ana_, den, "secret");
  EXPECT_EQ(code_of([&] { remove(world_.app, ben_, hidden.id); }), Code::not_found);
  EXPECT_EQ(code_of([&] { remove(world_.app, ben_, MessageId{404}); }), Code::not_found);
  EXPECT_EQ(code_of([&] { remove(world_.app, cy_, message_.id); }), Code::not_member);
}

TEST_F(DeleteMessage, RequiresTheVersionThatTheCallerMeans) {
  edit(world_.app, ben_, message_.id, "two");
  EXPECT_EQ(code_of([&] { remove(world_.app, ben_, message_.id, version(1)); }),
            Code::version_mismatch);
  remove(world_.app, ben_, message_.id, version(2));
}

TEST_F(DeleteMessage, KeepsItsTextNowhere) {
  const auto secret = world_.post(ben_, room_, "an unmistakable secret");
  edit(world_.app, ben_, secret.id, "another unmistakable secret");
  remove(world_.app, ben_, secret.id);
  const auto left = world_.read([](db::Tx& tx) {
    return tx.value<std::uint64_t>(
        "SELECT (SELECT COUNT(*) FROM messages WHERE body LIKE '%unmistakable%') + "
        "(SELECT COUNT(*) FROM events WHERE payload LIKE '%unmistakable%') + "
        "(SELECT COUNT(*) FROM idempotency WHERE reply LIKE '%unmistakable%')");
  });
  EXPECT_EQ(left, 0U);
}

TEST_F(GetMessage, IsForThoseWhoMayReadTheRoom) {
  EXPECT_EQ(get(world_.app, ana_, message_.id).body, "hello");
  EXPECT_EQ(code_of([&] { get(world_.app, cy_, message_.id); }), Code::not_member);
  const auto den = world_.private_room("den", {ana_});
  const auto hidden = world_.post(ana_, den, "secret");
  EXPECT_EQ(code_of([&] { get(world_.app, cy_, hidden.id); }), Code::not_found);
  EXPECT_EQ(code_of([&] { get(world_.app, cy_, MessageId{404}); }), Code::not_found);
}

}  // namespace
}  // namespace confab::messages
