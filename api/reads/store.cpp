#include "api/reads/store.h"

namespace confab::reads::store {

ReadState read_state(db::Tx& tx, RoomId room, UserId user) {
  ReadState state{.room_id = room};
  tx.each([&](const db::Row& row) { row.into(state.read_seq, state.mention_count); },
          "SELECT read_seq, mention_count FROM room_members /* reads::read_state */ "
          "WHERE room_id = ? AND user_id = ?",
          room, user);
  return state;
}

void set_read_seq(db::Tx& tx, RoomId room, UserId user, std::int64_t seq) {
  tx.run(
      "UPDATE room_members /* reads::set_read_seq */ SET read_seq = ? "
      "WHERE room_id = ? AND user_id = ?",
      seq, room, user);
}

}  // namespace confab::reads::store
