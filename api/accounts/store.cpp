#include "api/accounts/store.h"

#include "api/accounts/profile/names.h"
#include "api/base/text.h"

namespace confab::accounts::store {

namespace {

User read_user(const db::Row& row) {
  User user;
  row.into(user.id, user.version, user.created_at, user.username, user.display_name,
           user.server_role, user.deactivated_at);
  return user;
}

Me read_me(const db::Row& row) {
  Me me;
  row.into(me.id, me.version, me.created_at, me.username, me.display_name, me.server_role,
           me.deactivated_at, me.email);
  return me;
}

Account read_account(const db::Row& row) {
  Account found{.me = read_me(row)};
  std::string email;
  User& user = found.me;
  row.into(user.id, user.version, user.created_at, user.username, user.display_name,
           user.server_role, user.deactivated_at, email, found.password);
  return found;
}

Session read_session(const db::Row& row) {
  Session session;
  row.into(session.id, session.version, session.created_at, session.last_seen_at,
           session.expires_at, session.user_agent, session.address);
  return session;
}

Living read_living(const db::Row& row) {
  Living living;
  std::optional<Time> deactivated_at;
  row.into(living.id, living.user, living.kind, living.secret_hash, living.created_at,
           living.last_seen_at, living.expires_at, living.role, deactivated_at);
  living.disabled = deactivated_at.has_value();
  return living;
}

}  // namespace

std::optional<Account> account(db::Tx& tx, UserId user) {
  return tx.one(read_account, R"sql(
      SELECT id, version, created_at, username, display_name, server_role, deactivated_at,
             email, password
      FROM users /* accounts::account */ WHERE id = ?)sql",
                user);
}

std::optional<Account> account_by_login(db::Tx& tx, const std::string& login) {
  const auto key = text::fold(text::trim(login));
  if (key.find('@') == std::string::npos) {
    if (!is_username(key)) return std::nullopt;
    return tx.one(read_account, R"sql(
        SELECT id, version, created_at, username, display_name, server_role, deactivated_at,
               email, password
        FROM users /* accounts::account_by_login */ WHERE username = ?)sql",
                  key);
  }
  return tx.one(read_account, R"sql(
      SELECT id, version, created_at, username, display_name, server_role, deactivated_at,
             email, password
      FROM users /* accounts::account_by_login */ WHERE email_key = ?)sql",
                key);
}

std::vector<User> users(db::Tx& tx, const std::vector<UserId>& ids) {
  if (ids.empty()) return {};
  const auto values = db::padded(ids);
  return tx.rows_with(read_user,
                      "SELECT id, version, created_at, username, display_name, server_role, "
                      "deactivated_at FROM users /* accounts::users */ WHERE id IN (" +
                          db::placeholders(values.size()) + ")",
                      values);
}

std::vector<Me> accounts_after(db::Tx& tx, UserId after, int limit) {
  return tx.rows(read_me, R"sql(
      SELECT id, version, created_at, username, display_name, server_role, deactivated_at, email
      FROM users /* accounts::accounts_after */ WHERE id > ? ORDER BY id LIMIT ?)sql",
                 after.value, limit);
}

bool has_owner(db::Tx& tx) {
  return tx
      .value<int>("SELECT 1 FROM users /* accounts::has_owner */ WHERE server_role = ? LIMIT 1",
                  ServerRole::owner)
      .has_value();
}

bool has_other_owner(db::Tx& tx, UserId user) {
  return tx
      .value<int>(
          "SELECT 1 FROM users /* accounts::has_other_owner */ "
          "WHERE server_role = ? AND deactivated_at IS NULL AND id <> ? LIMIT 1",
          ServerRole::owner, user)
      .has_value();
}

bool username_taken(db::Tx& tx, const std::string& username, UserId except) {
  return tx
      .value<int>(
          "SELECT 1 FROM users /* accounts::username_taken */ "
          "WHERE username = ? AND id <> ?",
          username, except.value)
      .has_value();
}

bool email_taken(db::Tx& tx, const std::string& email_key, UserId except) {
  return tx
      .value<int>(
          "SELECT 1 FROM users /* accounts::email_taken */ "
          "WHERE email_key = ? AND id <> ?",
          email_key, except.value)
      .has_value();
}

void insert(db::Tx& tx, const Account& account) {
  const Me& me = account.me;
  tx.run(R"sql(
      INSERT INTO users /* accounts::insert */
        (id, username, email, email_key, display_name, display_key, password, server_role,
         created_at, deactivated_at, version)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql",
         me.id, me.username, me.email, text::fold(me.email), me.display_name,
         display_key_of(me.display_name), account.password, me.server_role, me.created_at,
         me.deactivated_at, me.version);
}

void update(db::Tx& tx, const Me& me) {
  tx.run(R"sql(
      UPDATE users /* accounts::update */
      SET username = ?, email = ?, email_key = ?, display_name = ?, display_key = ?,
          server_role = ?, deactivated_at = ?, version = ?
      WHERE id = ?)sql",
         me.username, me.email, text::fold(me.email), me.display_name,
         display_key_of(me.display_name), me.server_role, me.deactivated_at, me.version, me.id);
}

void set_password(db::Tx& tx, UserId user, const std::string& phc) {
  tx.run("UPDATE users /* accounts::set_password */ SET password = ? WHERE id = ?", phc, user);
}

void insert(db::Tx& tx, UserId user, SessionKind kind, const std::string& secret_hash,
            const Session& session) {
  tx.run(R"sql(
      INSERT INTO sessions /* accounts::insert */
        (id, user_id, kind, secret_hash, user_agent, address, created_at, last_seen_at,
         expires_at, version)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql",
         session.id, user, kind, secret_hash, session.user_agent, session.address,
         session.created_at, session.last_seen_at, session.expires_at, session.version);
}

