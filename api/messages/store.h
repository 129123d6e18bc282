#pragma once

#include "api/messages/rows.h"

namespace confab::messages::store {

struct Earlier {
  Message message;
  std::uint64_t request_hash = 0;
};

std::optional<Earlier> by_key(db::Tx& tx, UserId author, const std::string& key);
std::optional<Message> by_id(db::Tx& tx, MessageId id);
std::vector<Message> by_ids(db::Tx& tx, const std::vector<std::uint64_t>& ids);

/// Oldest first in both.
std::vector<Message> page_before(db::Tx& tx, RoomId room, std::int64_t seq, int limit);
std::vector<Message> page_after(db::Tx& tx, RoomId room, std::int64_t seq, int limit);

void update_body(db::Tx& tx, const Message& message);

}  // namespace confab::messages::store
