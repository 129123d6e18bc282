#pragma once

#include "api/rooms/rooms.h"

/// The JSON shapes that only this folder speaks of.
namespace confab::rooms {

constexpr auto fields(const NewRoom*) {
  return request("NewRoom", field("kind", &NewRoom::kind),
                 field("name", &NewRoom::name).max(100).says("Required for channels."),
                 field("topic", &NewRoom::topic).max(1000),
                 field("visibility", &NewRoom::visibility)
                     .says("Channels: public unless said otherwise; all others are private."),
                 field("member_ids", &NewRoom::member_ids)
                     .max(49)
                     .optional()
                     .says("The others: exactly one for a direct room, 1 to 49 for a group."));
}

constexpr auto fields(const RoomChange*) {
  return request("RoomChange", field("name", &RoomChange::name).max(100),
                 field("topic", &RoomChange::topic).max(1000),
                 field("visibility", &RoomChange::visibility),
                 field("archived", &RoomChange::archived).says("Only false, which restores."));
}

constexpr auto fields(const MemberChange*) {
  return request("MemberChange", field("role", &MemberChange::role),
                 field("notifications", &MemberChange::notifications).says("Of `me` only."));
}

/// As kept for a retry.
constexpr auto fields(const Created*) {
  return resource("CreatedRoom", field("room", &Created::room), field("is_new", &Created::is_new));
}

struct MemberAdded {
  Member member;
  accounts::User user;
  Room room;
};
constexpr auto fields(const MemberAdded*) {
  return resource("MemberAdded", field("member", &MemberAdded::member),
                  field("user", &MemberAdded::user), field("room", &MemberAdded::room));
}

struct MemberUpdated {
  Member member;
  std::optional<Notifications> notifications;
};
constexpr auto fields(const MemberUpdated*) {
  return resource("MemberUpdated", field("member", &MemberUpdated::member),
                  field("notifications", &MemberUpdated::notifications)
                      .says("Only in what the person concerned hears of their own change."));
}

struct MemberRemoved {
  RoomId room_id;
  UserId user_id;
  std::int64_t member_count = 0;
};
constexpr auto fields(const MemberRemoved*) {
  return resource("MemberRemoved", field("room_id", &MemberRemoved::room_id),
                  field("user_id", &MemberRemoved::user_id),
                  field("member_count", &MemberRemoved::member_count));
}

}  // namespace confab::rooms
