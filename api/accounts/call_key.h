#pragma once

#include <optional>
#include <string>

#include "api/accounts/idempotency.h"
#include "api/base/crypto.h"
#include "api/http/call.h"

/// For routes only.
namespace confab::accounts {

/// The call's Idempotency-Key with the hash of its method, path and body, or
/// nothing. Throws invalid_request for a key of another form.
inline std::optional<IdempotencyKey> key_of(const http::Call& call) {
  auto key = call.idempotency_key();
  if (!key) return std::nullopt;
  return IdempotencyKey{
      .key = std::move(*key),
      .request_hash = crypto::sha256(call.method + ' ' + call.path + '\n' + call.body)};
}

/// Tells the client that the reply is one it could have had before.
template <typename With>
void mark_replayed(With& with, bool replayed) {
  if (replayed) with.headers.emplace_back("Idempotency-Replayed", "true");
}

}  // namespace confab::accounts
