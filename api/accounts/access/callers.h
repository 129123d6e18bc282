#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "api/accounts/access/tokens.h"
#include "api/accounts/store.h"
#include "api/base/guarded.h"

namespace confab::accounts {

/// Sessions and checked access tokens in memory, so that most calls need no SQL
/// and no signature check. An ended session is forgotten when its event passes;
/// what no event tells is noticed within `kBelieved`. Bounded.
class Callers {
 public:
  static constexpr std::int64_t kBelieved = 30 * kSecond;
  static constexpr std::size_t kCapacity = 50'000;

  /// Changes whenever something is forgotten: what was read from the database
  /// before that may be out of date and is not remembered.
  std::uint64_t generation();
  void remember(const store::Living& session, std::uint64_t generation, Time now);
  std::optional<store::Living> session(SessionId id, Time now);
  std::optional<store::Living> session_by_secret(const std::string& secret_hash, Time now);
  void forget(SessionId session);
  void forget(UserId user);

  /// Everybody's own account, as they see it; forgotten and believed as sessions are.
  void remember(const Me& me, std::uint64_t generation, Time now);
  std::optional<Me> me(UserId user, Time now);

  /// True for one caller when it is time to write down that the session is in use.
  bool take_touch(SessionId session, const store::Freshness& freshness, std::int64_t pause);

  void remember_token(const std::string& token_hash, const Claims& claims);
  std::optional<Claims> token(const std::string& token_hash);

 private:
  struct Known {
    store::Living session;
    Time read_at;
  };
  struct KnownMe {
    Me me;
    Time read_at;
  };
  struct State {
    std::uint64_t generation = 0;
    std::unordered_map<SessionId, Known> sessions;
    std::unordered_map<std::string, SessionId> by_secret;
    std::unordered_map<UserId, std::unordered_set<SessionId>> by_user;
    std::unordered_map<std::string, Claims> tokens;
    std::unordered_map<UserId, KnownMe> people;
  };
  static void drop(State& state, SessionId session);
  static std::optional<store::Living> fresh(State& state, SessionId session, Time now);

  Guarded<State> state_;
};

}  // namespace confab::accounts
