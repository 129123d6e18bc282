#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/accounts/idempotency.h"
#include "api/app.h"
#include "api/audit/audit.h"
#include "api/base/clock.h"
#include "api/base/config.h"
#include "api/base/fields.h"
#include "api/base/id.h"
#include "api/db/tx.h"

/// People's accounts: registering, signing in, sessions and tokens, settings.
///
/// A session is a browser or the family of tokens of an API client. Ending one
/// deletes its row, stops its credentials and closes its streams.
namespace confab::accounts {

/// Numbers as stored.
enum class ServerRole : std::uint8_t { member = 0, admin = 1, owner = 2 };
constexpr auto names(ServerRole) {
  return std::array{named(ServerRole::owner, "owner"), named(ServerRole::admin, "admin"),
                    named(ServerRole::member, "member")};
}

enum class Theme : std::uint8_t { system = 0, light = 1, dark = 2 };
constexpr auto names(Theme) {
  return std::array{named(Theme::system, "system"), named(Theme::light, "light"),
                    named(Theme::dark, "dark")};
}

enum class Density : std::uint8_t { comfortable = 0, compact = 1 };
constexpr auto names(Density) {
  return std::array{named(Density::comfortable, "comfortable"), named(Density::compact, "compact")};
}

/// What everyone may know of a person.
struct User {
  UserId id;
  std::int64_t version = 1;
  Time created_at;
  std::string username;
  std::string display_name;
  ServerRole server_role = ServerRole::member;
  std::optional<Time> deactivated_at;
};
constexpr auto fields(const User*) {
  return resource("User", field("id", &User::id), field("version", &User::version),
                  field("created_at", &User::created_at), field("username", &User::username),
                  field("display_name", &User::display_name),
                  field("server_role", &User::server_role),
                  field("deactivated_at", &User::deactivated_at));
}

/// What a person knows of themselves.
struct Me : User {
  std::string email;
};
constexpr auto fields(const Me*) {
  return extend("Me", fields(static_cast<const User*>(nullptr)), field("email", &Me::email));
}

struct Session {
  SessionId id;
  std::int64_t version = 1;
  Time created_at;
  Time last_seen_at;
  Time expires_at;
  std::string user_agent;
  std::string address;
  bool current = false;  ///< The one that asks.
};
constexpr auto fields(const Session*) {
  return resource(
      "Session", field("id", &Session::id), field("version", &Session::version),
      field("created_at", &Session::created_at), field("last_seen_at", &Session::last_seen_at),
      field("expires_at", &Session::expires_at), field("user_agent", &Session::user_agent),
      field("address", &Session::address), field("current", &Session::current));
}

struct Settings {
  Theme theme = Theme::system;
  Density density = Density::comfortable;
  std::string language = "en";
  std::int64_t version = 1;
};
constexpr auto fields(const Settings*) {
  return resource("Settings", field("theme", &Settings::theme),
                  field("density", &Settings::density), field("language", &Settings::language),
                  field("version", &Settings::version));
}

/// Name of the session cookie.
inline std::string session_cookie(const Config& config) {
  return config.plain_cookies() ? "confab" : "__Host-confab";
}

constexpr std::int64_t kSessionIdle = 14 * kDay;
constexpr std::int64_t kSessionLongest = 90 * kDay;
constexpr std::size_t kPasswordLeast = 10;
constexpr std::size_t kPasswordMost = 128;

/// Makes what the rules below remember of those who come (`app.access`), and has
/// it follow the events of `app.hub`. Once, before the first event.
void start_access(App& app);

// Reading.

std::optional<User> find_user(db::Tx& tx, UserId user);
/// In the order of `ids`; those that do not exist are left out.
std::vector<User> users_by_ids(db::Tx& tx, const std::vector<UserId>& ids);
/// Throws not_found.
Me me(db::Tx& tx, UserId user);
Settings settings_of(db::Tx& tx, UserId user);
/// A session of `user` that has not expired at `now`, marked as the current one.
std::optional<Session> find_session(db::Tx& tx, UserId user, SessionId session, Time now);
/// The living sessions of a person, the last seen first.
std::vector<Session> sessions_of(db::Tx& tx, UserId user, SessionId current, Time now);

// Registering and the first owner.

struct NewPerson {
  std::string email;
  std::string username;
  std::optional<std::string> display_name;
  std::string password;
  std::optional<std::string> setup_code;
};

/// Where a request comes from.
struct Origin {
  std::string address;
  std::string network;  ///< The part of the address that failures are counted by.
  std::string user_agent;
  bool local = false;  ///< From this very machine, to one of its loopback names.
  std::string device;  ///< Of the `confab-device` cookie, or empty.
  SessionId replaces;  ///< The session of the cookie that came along, ended by signing in.
};

struct SignedIn {
  Me user;
  Session session;
};
constexpr auto fields(const SignedIn*) {
  return resource("SignedIn", field("user", &SignedIn::user), field("session", &SignedIn::session));
}

/// A new session with what the browser proves it by.
struct Admission {
  SignedIn signed_in;
  std::string secret;  ///< For the session cookie.
  std::string device;  ///< For the device cookie.
  bool replayed = false;
};

/// Makes an account and signs it in. The first person becomes the owner.
/// Throws invalid_value, password_*, signup_closed, setup_code_required,
/// email_taken, username_taken, idempotency_mismatch, unavailable.
Admission register_person(App& app, const NewPerson& person, const Origin& origin,
                          const std::optional<IdempotencyKey>& key);

/// Makes an account without a session, whatever the signup setting says.
/// Throws invalid_value, password_*, email_taken, username_taken.
Me create_person(App& app, const NewPerson& person, ServerRole role, const audit::Actor& by = {});

bool has_owner(App& app);
/// Makes the setup code while there is no owner, removes it when there is one.
/// Called once at start. Throws Error(internal) when the file cannot be written.
void prepare_setup(App& app);

// Signing in and out.

struct Credentials {
  std::string login;  ///< Username or e-mail address.
  std::string password;
};

/// Throws bad_credentials, too_many_attempts, account_disabled, unavailable,
/// idempotency_mismatch.
Admission sign_in(App& app, const Credentials& credentials, const Origin& origin,
                  const std::optional<IdempotencyKey>& key);

struct Tokens {
  std::string access_token;
  std::string token_type = "Bearer";
  std::int64_t expires_in = 0;  ///< Seconds.
  std::string refresh_token;
  Me user;
};

/// Like `sign_in`, for an API client.
Tokens issue_tokens(App& app, const Credentials& credentials, const Origin& origin);
/// New tokens for a refresh token, which is used up by it. Throws token_expired;
/// token_revoked, and ends the family, for one that was used before.
Tokens refresh_tokens(App& app, const std::string& refresh_token);

/// Throws not_found for a session that is not the person's.
void end_session(App& app, UserId user, SessionId session);
void end_other_sessions(App& app, UserId user, SessionId kept);

/// Ends the other sessions. Throws bad_credentials, too_many_attempts, password_*.
void change_password(App& app, UserId user, SessionId session, const std::string& current,
                     const std::string& fresh);

// Changing oneself.

/// Throws version_mismatch when the version does not suit the caller.
using Precondition = std::function<void(std::int64_t version)>;

struct ProfileChange {
  std::optional<std::string> display_name;
  std::optional<std::string> username;
  std::optional<std::string> email;
  std::optional<std::string> current_password;
};

/// A new e-mail address needs the password. Throws invalid_value, email_taken,
/// username_taken, bad_credentials, too_many_attempts.
Me change_profile(App& app, UserId user, SessionId session, const ProfileChange& change,
                  const Precondition& fits);

struct SettingsChange {
  std::optional<Theme> theme;
  std::optional<Density> density;
  std::optional<std::string> language;
};

/// Throws invalid_value.
Settings change_settings(App& app, UserId user, const SettingsChange& change,
                         const Precondition& fits);

// Administering, for the command line; `by` is who does it. Each throws not_found,
// and last_owner rather than leave the server without an owner who can sign in.

std::optional<User> find_by_login(db::Tx& tx, const std::string& login);
std::vector<Me> everybody(db::Tx& tx, UserId after, int limit);
User set_role(App& app, UserId user, ServerRole role, const audit::Actor& by = {});
/// Disabling ends every session.
User set_disabled(App& app, UserId user, bool disabled, const audit::Actor& by = {},
                  const std::string& reason = {});
/// Ends every session.
void set_password(App& app, UserId user, const std::string& password, const audit::Actor& by = {});

/// Deletes what has expired: sessions, used refresh tokens, kept replies; a
/// bounded number of each. True when there may be more.
bool tidy(db::Writer& writer, Time now);

}  // namespace confab::accounts
