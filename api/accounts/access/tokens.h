#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/base/fields.h"
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

/// A public key (RFC 7517, RFC 8037).
struct JsonWebKey {
  std::string kty, crv, x, kid, use, alg;
};
constexpr auto fields(const JsonWebKey*) {
  return resource("JsonWebKey", field("kty", &JsonWebKey::kty), field("crv", &JsonWebKey::crv),
                  field("x", &JsonWebKey::x), field("kid", &JsonWebKey::kid),
                  field("use", &JsonWebKey::use), field("alg", &JsonWebKey::alg));
}

struct JsonWebKeySet {
  std::vector<JsonWebKey> keys;
};
constexpr auto fields(const JsonWebKeySet*) {
  return resource("JsonWebKeySet", field("keys", &JsonWebKeySet::keys));
}

/// What the tokens can be checked with.
JsonWebKeySet key_set(const crypto::Keys& keys);

}  // namespace confab::accounts
