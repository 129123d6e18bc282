#pragma once

#include "api/db/tx.h"
#include "api/reads/reads.h"

namespace confab::reads::store {

/// The mark of a member, without its unread_count.
ReadState read_state(db::Tx& tx, RoomId room, UserId user);
void set_read_seq(db::Tx& tx, RoomId room, UserId user, std::int64_t seq);

}  // namespace confab::reads::store
