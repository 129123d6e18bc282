#include "api/accounts/access/tokens.h"

#include "api/base/error.h"
#include "api/base/json.h"

namespace confab::accounts {

namespace {

constexpr const char* kAudience = "confab";

std::string header_of(const crypto::Keys& keys) {
  Json::Value header(Json::objectValue);
  header["alg"] = "EdDSA";
  header["kid"] = keys.key_id();
  header["typ"] = "at+jwt";
  return crypto::base64url(json::print(header));
}

Error foreign() { return {Code::unauthenticated, "This is not an access token of this server."}; }

}  // namespace

std::string make_access_token(const Config& config, const crypto::Keys& keys, const Claims& claims,
                              Time now) {
  Json::Value payload(Json::objectValue);
  payload["iss"] = config.origin();
  payload["aud"] = kAudience;
  payload["sub"] = claims.user.text();
  payload["sid"] = claims.session.text();
  payload["iat"] = Json::Int64(now.ms / kSecond);
  payload["exp"] = Json::Int64(claims.expires_at.ms / kSecond);
  const auto text = header_of(keys) + '.' + crypto::base64url(json::print(payload));
  return text + '.' + crypto::base64url(keys.sign(text));
}

Claims read_access_token(const Config& config, const crypto::Keys& keys, std::string_view token) {
  const auto payload_at = token.find('.');
  const auto signature_at = token.rfind('.');
  if (payload_at == std::string_view::npos || signature_at == payload_at) throw foreign();
  // There is one header that we write; another algorithm or key is not looked at.
  if (token.substr(0, payload_at) != header_of(keys)) throw foreign();
  const auto signature = crypto::base64url_decode(token.substr(signature_at + 1));
  if (!signature || !keys.verify(token.substr(0, signature_at), *signature)) throw foreign();

  const auto text =
      crypto::base64url_decode(token.substr(payload_at + 1, signature_at - payload_at - 1));
  if (!text) throw foreign();
  const auto payload = json::parse_own(*text);
  const auto user = UserId::parse(payload["sub"].asString());
  const auto session = SessionId::parse(payload["sid"].asString());
  if (!user || !session || payload["aud"] != kAudience || payload["iss"] != config.origin()) {
    throw foreign();
  }
  return {.user = *user, .session = *session, .expires_at = {payload["exp"].asInt64() * kSecond}};
}

JsonWebKeySet key_set(const crypto::Keys& keys) {
  return {.keys = {{.kty = "OKP",
                    .crv = "Ed25519",
                    .x = crypto::base64url(keys.public_key()),
                    .kid = keys.key_id(),
                    .use = "sig",
                    .alg = "EdDSA"}}};
}

}  // namespace confab::accounts
