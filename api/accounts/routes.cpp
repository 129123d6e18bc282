#include <string>

#include "api/accounts/access/access.h"
#include "api/accounts/access/admission.h"
#include "api/accounts/access/tokens.h"
#include "api/accounts/accounts.h"
#include "api/accounts/call_key.h"
#include "api/accounts/wire.h"
#include "api/base/page.h"
#include "api/base/version.h"
#include "api/db/pool.h"
#include "api/face.h"
#include "api/http/limits.h"
#include "api/http/router.h"

namespace confab::accounts {

namespace {

using http::Access;
using http::Rate;

constexpr const char* kDeviceCookie = "confab-device";

bool is_loopback_address(std::string_view address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

/// One of the names that only this machine answers to. A page elsewhere can have
/// its own name lead here, but cannot make a browser say this one.
bool is_loopback_host(std::string_view host) {
  if (host.starts_with("[::1]")) return true;
  const auto name = host.substr(0, host.find(':'));
  return name == "localhost" || name.ends_with(".localhost") || is_loopback_address(name);
}

SessionId session_of_cookie(App& app, const http::Call& call) {
  const auto secret = call.cookie(session_cookie(app.config));
  if (!secret) return {};
  try {
    const auto vouched = vouch_for_secret(app, *secret);
    return vouched ? vouched->session : SessionId{};
  } catch (const Error&) {
    // An expired one needs no ending, and must not keep anybody from signing in.
    return {};
  }
}

Origin origin_of(App& app, const http::Call& call) {
  return {.address = call.address,
          .network = http::network_of(call.address),
          .user_agent = std::string(call.header("user-agent")),
          .local = is_loopback_address(call.address) && is_loopback_host(call.header("host")),
          .device = call.cookie(kDeviceCookie).value_or(std::string()),
          .replaces = session_of_cookie(app, call)};
}

std::pair<std::string, std::string> set_cookie(const Config& config, const std::string& name,
                                               const std::string& value, std::int64_t life_ms) {
  return {"Set-Cookie", name + '=' + value + "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" +
                            std::to_string(life_ms / kSecond) +
                            (config.plain_cookies() ? "" : "; Secure")};
}

http::With<SignedIn> admit(const Config& config, const Admission& admission) {
  http::With<SignedIn> reply = admission.signed_in;
  reply.headers.push_back(
      set_cookie(config, session_cookie(config), admission.secret, kSessionLongest));
  reply.headers.push_back(set_cookie(config, kDeviceCookie, admission.device, kDeviceKept));
  mark_replayed(reply, admission.replayed);
  return reply;
}

SessionId session_in_path(const http::Call& call) {
  const auto found = call.params.find("session_id");
  if (found != call.params.end() && found->second == "current") return call.caller.session;
  return call.id<SessionId>("session_id");
}

Precondition precondition_of(const http::Call& call) {
  return [&call](std::int64_t version) { call.require_match(version); };
}

Meta meta_of(App& app) {
  return {.version = std::string(kVersion),
          .name = app.config.name,
          .capabilities = {"channels", "groups", "direct", "replies", "presence", "typing"},
          .signup = app.config.signup == "closed" ? Signup::closed : Signup::open,
          .setup_required = !has_owner(app)};
}

void add_open_routes(http::Router& router, App& app) {
  router.add<Nothing, Meta>({.method = "GET",
                             .path = "/meta",
                             .summary = "What this server is and can do",
                             .access = Access::anonymous,
                             .scope = ""},
                            [&app](const http::Call&) { return meta_of(app); });

  router.add<Nothing, JsonWebKeySet>({.method = "GET",
                                      .path = "/.well-known/jwks.json",
                                      .summary = "The keys that sign access tokens",
                                      .access = Access::anonymous,
                                      .scope = ""},
                                     [&app](const http::Call&) { return key_set(app.keys); });

  router.add<NewPerson, SignedIn>(
      {.method = "POST",
       .path = "/users",
       .summary = "Register, and sign in with a cookie",
       .access = Access::anonymous,
       .scope = "",
       .status = 201,
       .creates = true,
       .errors = {Code::email_taken, Code::username_taken, Code::signup_closed,
                  Code::setup_code_required, Code::password_too_short, Code::password_too_long,
                  Code::password_common},
       .rate = Rate::sign_up},
      [&app](const http::Call& call, const NewPerson& person) {
        return admit(app.config, register_person(app, person, origin_of(app, call), key_of(call)));
      });

  router.add<Credentials, SignedIn>(
      {.method = "POST",
       .path = "/sessions",
       .summary = "Sign in with a cookie",
       .access = Access::anonymous,
       .scope = "",
       .status = 201,
       .creates = true,
       .errors = {Code::bad_credentials, Code::too_many_attempts, Code::account_disabled},
       .rate = Rate::sign_in},
      [&app](const http::Call& call, const Credentials& credentials) {
        return admit(app.config, sign_in(app, credentials, origin_of(app, call), key_of(call)));
      });

  router.add<Credentials, Tokens>(
      {.method = "POST",
       .path = "/tokens",
       .summary = "Sign in with tokens",
       .access = Access::anonymous,
       .scope = "",
       .errors = {Code::bad_credentials, Code::too_many_attempts, Code::account_disabled},
       .rate = Rate::sign_in},
      [&app](const http::Call& call, const Credentials& credentials) {
        return issue_tokens(app, credentials, origin_of(app, call));
      });

  router.add<RefreshToken, Tokens>(
      {.method = "POST",
       .path = "/tokens/refresh",
       .summary = "New tokens for a refresh token, which works once",
       .access = Access::anonymous,
       .scope = "",
       .errors = {Code::token_expired, Code::token_revoked, Code::account_disabled},
       .rate = Rate::sign_in},
      [&app](const http::Call&, const RefreshToken& token) {
        return refresh_tokens(app, token.refresh_token);
      });
}

void add_session_routes(http::Router& router, App& app) {
  router.add<Nothing, Page<Session>>({.method = "GET",
                                      .path = "/sessions",
                                      .summary = "Your sessions, the last seen first",
                                      .access = Access::user,
                                      .scope = "account:read"},
                                     [&app](const http::Call& call) {
                                       Page<Session> page;
                                       page.items = app.pool.read([&](db::Tx& tx) {
                                         return sessions_of(tx, call.caller.user,
                                                            call.caller.session, app.clock.now());
                                       });
                                       return page;
                                     });

  router.add<Nothing, Nothing>({.method = "DELETE",
                                .path = "/sessions",
                                .summary = "End all your other sessions",
                                .access = Access::user,
                                .scope = "account:write",
                                .status = 204,
                                .rate = Rate::write},
                               [&app](const http::Call& call) {
                                 end_other_sessions(app, call.caller.user, call.caller.session);
                               });

  router.add<Nothing, Nothing>(
      {.method = "DELETE",
       .path = "/sessions/{session_id}",
       .summary = "End a session; `current` signs out",
       .access = Access::user,
       .scope = "account:write",
       .status = 204,
       .rate = Rate::write},
      [&app](const http::Call& call) {
        const auto session = session_in_path(call);
        end_session(app, call.caller.user, session);
        http::With<Nothing> reply;
        if (session == call.caller.session && call.caller.by_cookie) {
          reply.headers.push_back(set_cookie(app.config, session_cookie(app.config), "", 0));
        }
        return reply;
      });
}

void add_own_routes(http::Router& router, App& app) {
  router.add<Nothing, Me>(
      {.method = "GET",
       .path = "/me",
       .summary = "You",
       .access = Access::user,
       .scope = "account:read"},
      [&app](const http::Call& call) { return remembered_me(app, call.caller.user); },
      [&app](const http::Call& call) {
        return access_of(app).callers.me(call.caller.user, app.clock.now());
      });

  router.add<ProfileChange, Me>(
      {.method = "PATCH",
       .path = "/me",
       .summary = "Change your name, username or e-mail address",
       .access = Access::user,
       .scope = "account:write",
       .errors = {Code::email_taken, Code::username_taken, Code::bad_credentials,
                  Code::too_many_attempts, Code::version_mismatch},
       .rate = Rate::write},
      [&app](const http::Call& call, const ProfileChange& change) {
        return change_profile(app, call.caller.user, call.caller.session, change,
                              precondition_of(call));
      });

  router.add<PasswordChange, Nothing>(
      {.method = "PUT",
       .path = "/me/password",
       .summary = "Change your password and end your other sessions",
       .access = Access::user,
       .scope = "account:write",
       .status = 204,
       .errors = {Code::bad_credentials, Code::too_many_attempts, Code::password_too_short,
                  Code::password_too_long, Code::password_common},
       .rate = Rate::write},
      [&app](const http::Call& call, const PasswordChange& change) {
        change_password(app, call.caller.user, call.caller.session, change.current_password,
                        change.new_password);
      });

  router.add<Nothing, Settings>(
      {.method = "GET",
       .path = "/me/settings",
       .summary = "Your settings",
       .access = Access::user,
       .scope = "account:read"},
      [&app](const http::Call& call) {
        return app.pool.read([&](db::Tx& tx) { return settings_of(tx, call.caller.user); });
      });

  router.add<SettingsChange, Settings>(
      {.method = "PATCH",
       .path = "/me/settings",
       .summary = "Change your settings",
       .access = Access::user,
       .scope = "account:write",
       .errors = {Code::version_mismatch},
       .rate = Rate::write},
      [&app](const http::Call& call, const SettingsChange& change) {
        return change_settings(app, call.caller.user, change, precondition_of(call));
      });
}

}  // namespace

void add_routes(http::Router& router, App& app) {
  add_open_routes(router, app);
  add_session_routes(router, app);
  add_own_routes(router, app);
  router.add_event<User>("user.updated", "Somebody's public fields changed");
  router.add_event<Settings>("settings.updated", "Your settings changed");
  router.add_event<SessionEnded>("session.ended", "One of your sessions ended; its streams close");
}

}  // namespace confab::accounts
