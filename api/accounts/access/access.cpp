#include "api/accounts/access/access.h"

#include <algorithm>
#include <stdexcept>

#include "api/accounts/wire.h"
#include "api/base/log.h"
#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/events/hub.h"

namespace confab::accounts {

namespace {

/// How often it is written down that a session is in use.
constexpr std::int64_t kTouchPause = 5 * kMinute;

void touch_when_due(App& app, const store::Living& session, Time now) {
  if (now - session.last_seen_at < kTouchPause) return;
  const store::Freshness freshness{
      .last_seen_at = now,
      .expires_at = std::min(now + kSessionIdle, session.created_at + kSessionLongest)};
  if (!access_of(app).callers.take_touch(session.id, freshness, kTouchPause)) return;
  try {
    app.writer.run([&](db::Tx& tx) { store::touch(tx, session.id, freshness); }, db::Growth::none);
  } catch (const Error& error) {
    // The call itself may be a read, which a database that takes no writes still answers.
    log::warn("accounts.touch", {{"session", session.id.value}, {"what", error.what()}});
  }
}

Vouched vouched_of(const store::Living& session) {
  return {.user = session.user,
          .session = session.id,
          .is_admin = session.role != ServerRole::member,
          .is_owner = session.role == ServerRole::owner};
}

/// Nothing when there is more to do than to say so.
std::optional<Vouched> vouch_at_once(const std::optional<store::Living>& session, Time now) {
  if (!session || session->expires_at <= now || session->disabled ||
      now - session->last_seen_at >= kTouchPause) {
    return std::nullopt;
  }
  return vouched_of(*session);
}

Vouched vouch(App& app, const store::Living& session, Time now) {
  if (session.expires_at <= now) {
    throw Error(Code::token_expired, "The session has expired. Sign in again.");
  }
  if (session.disabled) {
    throw Error(Code::account_disabled, "This account was disabled by an administrator.");
  }
  touch_when_due(app, session, now);
  return vouched_of(session);
}

}  // namespace

Access& access_of(App& app) {
  if (!app.access) throw std::logic_error("accounts::start_access has not run");
  return *app.access;
}

void start_access(App& app) {
  app.access = std::make_shared<Access>(app.config);
  if (app.hub == nullptr) return;
  app.hub->watch([access = app.access](const events::Event& event) {
    if (event.about.effect == events::Effect::end_session) {
      access->callers.forget(SessionId{event.about.ref});
    } else if (event.type == "user.updated") {
      access->callers.forget(event.about.subject);
    }
  });
}

std::optional<Vouched> vouch_for_secret(App& app, const std::string& secret) {
  Callers& callers = access_of(app).callers;
  const Time now = app.clock.now();
  const auto hash = crypto::sha256(secret);
  auto session = callers.session_by_secret(hash, now);
  if (!session) {
    const auto generation = callers.generation();
    session = app.pool.read([&](db::Tx& tx) { return store::living_by_secret(tx, hash); });
    if (!session) return std::nullopt;
    callers.remember(*session, generation, now);
  }
  if (session->kind != store::SessionKind::browser) return std::nullopt;
  return vouch(app, *session, now);
}

Vouched vouch_for_token(App& app, const std::string& token) {
  Callers& callers = access_of(app).callers;
  const Time now = app.clock.now();
  const auto hash = crypto::sha256(token);
  auto claims = callers.token(hash);
  if (!claims) {
    claims = read_access_token(app.config, app.keys, token);
    if (claims->expires_at > now) callers.remember_token(hash, *claims);
  }
  if (claims->expires_at <= now) {
    throw Error(Code::token_expired, "The access token has expired. Refresh it.");
  }
  auto session = callers.session(claims->session, now);
  if (!session) {
    const auto generation = callers.generation();
    session = app.pool.read([&](db::Tx& tx) { return store::living(tx, claims->session); });
    if (session) callers.remember(*session, generation, now);
  }
  if (!session || session->user != claims->user) {
    throw Error(Code::token_revoked, "This token's session was ended. Sign in again.");
  }
  return vouch(app, *session, now);
}

std::optional<Vouched> known_secret(App& app, const std::string& secret) {
  const Time now = app.clock.now();
  const auto session = access_of(app).callers.session_by_secret(crypto::sha256(secret), now);
  if (session && session->kind != store::SessionKind::browser) return std::nullopt;
  return vouch_at_once(session, now);
}

std::optional<Vouched> known_token(App& app, const std::string& token) {
  Callers& callers = access_of(app).callers;
  const Time now = app.clock.now();
  const auto claims = callers.token(crypto::sha256(token));
  if (!claims || claims->expires_at <= now) return std::nullopt;
  const auto session = callers.session(claims->session, now);
  if (session && session->user != claims->user) return std::nullopt;
  return vouch_at_once(session, now);
}

Me remembered_me(App& app, UserId user) {
  Callers& callers = access_of(app).callers;
  const auto generation = callers.generation();
  auto found = app.pool.read([&](db::Tx& tx) { return me(tx, user); });
  callers.remember(found, generation, app.clock.now());
  return found;
}

void note_refusal(App& app, const std::string& key, std::optional<audit::Entry> entry) noexcept {
  try {
    const int count = access_of(app).refusals.count(key, app.clock.now());
    if (count == 0) return;
    const auto by = audit::by_anonymous();
    if (entry) entry->details.emplace_back("this_hour", count);
    app.writer.run([&](db::Tx& tx) {
      if (entry) audit::record(tx, by, *entry);
    });
  } catch (const std::exception& error) {
    // The refusal is the answer, also while nothing can be written.
    log::warn("accounts.note_refusal", {{"what", error.what()}});
  }
}

void require_password(App& app, const store::Account& account, SessionId session,
                      const std::string& password) {
  Access& access = access_of(app);
  auto guess =
      access.attempts.begin({{"session " + session.text(), 5, 15 * kMinute}}, app.clock.now());
  if (access.hashing.verify(account.password, password)) return;
  guess.failed();
  note_refusal(app, "session " + session.text(),
               audit::Entry{.action = audit::Action::password_refused,
                            .subject = account.me.id,
                            .details = {{"session_id", session}}});
  throw Error(Code::bad_credentials, "The present password is wrong.");
}

bool end_session(db::Tx& tx, UserId user, SessionId session) {
  if (!store::remove_session(tx, session)) return false;
  events::emit(tx, events::to_user(user), "session.ended", SessionEnded{.session_id = session},
               {.effect = events::Effect::end_session, .subject = user, .ref = session.value});
  return true;
}

int end_sessions(db::Tx& tx, UserId user, SessionId kept) {
  int ended = 0;
  for (const SessionId session : store::session_ids(tx, user)) {
    if (session != kept && end_session(tx, user, session)) ++ended;
  }
  return ended;
}

}  // namespace confab::accounts
