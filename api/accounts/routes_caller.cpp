#include <algorithm>

#include "api/accounts/access/access.h"
#include "api/accounts/accounts.h"
#include "api/face.h"

namespace confab {

namespace {

/// The token of an `Authorization: Bearer` header. Throws unauthenticated.
std::string bearer_of(const http::Call& call) {
  constexpr std::string_view kScheme = "bearer ";
  std::string_view value = call.header("authorization");
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  const bool fits = value.size() > kScheme.size() &&
                    std::equal(kScheme.begin(), kScheme.end(), value.begin(),
                               [&](char wanted, char found) { return same(found, wanted); });
  if (!fits) {
    throw Error(Code::unauthenticated, "Send `Authorization: Bearer` with an access token.");
  }
  value.remove_prefix(kScheme.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return std::string(value);
}

http::Caller caller_of(const accounts::Vouched& vouched, bool by_cookie) {
  return {.user = vouched.user,
          .session = vouched.session,
          .is_admin = vouched.is_admin,
          .is_owner = vouched.is_owner,
          .by_cookie = by_cookie};
}

/// Of the cookie. Throws ambiguous_auth.
std::optional<std::string> session_secret(App& app, const http::Call& call) {
  auto secret = call.cookie(accounts::session_cookie(app.config));
  if (secret && call.has_header("authorization")) {
    throw Error(Code::ambiguous_auth, "Send the session cookie or a token, not both.");
  }
  return secret;
}

}  // namespace

http::Caller authenticate(App& app, const http::Call& call) {
  const auto secret = session_secret(app, call);
  if (call.has_header("authorization")) {
    return caller_of(accounts::vouch_for_token(app, bearer_of(call)), false);
  }
  if (!secret) return {};
  const auto vouched = accounts::vouch_for_secret(app, *secret);
  return vouched ? caller_of(*vouched, true) : http::Caller{};
}

std::optional<http::Caller> known_caller(App& app, const http::Call& call) {
  const auto secret = session_secret(app, call);
  const bool by_token = call.has_header("authorization");
  if (!secret && !by_token) return std::nullopt;
  const auto vouched =
      by_token ? accounts::known_token(app, bearer_of(call)) : accounts::known_secret(app, *secret);
  if (!vouched) return std::nullopt;
  return caller_of(*vouched, !by_token);
}

}  // namespace confab
