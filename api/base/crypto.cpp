#include "api/base/crypto.h"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "api/base/calls.h"
#include "api/base/error.h"

namespace confab::crypto {

namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kDigestSize = 32;
constexpr std::size_t kSignatureSize = 64;

using Key = std::unique_ptr<EVP_PKEY, Calls<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Calls<EVP_MD_CTX_free>>;
using Derivation = std::unique_ptr<EVP_KDF, Calls<EVP_KDF_free>>;
using DerivationContext = std::unique_ptr<EVP_KDF_CTX, Calls<EVP_KDF_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD, Calls<EVP_MD_free>>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

[[noreturn]] void broken(const std::string& what) {
  throw Error(Code::internal, "Cryptography: " + what);
}

void require(bool done, const char* what) {
  if (!done) broken(std::string(what) + " failed");
}

}  // namespace

void init() { require(sodium_init() >= 0, "sodium_init"); }

std::string random_bytes(std::size_t size) {
  std::string out(size, '\0');
  randombytes_buf(out.data(), size);
  return out;
}

std::string random_token() { return base64url(random_bytes(32)); }

std::string sha256(std::string_view data) {
  // Looking an algorithm up costs more than hashing a token with it.
  static const Digest algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  std::string out(kDigestSize, '\0');
  require(EVP_Digest(data.data(), data.size(), bytes(out), nullptr, algorithm.get(), nullptr) == 1,
          "SHA-256");
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::string out(kDigestSize, '\0');
  // A null key would mean "the key of the last call".
  const void* secret = key.empty() ? "" : key.data();
  require(HMAC(EVP_sha256(), secret, static_cast<int>(key.size()), bytes(data), data.size(),
               bytes(out), nullptr) != nullptr,
          "HMAC");
  return out;
}

std::string hex(std::string_view data) {
  std::string out(data.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes(data), data.size());
  out.pop_back();
  return out;
}

std::string base64url(std::string_view data) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(data.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes(data), data.size(), kVariant);
  out.pop_back();
  return out;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  if (sodium_base642bin(bytes(out), out.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hash_password(std::string_view password, const PasswordCost& cost) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), cost.passes,
                            cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw Error(Code::unavailable, "There is not enough memory to hash a password now.");
  }
  return out.data();
}

bool verify_password(std::string_view phc, std::string_view password) {
  if (phc.size() >= crypto_pwhash_STRBYTES) return false;
  const std::string text(phc);
  return crypto_pwhash_str_verify(text.c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(std::string_view phc, const PasswordCost& cost) {
  const std::string text(phc);
  return crypto_pwhash_str_needs_rehash(text.c_str(), cost.passes, cost.memory_kib * 1024) != 0;
}

struct Keys::Secrets {
  std::string master;
  Key signing;
  std::string public_key;
  std::string key_id;

  Secrets() = default;
  Secrets(const Secrets&) = delete;
  Secrets& operator=(const Secrets&) = delete;
  ~Secrets() { sodium_memzero(master.data(), master.size()); }
};

Keys::Keys(std::unique_ptr<Secrets> secrets) : secrets_(std::move(secrets)) {}
Keys::~Keys() = default;
Keys::Keys(Keys&&) noexcept = default;

Keys Keys::from_seed(std::string_view seed) {
  if (seed.empty()) broken("the seed of the keys is empty");
  Keys keys(std::make_unique<Secrets>());
  Secrets& made = *keys.secrets_;
  made.master = std::string(seed);

  std::string private_key = keys.derive("access token signature v1");
  made.signing.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(private_key),
                                                  private_key.size()));
  sodium_memzero(private_key.data(), private_key.size());
  require(made.signing != nullptr, "making the Ed25519 key");

  made.public_key.resize(kKeySize);
  std::size_t size = kKeySize;
  require(EVP_PKEY_get_raw_public_key(made.signing.get(), bytes(made.public_key), &size) == 1,
          "reading the Ed25519 public key");
  // RFC 7638: the thumbprint of the key as a JSON Web Key.
  made.key_id = base64url(
      sha256(R"({"crv":"Ed25519","kty":"OKP","x":")" + base64url(made.public_key) + "\"}"));
  return keys;
}

