#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/base/error.h"

namespace confab::accounts {

/// What is wrong with a password that somebody chooses: too short, too long, or
/// among the first that an attacker tries for that username and e-mail address.
std::optional<FieldError> password_fault(std::string_view password, std::string_view username,
                                         std::string_view email, std::string pointer);

/// `folded` is among the most common passwords.
bool is_common_password(std::string_view folded);

/// Password hashing, at most two at a time: each takes 64 MiB and a core. What
/// comes beyond a queue of 32 is refused with unavailable.
class Hashing {
 public:
  static constexpr int kAtOnce = 2;
  static constexpr int kQueue = 32;

  explicit Hashing(const Config& config)
      : cost_{.memory_kib = static_cast<std::size_t>(config.password_memory_kib)} {}

  std::string hash(std::string_view password);
  /// Without a `phc` (there is no such account) it takes as long, and is false.
  bool verify(const std::optional<std::string>& phc, std::string_view password);
  bool is_outdated(std::string_view phc) const { return crypto::needs_rehash(phc, cost_); }

 private:
  /// A place among those that hash now.
  class Place {
   public:
    explicit Place(Hashing& hashing);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Hashing& hashing_;
  };

  const crypto::PasswordCost cost_;
  std::mutex mutex_;
  std::condition_variable free_;
  int running_ = 0;
  int waiting_ = 0;
};

}  // namespace confab::accounts
