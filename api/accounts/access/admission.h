#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/accounts/accounts.h"
#include "api/base/crypto.h"

namespace confab::accounts {

constexpr std::int64_t kDeviceKept = 400 * kDay;

/// What a browser keeps of having signed a person in: `user.time.signature`.
std::string make_device(const crypto::Keys& keys, UserId user, Time now);
/// True for such a text of that person, not older than `kDeviceKept`.
bool is_device_of(const crypto::Keys& keys, UserId user, std::string_view device, Time now);

/// 100 random bits in groups of five letters and digits that look like no other:
/// for people to copy.
std::string make_code();

/// A session that begins now, without its secret.
Session new_session(App& app, const Origin& origin);

/// The key of a request whose body holds a password: no plain hash of that must
/// lie in the database.
std::optional<IdempotencyKey> sealed(const crypto::Keys& keys,
                                     const std::optional<IdempotencyKey>& key);
/// A session's secret: with a key it follows from that, so that a retry gets the
/// same cookie.
std::string secret_for(const crypto::Keys& keys, const std::optional<IdempotencyKey>& key);

}  // namespace confab::accounts