std::string Keys::derive(std::string_view purpose, std::size_t size) const {
  const Derivation algorithm(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  require(algorithm != nullptr, "HKDF");
  const DerivationContext context(EVP_KDF_CTX_new(algorithm.get()));
  require(context != nullptr, "HKDF");
  // OpenSSL takes what it only reads by pointers that are not const.
  std::string digest = "SHA256";
  std::string master = secrets_->master;
  std::string info(purpose);
  std::array<OSSL_PARAM, 4> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, master.data(), master.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  std::string out(size, '\0');
  const bool done = EVP_KDF_derive(context.get(), bytes(out), size, parameters.data()) == 1;
  sodium_memzero(master.data(), master.size());
  require(done, "HKDF");
  return out;
}

const std::string& Keys::key_id() const { return secrets_->key_id; }
const std::string& Keys::public_key() const { return secrets_->public_key; }

std::string Keys::sign(std::string_view data) const {
  const DigestContext context(EVP_MD_CTX_new());
  std::string out(kSignatureSize, '\0');
  std::size_t size = out.size();
  require(context != nullptr &&
              EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr,
                                 secrets_->signing.get()) == 1 &&
              EVP_DigestSign(context.get(), bytes(out), &size, bytes(data), data.size()) == 1,
          "signing");
  return out;
}

bool Keys::verify(std::string_view data, std::string_view signature) const {
  const DigestContext context(EVP_MD_CTX_new());
  require(context != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                                                     secrets_->signing.get()) == 1,
          "verifying");
  return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(data),
                          data.size()) == 1;
}

namespace {

/// An open file or directory; closed with the object.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0)
      : number_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void unusable(const std::string& path, const std::string& why) {
  throw Error(Code::internal, "The key file " + path + " " + why);
}

std::string why() { return std::string("cannot be used: ") + std::strerror(errno) + "."; }

std::string read_key(const std::string& path, const Descriptor& file) {
  struct stat facts {};
  if (fstat(file.number(), &facts) != 0) unusable(path, why());
  if (!S_ISREG(facts.st_mode)) unusable(path, "is not a file.");
  if ((facts.st_mode & 077) != 0) {
    unusable(path, "is open to other users of this machine. Run: chmod 600 " + path);
  }
  std::string key(kKeySize + 1, '\0');
  const ssize_t size = read(file.number(), key.data(), key.size());
  if (size < 0) unusable(path, why());
  if (size != static_cast<ssize_t>(kKeySize)) {
    unusable(path,
             "must have exactly 32 bytes. Put the right one back from a backup: without it "
             "nobody stays signed in and what is encrypted stays unreadable.");
  }
  key.resize(kKeySize);
  return key;
}

/// The directory is locked, so nobody else makes the same file.
void make_key(const std::string& path, const Descriptor& directory) {
  const std::string unfinished = path + ".new";
  unlink(unfinished.c_str());  // left behind by a crash
  std::string key = random_bytes(kKeySize);
  const Descriptor file(unfinished, O_WRONLY | O_CREAT | O_EXCL, 0600);
  const bool done =
      file && write(file.number(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
      fsync(file.number()) == 0 && rename(unfinished.c_str(), path.c_str()) == 0 &&
      fsync(directory.number()) == 0;
  sodium_memzero(key.data(), key.size());
  if (!done) unusable(path, why());
}

}  // namespace

Keys Keys::load(const std::string& path) {
  const auto parent = std::filesystem::absolute(path).parent_path().string();
  const Descriptor directory(parent, O_RDONLY | O_DIRECTORY);
  if (!directory || flock(directory.number(), LOCK_EX) != 0) unusable(path, why());
  for (const bool last : {false, true}) {
    const Descriptor file(path, O_RDONLY);
    if (file) {
      std::string key = read_key(path, file);
      Keys keys = from_seed(key);
      sodium_memzero(key.data(), key.size());
      return keys;
    }
    if (errno != ENOENT || last) break;
    make_key(path, directory);
  }
  unusable(path, why());
}

}  // namespace confab::crypto
