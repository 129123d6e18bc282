#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/accounts/accounts.h"

/// The SQL of accounts.
namespace confab::accounts::store {

enum class SessionKind : std::uint8_t { browser = 0, token = 1 };

struct Account {
  Me me;
  std::string password;  ///< PHC string.
};

/// A session as its credentials are checked against it.
struct Living {
  SessionId id;
  UserId user;
  SessionKind kind = SessionKind::browser;
  std::string secret_hash;
  Time created_at;
  Time last_seen_at;
  Time expires_at;
  ServerRole role = ServerRole::member;
  bool disabled = false;
};

/// What of a session changes while it is used.
struct Freshness {
  Time last_seen_at;
  Time expires_at;
};

std::optional<Account> account(db::Tx& tx, UserId user);
/// `login` is a username or an e-mail address, in any case.
std::optional<Account> account_by_login(db::Tx& tx, const std::string& login);
std::vector<User> users(db::Tx& tx, const std::vector<UserId>& ids);
std::vector<Me> accounts_after(db::Tx& tx, UserId after, int limit);
bool has_owner(db::Tx& tx);
/// Owners who can sign in, besides `user`.
bool has_other_owner(db::Tx& tx, UserId user);
bool username_taken(db::Tx& tx, const std::string& username, UserId except);
bool email_taken(db::Tx& tx, const std::string& email_key, UserId except);
void insert(db::Tx& tx, const Account& account);
/// Writes everything but the password.
void update(db::Tx& tx, const Me& me);
void set_password(db::Tx& tx, UserId user, const std::string& phc);

void insert(db::Tx& tx, UserId user, SessionKind kind, const std::string& secret_hash,
            const Session& session);
std::optional<Session> session(db::Tx& tx, UserId user, SessionId id, Time now);
std::vector<Session> sessions(db::Tx& tx, UserId user, Time now);
std::vector<SessionId> session_ids(db::Tx& tx, UserId user);
std::optional<Living> living(db::Tx& tx, SessionId id);
std::optional<Living> living_by_secret(db::Tx& tx, const std::string& secret_hash);
bool has_session_from(db::Tx& tx, UserId user, const std::string& address, Time now);
void touch(db::Tx& tx, SessionId id, const Freshness& freshness);
void rotate(db::Tx& tx, SessionId id, const std::string& secret_hash, const Freshness& freshness);
/// False when it was gone.
bool remove_session(db::Tx& tx, SessionId id);
/// Expired sessions with their people.
std::vector<Living> expired(db::Tx& tx, Time now, int limit);

void keep_used(db::Tx& tx, const std::string& secret_hash, SessionId session, Time now);
/// The family that a used refresh token belonged to.
std::optional<SessionId> family_of_used(db::Tx& tx, const std::string& secret_hash);

Settings settings(db::Tx& tx, UserId user);
void put_settings(db::Tx& tx, UserId user, const Settings& settings);

/// How many were removed.
std::uint64_t remove_replies(db::Tx& tx, Time before, int limit);

}  // namespace confab::accounts::store