std::optional<Session> session(db::Tx& tx, UserId user, SessionId id, Time now) {
  return tx.one(read_session, R"sql(
      SELECT id, version, created_at, last_seen_at, expires_at, user_agent, address
      FROM sessions /* accounts::session */ WHERE id = ? AND user_id = ? AND expires_at > ?)sql",
                id, user, now);
}

std::vector<Session> sessions(db::Tx& tx, UserId user, Time now) {
  return tx.rows(read_session, R"sql(
      SELECT id, version, created_at, last_seen_at, expires_at, user_agent, address
      FROM sessions /* accounts::sessions */ WHERE user_id = ? AND expires_at > ?
      ORDER BY last_seen_at DESC, id DESC)sql",
                 user, now);
}

std::vector<SessionId> session_ids(db::Tx& tx, UserId user) {
  return tx.rows(
      [](const db::Row& row) { return row.get<SessionId>(); },
      "SELECT id FROM sessions /* accounts::session_ids */ WHERE user_id = ? ORDER BY id", user);
}

std::optional<Living> living(db::Tx& tx, SessionId id) {
  return tx.one(read_living, R"sql(
      SELECT s.id, s.user_id, s.kind, s.secret_hash, s.created_at, s.last_seen_at, s.expires_at,
             u.server_role, u.deactivated_at
      FROM sessions s JOIN users u ON u.id = s.user_id /* accounts::living */
      WHERE s.id = ?)sql",
                id);
}

std::optional<Living> living_by_secret(db::Tx& tx, const std::string& secret_hash) {
  return tx.one(read_living, R"sql(
      SELECT s.id, s.user_id, s.kind, s.secret_hash, s.created_at, s.last_seen_at, s.expires_at,
             u.server_role, u.deactivated_at
      FROM sessions s JOIN users u ON u.id = s.user_id /* accounts::living_by_secret */
      WHERE s.secret_hash = ?)sql",
                secret_hash);
}

bool has_session_from(db::Tx& tx, UserId user, const std::string& address, Time now) {
  return tx
      .value<int>(
          "SELECT 1 FROM sessions /* accounts::has_session_from */ "
          "WHERE user_id = ? AND address = ? AND expires_at > ? LIMIT 1",
          user, address, now)
      .has_value();
}

void touch(db::Tx& tx, SessionId id, const Freshness& freshness) {
  tx.run(
      "UPDATE sessions /* accounts::touch */ "
      "SET last_seen_at = ?, expires_at = ?, version = version + 1 WHERE id = ?",
      freshness.last_seen_at, freshness.expires_at, id);
}

void rotate(db::Tx& tx, SessionId id, const std::string& secret_hash, const Freshness& freshness) {
  tx.run(
      "UPDATE sessions /* accounts::rotate */ "
      "SET secret_hash = ?, last_seen_at = ?, expires_at = ?, version = version + 1 "
      "WHERE id = ?",
      secret_hash, freshness.last_seen_at, freshness.expires_at, id);
}

bool remove_session(db::Tx& tx, SessionId id) {
  tx.run("DELETE FROM used_refresh_tokens /* accounts::remove_session */ WHERE session_id = ?", id);
  return tx.run("DELETE FROM sessions /* accounts::remove_session */ WHERE id = ?", id).affected >
         0;
}

std::vector<Living> expired(db::Tx& tx, Time now, int limit) {
  return tx.rows(read_living, R"sql(
      SELECT s.id, s.user_id, s.kind, s.secret_hash, s.created_at, s.last_seen_at, s.expires_at,
             u.server_role, u.deactivated_at
      FROM sessions s JOIN users u ON u.id = s.user_id /* accounts::expired */
      WHERE s.expires_at <= ? ORDER BY s.expires_at LIMIT ?)sql",
                 now, limit);
}

void keep_used(db::Tx& tx, const std::string& secret_hash, SessionId session, Time now) {
  tx.run(
      "INSERT INTO used_refresh_tokens /* accounts::keep_used */ "
      "(secret_hash, session_id, used_at) VALUES (?, ?, ?)",
      secret_hash, session, now);
}

std::optional<SessionId> family_of_used(db::Tx& tx, const std::string& secret_hash) {
  return tx.value<SessionId>(
      "SELECT session_id FROM used_refresh_tokens "
      "/* accounts::family_of_used */ WHERE secret_hash = ?",
      secret_hash);
}

Settings settings(db::Tx& tx, UserId user) {
  return tx
      .one(
          [](const db::Row& row) {
            Settings found;
            row.into(found.theme, found.density, found.language, found.version);
            return found;
          },
          "SELECT theme, density, language, version FROM user_settings /* accounts::settings */ "
          "WHERE user_id = ?",
          user)
      .value_or(Settings{});
}

void put_settings(db::Tx& tx, UserId user, const Settings& settings) {
  tx.run(
      "REPLACE INTO user_settings /* accounts::put_settings */ "
      "(user_id, theme, density, language, version) VALUES (?, ?, ?, ?, ?)",
      user, settings.theme, settings.density, settings.language, settings.version);
}

std::uint64_t remove_replies(db::Tx& tx, Time before, int limit) {
  return tx
      .run("DELETE FROM idempotency /* accounts::remove_replies */ WHERE created_at < ? LIMIT ?",
           before, limit)
      .affected;
}

}  // namespace confab::accounts::store
