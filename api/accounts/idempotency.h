#pragma once

#include <optional>
#include <string>
#include <utility>

#include "api/base/clock.h"
#include "api/base/fields.h"
#include "api/base/id.h"
#include "api/base/json.h"
#include "api/db/tx.h"

/// Exactly-once for requests that create: the reply is kept in the same commit
/// as what it speaks of, and a retry gets it again.
namespace confab::accounts {

struct IdempotencyKey {
  std::string key;           ///< 1 to 64 visible ASCII characters, chosen by the client.
  std::string request_hash;  ///< 32 bytes: a retry must be the same request.
};

template <typename T>
struct Once {
  T value;
  bool replayed = false;
};

/// How long a reply is kept at least.
constexpr std::int64_t kRepliesKept = 2 * kDay;

/// The reply kept for `user` and `key`, as JSON text. A `user` of zero stands
/// for everybody who has no account yet. Throws idempotency_mismatch when it
/// answered another request.
std::optional<std::string> kept_reply(db::Tx& tx, UserId user, const IdempotencyKey& key);
void keep_reply(db::Tx& tx, UserId user, const IdempotencyKey& key, const std::string& reply,
                Time now);

/// The reply kept for `key`, or else what `make()` returns, which is kept from
/// then on. Inside a unit of work. `T` must read what it prints: an id that may
/// be missing is a `std::optional`. Throws idempotency_mismatch.
template <typename T, typename F>
Once<T> once(db::Tx& tx, UserId user, const std::optional<IdempotencyKey>& key, Time now,
             F&& make) {
  if (!key) return {.value = std::forward<F>(make)(), .replayed = false};
  if (const auto kept = kept_reply(tx, user, *key)) {
    return {.value = from_json<T>(json::parse_own(*kept)), .replayed = true};
  }
  Once<T> fresh{.value = std::forward<F>(make)(), .replayed = false};
  keep_reply(tx, user, *key, to_json(fresh.value), now);
  return fresh;
}

}  // namespace confab::accounts
