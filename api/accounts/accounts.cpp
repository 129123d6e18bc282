#include "api/accounts/accounts.h"

#include <unordered_map>

#include "api/accounts/access/access.h"
#include "api/base/text.h"
#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/events/event.h"

namespace confab::accounts {

namespace {

/// Owners must be able to sign in: the last one stays.
void require_other_owner(db::Tx& tx, const User& user) {
  if (user.server_role == ServerRole::owner && !store::has_other_owner(tx, user.id)) {
    throw Error(Code::last_owner, "The server needs an owner who can sign in. Make another first.");
  }
}

Me require_me(db::Tx& tx, UserId user) {
  auto account = store::account(tx, user);
  if (!account) throw not_found();
  return std::move(account->me);
}

void announce(db::Tx& tx, const User& user) {
  events::emit(tx, events::to_everyone(), "user.updated", user, {.subject = user.id});
}

}  // namespace

std::optional<User> find_user(db::Tx& tx, UserId user) {
  auto found = store::users(tx, {user});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<User> users_by_ids(db::Tx& tx, const std::vector<UserId>& ids) {
  auto found = store::users(tx, ids);
  std::unordered_map<UserId, const User*> by_id;
  for (const User& user : found) by_id[user.id] = &user;
  std::vector<User> users;
  for (const UserId id : ids) {
    if (const auto each = by_id.find(id); each != by_id.end()) users.push_back(*each->second);
  }
  return users;
}

Me me(db::Tx& tx, UserId user) { return require_me(tx, user); }

Settings settings_of(db::Tx& tx, UserId user) { return store::settings(tx, user); }

std::optional<Session> find_session(db::Tx& tx, UserId user, SessionId session, Time now) {
  auto found = store::session(tx, user, session, now);
  if (found) found->current = true;
  return found;
}

std::vector<Session> sessions_of(db::Tx& tx, UserId user, SessionId current, Time now) {
  auto found = store::sessions(tx, user, now);
  for (Session& session : found) session.current = session.id == current;
  return found;
}

std::optional<User> find_by_login(db::Tx& tx, const std::string& login) {
  auto account = store::account_by_login(tx, login);
  if (!account) return std::nullopt;
  return std::move(account->me);
}

std::vector<Me> everybody(db::Tx& tx, UserId after, int limit) {
  return store::accounts_after(tx, after, limit);
}

User set_role(App& app, UserId user, ServerRole role, const audit::Actor& by) {
  const Me changed = app.writer.run(
      [&](db::Tx& tx) {
        Me me = require_me(tx, user);
        if (me.server_role == role) return me;
        require_other_owner(tx, me);
        const auto before = me.server_role;
        me.server_role = role;
        ++me.version;
        store::update(tx, me);
        audit::record(tx, by,
                      {.action = audit::Action::account_role_changed,
                       .subject = user,
                       .details = {{"from", name_of(before)}, {"to", name_of(role)}}});
        announce(tx, me);
        return me;
      },
      db::Growth::none);
  access_of(app).callers.forget(user);
  return changed;
}

User set_disabled(App& app, UserId user, bool disabled, const audit::Actor& by,
                  const std::string& reason) {
  const Time now = app.clock.now();
  const Me changed = app.writer.run(
      [&](db::Tx& tx) {
        Me me = require_me(tx, user);
        if (me.deactivated_at.has_value() == disabled) return me;
        if (disabled) require_other_owner(tx, me);
        me.deactivated_at = disabled ? std::optional(now) : std::nullopt;
        ++me.version;
        store::update(tx, me);
        audit::Entry entry{
            .action = disabled ? audit::Action::account_disabled : audit::Action::account_enabled,
            .subject = user,
            .reason = reason};
        if (disabled) entry.details.emplace_back("sessions_ended", end_sessions(tx, user, {}));
        audit::record(tx, by, entry);
        announce(tx, me);
        return me;
      },
      db::Growth::none);
  access_of(app).callers.forget(user);
  return changed;
}

void set_password(App& app, UserId user, const std::string& password, const audit::Actor& by) {
  const Me me = app.pool.read([&](db::Tx& tx) { return require_me(tx, user); });
  if (auto fault = password_fault(password, me.username, me.email, "/password")) {
    throw Error(fault->code, fault->detail, std::vector{*fault});
  }
  const auto phc = access_of(app).hashing.hash(password);
  app.writer.run(
      [&](db::Tx& tx) {
        store::set_password(tx, user, phc);
        const int ended = end_sessions(tx, user, {});
        audit::record(tx, by,
                      {.action = audit::Action::password_reset,
                       .subject = user,
                       .details = {{"sessions_ended", ended}}});
      },
      db::Growth::none);
  access_of(app).callers.forget(user);
}

}  // namespace confab::accounts
