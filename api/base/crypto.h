#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace confab::crypto {

/// Must run once before any other function here. Throws Error(internal).
void init();

/// `size` unpredictable bytes.
std::string random_bytes(std::size_t size);
/// 256 random bits as base64url: for session cookies, tokens, secrets.
std::string random_token();

/// 32 raw bytes.
std::string sha256(std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);
std::string hex(std::string_view data);
/// Without padding (RFC 4648 section 5).
std::string base64url(std::string_view data);
std::optional<std::string> base64url_decode(std::string_view text);
/// Takes as long for a near miss as for a far one.
bool equal(std::string_view a, std::string_view b);

/// Argon2id (RFC 9106) as a PHC string.
struct PasswordCost {
  std::size_t memory_kib = 64 * 1024;
  unsigned passes = 2;
};
std::string hash_password(std::string_view password, const PasswordCost& cost);
bool verify_password(std::string_view phc, std::string_view password);
/// True when `phc` was made at another cost than `cost`.
bool needs_rehash(std::string_view phc, const PasswordCost& cost);

/// The server's secrets, all derived from one key file (32 bytes, mode 0600).
class Keys {
 public:
  /// Reads the file, or makes it (atomically, fsynced) when it is not there.
  /// Throws Error(internal) when the file is unreadable, of another size, or
  /// readable by others.
  static Keys load(const std::string& path);
  static Keys from_seed(std::string_view seed);
  ~Keys();
  Keys(Keys&&) noexcept;

  /// HKDF-SHA256 of the master key for one purpose.
  std::string derive(std::string_view purpose, std::size_t size = 32) const;

  /// Ed25519 for the access tokens (RFC 8037): key id, public key, signature.
  const std::string& key_id() const;
  const std::string& public_key() const;
  std::string sign(std::string_view data) const;
  bool verify(std::string_view data, std::string_view signature) const;

 private:
  struct Secrets;
  explicit Keys(std::unique_ptr<Secrets> secrets);
  std::unique_ptr<Secrets> secrets_;
};

}  // namespace confab::crypto
