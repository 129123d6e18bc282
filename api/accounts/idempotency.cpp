#include "api/accounts/idempotency.h"

#include "api/base/crypto.h"

namespace confab::accounts {

std::optional<std::string> kept_reply(db::Tx& tx, UserId user, const IdempotencyKey& key) {
  struct Kept {
    std::string hash, reply;
  };
  const auto kept = tx.one(
      [](const db::Row& row) {
        Kept found;
        row.into(found.hash, found.reply);
        return found;
      },
      "SELECT request_hash, reply FROM idempotency /* accounts::kept_reply */ "
      "WHERE user_id = ? AND idempotency_key = ?",
      user.value, key.key);
  if (!kept) return std::nullopt;
  if (!crypto::equal(kept->hash, key.request_hash)) {
    throw Error(Code::idempotency_mismatch,
                "This Idempotency-Key was used for another request. Make a new key for each "
                "thing you create.");
  }
  return kept->reply;
}

void keep_reply(db::Tx& tx, UserId user, const IdempotencyKey& key, const std::string& reply,
                Time now) {
  tx.run(
      "INSERT INTO idempotency /* accounts::keep_reply */ "
      "(user_id, idempotency_key, request_hash, reply, created_at) VALUES (?, ?, ?, ?, ?)",
      user.value, key.key, key.request_hash, reply, now);
}

}  // namespace confab::accounts
