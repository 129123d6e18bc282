#pragma once

#include <string>
#include <string_view>

#include "api/base/clock.h"
#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/base/id.h"

/// Access tokens: JSON Web Tokens (RFC 9068) signed with the server's Ed25519 key.
namespace confab::accounts {

constexpr std::int64_t kAccessTokenLife = 15 * kMinute;

/// What an access token says.
struct Claims {
  UserId user;
  SessionId session;  ///< The family of the token.
  Time expires_at;
};

std::string make_access_token(const Config& config, const crypto::Keys& keys, const Claims& claims,
                              Time now);

/// The claims of a token that this server signed, expired or not. Throws
/// unauthenticated for anything else.
Claims read_access_token(const Config& config, const crypto::Keys& keys, std::string_view token);

/// The JSON Web Key Set (RFC 7517, RFC 8037) that the tokens can be checked with.
std::string key_set(const crypto::Keys& keys);

}  // namespace confab::accounts
