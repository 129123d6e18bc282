#include "bench/lib/crowd.h"

#include "api/base/clock.h"
#include "api/base/crypto.h"
#include "api/base/id.h"
#include "bench/lib/table.h"

namespace confab::bench {

namespace {

constexpr std::uint32_t kNode = 1000;  // no process's lease: ids made here are nobody else's

}  // namespace

Crowd make_crowd(db::Connection& database, const CrowdSize& size) {
  const SystemClock clock;
  const Time now = clock.now();
  IdMaker ids(clock, kNode);
  Crowd crowd;
  database.command("START TRANSACTION");

  Table users(database,
              "INSERT INTO users (id, username, email, email_key, display_name, display_key, "
              "password, server_role, created_at, version) VALUES (?,?,?,?,?,?,'none',0,?,1)",
              7);
  Table sessions(database,
                 "INSERT INTO sessions (id, user_id, kind, secret_hash, user_agent, address, "
                 "created_at, last_seen_at, expires_at, version) "
                 "VALUES (?,?,0,?,'bench','127.0.0.1',?,?,?,1)",
                 6);
  for (int i = 0; i < size.people; ++i) {
    const UserId user = ids.make<UserId>();
    const std::string name = "b" + user.text();
    const std::string secret = crypto::random_token();
    users.add({user, name, name + "@example.com", name + "@example.com", name, name, now});
    sessions.add(
        {ids.make<SessionId>(), user, crypto::sha256(secret), now, now, Time{now + 7 * kDay}});
    crowd.people.push_back({user.value, "__Host-confab=" + secret});
  }
  users.write();
  sessions.write();

  for (int i = 0; i < size.rooms; ++i) crowd.rooms.push_back(ids.next());
  std::vector<std::int64_t> counts(crowd.rooms.size(), 0);
  Table members(database,
                "INSERT INTO room_members (room_id, user_id, role, notifications, joined_at, "
                "read_seq, mention_count, version) VALUES (?,?,1,1,?,0,0,1)",
                3);
  const auto others = crowd.rooms.size() - 1;
  for (std::size_t i = 0; i < crowd.people.size(); ++i) {
    for (std::size_t k = 0; k < static_cast<std::size_t>(size.rooms_each); ++k) {
      const auto room =
          k == 0 ? 0 : 1 + (i * static_cast<std::size_t>(size.rooms_each - 1) + k - 1) % others;
      members.add({RoomId{crowd.rooms[room]}, UserId{crowd.people[i].id}, now});
      ++counts[room];
    }
  }
  members.write();
  Table rooms(database,
              "INSERT INTO rooms (id, kind, visibility, name, name_key, topic, created_by, "
              "created_at, member_count, last_seq, version) VALUES (?,1,1,?,?,'',?,?,?,0,1)",
              6);
  for (std::size_t i = 0; i < crowd.rooms.size(); ++i) {
    const std::string name = "room " + std::to_string(crowd.rooms[i]);
    rooms.add(
        {RoomId{crowd.rooms[i]}, name, name, UserId{crowd.people.front().id}, now, counts[i]});
  }
  rooms.write();
  database.command("COMMIT");
  return crowd;
}

}  // namespace confab::bench
