#include "api/accounts/passwords/passwords.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "api/accounts/accounts.h"
#include "api/base/text.h"

namespace confab::accounts {

namespace {

/// Without the digits and signs that people add to a word to make it longer.
std::string letters_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalpha(byte) != 0) out += c;
  }
  return out;
}

/// The same few characters over and over: `aaaaaaaaaa`, `abcabcabcabc`.
bool is_repetition(std::string_view text) {
  for (std::size_t period = 1; period <= 4 && period * 2 <= text.size(); ++period) {
    if (std::equal(text.begin() + static_cast<std::ptrdiff_t>(period), text.end(), text.begin())) {
      return true;
    }
  }
  return false;
}

/// Each character the next, or the previous, of the one before: `abcdefghij`.
bool is_sequence(std::string_view text) {
  const auto runs = [&](int step) {
    return std::adjacent_find(text.begin(), text.end(), [&](char a, char b) {
             return b - a != step && !(step == 1 && a == '9' && b == '0');
           }) == text.end();
  };
  return runs(1) || runs(-1);
}

bool is_made_of(std::string_view folded, std::string_view name) {
  if (name.size() < 3) return false;
  const std::string twice = std::string(name) + std::string(name);
  const std::string reversed(name.rbegin(), name.rend());
  if (folded == name || folded == twice || folded == reversed) return true;
  const auto letters = letters_of(name);
  return letters.size() >= 3 && letters_of(folded) == letters;
}

bool is_guessed_first(std::string_view password, std::string_view username,
                      std::string_view email) {
  const auto folded = text::fold(password);
  if (is_common_password(folded) || is_repetition(folded) || is_sequence(folded)) return true;
  const auto address = text::fold(email);
  const auto at = address.find('@');
  const std::array<std::string, 3> names = {
      text::fold(username), address,
      at == std::string::npos ? std::string() : address.substr(0, at)};
  return std::any_of(names.begin(), names.end(),
                     [&](const auto& name) { return is_made_of(folded, name); });
}

}  // namespace

std::optional<FieldError> password_fault(std::string_view password, std::string_view username,
                                         std::string_view email, std::string pointer) {
  const auto length = text::code_points(password);
  if (length < kPasswordLeast) {
    return FieldError{std::move(pointer), Code::password_too_short,
                      "Use at least " + std::to_string(kPasswordLeast) + " characters."};
  }
  if (length > kPasswordMost) {
    return FieldError{std::move(pointer), Code::password_too_long,
                      "Use at most " + std::to_string(kPasswordMost) + " characters."};
  }
  if (is_guessed_first(password, username, email)) {
    return FieldError{std::move(pointer), Code::password_common,
                      "This password is among the first that an attacker tries. Use another, such "
                      "as four or five unrelated words."};
  }
  return std::nullopt;
}

Hashing::Place::Place(Hashing& hashing) : hashing_(hashing) {
  std::unique_lock lock(hashing.mutex_);
  if (hashing.running_ >= kAtOnce) {
    if (hashing.waiting_ >= kQueue) {
      throw Error(Code::unavailable, "Too many people are signing in just now.").retry_after(3);
    }
    ++hashing.waiting_;
    hashing.free_.wait(lock, [&] { return hashing.running_ < kAtOnce; });
    --hashing.waiting_;
  }
  ++hashing.running_;
}

Hashing::Place::~Place() {
  {
    std::lock_guard lock(hashing_.mutex_);
    --hashing_.running_;
  }
  hashing_.free_.notify_one();
}

std::string Hashing::hash(std::string_view password) {
  const Place place(*this);
  return crypto::hash_password(password, cost_);
}

bool Hashing::verify(const std::optional<std::string>& phc, std::string_view password) {
  const Place place(*this);
  if (phc) return crypto::verify_password(*phc, password);
  // A hash of nothing, at the cost of a real one.
  const std::string decoy = "$argon2id$v=19$m=" + std::to_string(cost_.memory_kib) +
                            ",t=" + std::to_string(cost_.passes) + ",p=1$AAAAAAAAAAAAAAAAAAAAAA$" +
                            std::string(43, 'A');
  crypto::verify_password(decoy, password);
  return false;
}

}  // namespace confab::accounts
