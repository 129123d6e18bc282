#include "api/accounts/access/admission.h"

#include <charconv>

#include "api/base/text.h"

namespace confab::accounts {

namespace {

std::string signature(const crypto::Keys& keys, std::string_view text) {
  return crypto::base64url(crypto::hmac_sha256(keys.derive("device"), text));
}

/// What fits a column and a screen of what a client says about itself.
std::string shown(std::string_view text, std::size_t most) {
  if (!text::is_utf8(text) || text::has_controls(text)) return {};
  while (text::code_points(text) > most) text.remove_suffix(1);
  while (!text::is_utf8(text)) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

std::string make_device(const crypto::Keys& keys, UserId user, Time now) {
  const auto text = user.text() + '.' + std::to_string(now.ms);
  return text + '.' + signature(keys, text);
}

bool is_device_of(const crypto::Keys& keys, UserId user, std::string_view device, Time now) {
  const auto time_at = device.find('.');
  const auto signature_at = device.rfind('.');
  if (time_at == std::string_view::npos || signature_at == time_at) return false;
  if (!crypto::equal(device.substr(signature_at + 1),
                     signature(keys, device.substr(0, signature_at)))) {
    return false;
  }
  Time made;
  const auto digits = device.substr(time_at + 1, signature_at - time_at - 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), made.ms);
  return device.substr(0, time_at) == user.text() && now - made < kDeviceKept;
}

std::string make_code() {
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  static_assert(256 % kLetters.size() == 0, "each must be equally likely");
  constexpr int kLength = 20;
  std::string code;
  int count = 0;
  for (const char byte : crypto::random_bytes(kLength)) {
    if (count != 0 && count % 5 == 0) code += '-';
    code += kLetters[static_cast<unsigned char>(byte) % kLetters.size()];
    ++count;
  }
  return code;
}

Session new_session(App& app, const Origin& origin) {
  constexpr std::size_t kUserAgentMost = 255;
  constexpr std::size_t kAddressMost = 64;
  const Time now = app.clock.now();
  Session session{.id = app.ids.make<SessionId>(),
                  .created_at = now,
                  .last_seen_at = now,
                  .expires_at = now + kSessionIdle};
  session.user_agent = shown(origin.user_agent, kUserAgentMost);
  session.address = shown(origin.address, kAddressMost);
  session.current = true;
  return session;
}

std::optional<IdempotencyKey> sealed(const crypto::Keys& keys,
                                     const std::optional<IdempotencyKey>& key) {
  if (!key) return std::nullopt;
  return IdempotencyKey{
      .key = key->key,
      .request_hash = crypto::hmac_sha256(keys.derive("request with password"), key->request_hash)};
}

std::string secret_for(const crypto::Keys& keys, const std::optional<IdempotencyKey>& key) {
  if (!key) return crypto::random_token();
  return crypto::base64url(
      crypto::hmac_sha256(keys.derive("register"), key->key + '\n' + key->request_hash));
}

}  // namespace confab::accounts
