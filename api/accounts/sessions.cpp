#include <algorithm>
#include <optional>
#include <utility>

#include "api/accounts/access/access.h"
#include "api/accounts/access/admission.h"
#include "api/accounts/access/tokens.h"
#include "api/base/text.h"
#include "api/db/pool.h"
#include "api/db/writer.h"

namespace confab::accounts {

namespace {

constexpr const char* kRefreshPrefix = "cfr_";

/// What a failed sign-in counts against. A device that signed this person in
/// before has a count of its own, so that strangers cannot lock anybody out.
std::vector<Attempts::Limit> limits_of(App& app, const std::optional<store::Account>& account,
                                       const std::string& login, const Origin& origin) {
  const Time now = app.clock.now();
  if (account && is_device_of(app.keys, account->me.id, origin.device, now)) {
    return {{"device " + crypto::sha256(origin.device), 30, kHour}};
  }
  const Attempts::Limit by_address{"address " + origin.network, 30, kHour};
  const Attempts::Limit by_account{
      account ? "user " + account->me.id.text() : "login " + crypto::sha256(text::fold(login)), 5,
      15 * kMinute};
  const bool known_address =
      account && access_of(app).attempts.reached(by_account, now) && app.pool.read([&](db::Tx& tx) {
        return store::has_session_from(tx, account->me.id, origin.address, now);
      });
  if (known_address) return {by_address};
  return {by_account, by_address};
}

/// The account behind credentials that are right.
store::Account require_account(App& app, const Credentials& credentials, const Origin& origin) {
  Access& access = access_of(app);
  const auto account =
      app.pool.read([&](db::Tx& tx) { return store::account_by_login(tx, credentials.login); });
  const auto phc = account ? std::optional(account->password) : std::nullopt;
  auto guess =
      access.attempts.begin(limits_of(app, account, credentials.login, origin), app.clock.now());
  // What was typed as an unknown login may be a password, so only its hash is a key.
  const auto key = account ? "user " + account->me.id.text()
                           : "login " + crypto::sha256(text::fold(credentials.login));
  const auto refused = [&](const char* why) {
    std::optional<audit::Entry> entry;
    if (account) {
      entry = {.action = audit::Action::session_refused,
               .subject = account->me.id,
               .details = {{"why", why}}};
    }
    note_refusal(app, key, std::move(entry));
  };
  if (!access.hashing.verify(phc, credentials.password)) {
    guess.failed();
    refused("wrong password");
    throw Error(Code::bad_credentials, "Check the login and the password.");
  }
  if (account->me.deactivated_at) {
    refused("disabled");
    throw Error(Code::account_disabled, "This account was disabled by an administrator.");
  }
  return *account;
}

/// The account as it is now, in the unit that lets it in: the password may have
/// been changed while it was checked.
Me require_unchanged(db::Tx& tx, const store::Account& checked) {
  const auto account = store::account(tx, checked.me.id);
  if (!account || account->password != checked.password || account->me.deactivated_at) {
    throw Error(Code::bad_credentials, "Check the login and the password.");
  }
  return account->me;
}

/// A hash at today's cost when the account's has another.
std::optional<std::string> better_hash(App& app, const store::Account& account,
                                       const std::string& password) {
  Hashing& hashing = access_of(app).hashing;
  if (!hashing.is_outdated(account.password)) return std::nullopt;
  return hashing.hash(password);
}

Tokens tokens_for(App& app, const Me& user, SessionId session, std::string refresh_token) {
  const Time now = app.clock.now();
  return {.access_token = make_access_token(
              app.config, app.keys,
              {.user = user.id, .session = session, .expires_at = now + kAccessTokenLife}, now),
          .expires_in = kAccessTokenLife / kSecond,
          .refresh_token = std::move(refresh_token),
          .user = user};
}

}  // namespace

Admission sign_in(App& app, const Credentials& credentials, const Origin& origin,
                  const std::optional<IdempotencyKey>& request) {
  const auto account = require_account(app, credentials, origin);
  const auto fresh_hash = better_hash(app, account, credentials.password);
  const auto key = sealed(app.keys, request);
  const auto secret = secret_for(app.keys, key);
  const auto session = new_session(app, origin);
  const auto by = audit::by(account.me.id);
  const auto done = app.writer.run(
      [&](db::Tx& tx) {
        const Me user = require_unchanged(tx, account);
        return once<SignedIn>(tx, user.id, key, session.created_at, [&] {
          if (fresh_hash) store::set_password(tx, user.id, *fresh_hash);
          const auto earlier = origin.replaces ? store::living(tx, origin.replaces) : std::nullopt;
          if (earlier) end_session(tx, earlier->user, earlier->id);
          store::insert(tx, user.id, store::SessionKind::browser, crypto::sha256(secret), session);
          audit::Entry entry{.action = audit::Action::session_started,
                             .subject = session.id,
                             .details = {{"user_agent", session.user_agent}}};
          if (earlier) entry.details.emplace_back("replaces", earlier->id);
          audit::record(tx, by, entry);
          return SignedIn{.user = user, .session = session};
        });
      },
      db::Growth::none);
  access_of(app).callers.forget(origin.replaces);
  return {.signed_in = done.value,
          .secret = secret,
          .device = make_device(app.keys, account.me.id, session.created_at),
          .replayed = done.replayed};
}

Tokens issue_tokens(App& app, const Credentials& credentials, const Origin& origin) {
  const auto account = require_account(app, credentials, origin);
  const auto fresh_hash = better_hash(app, account, credentials.password);
  const auto refresh_token = kRefreshPrefix + crypto::random_token();
  const auto session = new_session(app, origin);
  const auto by = audit::by(account.me.id);
  const Me user = app.writer.run(
      [&](db::Tx& tx) {
        const Me unchanged = require_unchanged(tx, account);
        if (fresh_hash) store::set_password(tx, unchanged.id, *fresh_hash);
        store::insert(tx, unchanged.id, store::SessionKind::token, crypto::sha256(refresh_token),
                      session);
        audit::record(tx, by,
                      {.action = audit::Action::token_created,
                       .subject = session.id,
                       .details = {{"user_agent", session.user_agent}}});
        return unchanged;
      },
      db::Growth::none);
  return tokens_for(app, user, session.id, refresh_token);
}

Tokens refresh_tokens(App& app, const std::string& refresh_token) {
  const Time now = app.clock.now();
  const auto old_hash = crypto::sha256(refresh_token);
  const auto new_token = kRefreshPrefix + crypto::random_token();
  enum class Fate { rotated, unknown, expired, disabled };
  struct Outcome {
    Fate fate = Fate::unknown;
    SessionId session;
    Me user;
  };
  const auto by = audit::by_anonymous();
  // What ends a family must be committed, so the unit returns it rather than throw.
  const auto outcome = app.writer.run(
      [&](db::Tx& tx) -> Outcome {
        const auto session = store::living_by_secret(tx, old_hash);
        if (!session || session->kind != store::SessionKind::token) {
          const auto family = store::family_of_used(tx, old_hash);
          const auto owner = family ? store::living(tx, *family) : std::nullopt;
          if (owner && end_session(tx, owner->user, owner->id)) {
            audit::record(tx, by,
                          {.action = audit::Action::token_reused,
                           .subject = owner->id,
                           .details = {{"user_id", owner->user}}});
          }
          return {.session = family.value_or(SessionId{})};
        }
        if (session->expires_at <= now) return {.fate = Fate::expired};
        if (session->disabled) return {.fate = Fate::disabled};
        store::keep_used(tx, old_hash, session->id, now);
        store::rotate(
            tx, session->id, crypto::sha256(new_token),
            {.last_seen_at = now,
             .expires_at = std::min(now + kSessionIdle, session->created_at + kSessionLongest)});
        return {.fate = Fate::rotated, .session = session->id, .user = me(tx, session->user)};
      },
      db::Growth::none);
  access_of(app).callers.forget(outcome.session);
  switch (outcome.fate) {
    case Fate::rotated:
      break;
    case Fate::unknown:
      throw Error(Code::token_revoked, "This refresh token was used or ended. Sign in again.");
    case Fate::expired:
      throw Error(Code::token_expired, "This refresh token has expired. Sign in again.");
    case Fate::disabled:
      throw Error(Code::account_disabled, "This account was disabled by an administrator.");
  }
  return tokens_for(app, outcome.user, outcome.session, new_token);
}

void end_session(App& app, UserId user, SessionId session) {
  const auto by = audit::by(user);
  app.writer.run(
      [&](db::Tx& tx) {
        const auto living = store::living(tx, session);
        if (!living || living->user != user) throw not_found();
        end_session(tx, user, session);
        audit::record(tx, by, {.action = audit::Action::session_ended, .subject = session});
      },
      db::Growth::none);
  access_of(app).callers.forget(session);
}

void end_other_sessions(App& app, UserId user, SessionId kept) {
  const auto by = audit::by(user);
  app.writer.run(
      [&](db::Tx& tx) {
        const int ended = end_sessions(tx, user, kept);
        if (ended == 0) return;
        audit::record(tx, by,
                      {.action = audit::Action::sessions_ended,
                       .subject = user,
                       .details = {{"sessions", ended}, {"kept", kept}}});
      },
      db::Growth::none);
  access_of(app).callers.forget(user);
}

void change_password(App& app, UserId user, SessionId session, const std::string& current,
                     const std::string& fresh) {
  const auto account = app.pool.read([&](db::Tx& tx) { return store::account(tx, user); });
  if (!account) throw not_found();
  if (auto fault =
          password_fault(fresh, account->me.username, account->me.email, "/new_password")) {
    throw Error(fault->code, fault->detail, std::vector{*fault});
  }
  require_password(app, *account, session, current);
  const auto phc = access_of(app).hashing.hash(fresh);
  const auto by = audit::by(user);
  app.writer.run(
      [&](db::Tx& tx) {
        require_unchanged(tx, *account);
        store::set_password(tx, user, phc);
        const int ended = end_sessions(tx, user, session);
        audit::record(tx, by,
                      {.action = audit::Action::password_changed,
                       .subject = user,
                       .details = {{"sessions_ended", ended}}});
      },
      db::Growth::none);
  access_of(app).callers.forget(user);
}

bool tidy(db::Writer& writer, Time now) {
  constexpr int kSlice = 200;
  return writer.run(
      [&](db::Tx& tx) {
        const auto sessions = store::expired(tx, now, kSlice);
        for (const auto& session : sessions) end_session(tx, session.user, session.id);
        const auto replies = store::remove_replies(tx, now - kRepliesKept, kSlice);
        return sessions.size() == kSlice || replies == kSlice;
      },
      db::Growth::none);
}

}  // namespace confab::accounts
