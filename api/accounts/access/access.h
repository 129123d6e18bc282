#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "api/accounts/access/attempts.h"
#include "api/accounts/access/callers.h"
#include "api/accounts/access/refusals.h"
#include "api/accounts/passwords/passwords.h"
#include "api/accounts/store.h"
#include "api/app.h"
#include "api/audit/audit.h"

namespace confab::accounts {

/// What one process remembers while it checks credentials.
class Access {
 public:
  explicit Access(const Config& config) : hashing(config) {}

  Hashing hashing;
  Attempts attempts;
  Callers callers;
  Refusals refusals;
  std::atomic<bool> has_owner{false};  ///< Once true it stays so.
};

/// The process's Access. Throws std::logic_error when nobody made it.
Access& access_of(App& app);

/// Who a credential vouches for.
struct Vouched {
  UserId user;
  SessionId session;
  bool is_admin = false;  ///< Or owner.
  bool is_owner = false;
};

/// The person of a session cookie; nothing when the server does not know it.
/// Throws token_expired, account_disabled.
std::optional<Vouched> vouch_for_secret(App& app, const std::string& secret);
/// The person of an access token. Throws unauthenticated, token_expired,
/// token_revoked, account_disabled.
Vouched vouch_for_token(App& app, const std::string& token);

/// The same from memory; nothing when that does not say, or does not vouch for them, or it is
/// time to write down that the session is in use. Never waits.
std::optional<Vouched> known_secret(App& app, const std::string& secret);
std::optional<Vouched> known_token(App& app, const std::string& token);

/// Somebody's own account; from here on also at `callers.me`. Throws not_found.
Me remembered_me(App& app, UserId user);

/// Tells the audit log of a wrong password, now and then (see Refusals): `entry`
/// with the count, or only a commit that takes as long, for an account that does
/// not exist. `key` stands for whom it was about. Throws nothing.
void note_refusal(App& app, const std::string& key, std::optional<audit::Entry> entry) noexcept;

/// Checks the password of somebody who is signed in. Throws bad_credentials,
/// too_many_attempts.
void require_password(App& app, const store::Account& account, SessionId session,
                      const std::string& password);

/// In a unit of work: deletes a session, and tells its streams to end. False
/// when it was gone already.
bool end_session(db::Tx& tx, UserId user, SessionId session);
/// The same for each session of a person but `kept`. Returns how many they were.
int end_sessions(db::Tx& tx, UserId user, SessionId kept);

}  // namespace confab::accounts
