#include "api/base/error.h"

namespace confab {

const std::vector<CodeRow>& all_codes() {
  static const std::vector<CodeRow> rows = {
      {Code::invalid_json, "invalid_json", 400, "The body is not valid JSON"},
      {Code::invalid_utf8, "invalid_utf8", 400, "The body is not valid UTF-8"},
      {Code::unknown_field, "unknown_field", 400,
       "The request has a field this server does not know"},
      {Code::invalid_request, "invalid_request", 400, "The request is malformed"},
      {Code::ambiguous_auth, "ambiguous_auth", 400, "Two ways of signing in were used at once"},
      {Code::cursor_invalid, "cursor_invalid", 400, "The cursor is not one of this server"},
      {Code::unauthenticated, "unauthenticated", 401, "Sign in first"},
      {Code::bad_credentials, "bad_credentials", 401, "Login or password is wrong"},
      {Code::token_expired, "token_expired", 401, "The token has expired"},
      {Code::token_revoked, "token_revoked", 401, "The session or token was ended"},
      {Code::csrf_rejected, "csrf_rejected", 403, "The request does not come from this site"},
      {Code::insufficient_scope, "insufficient_scope", 403, "The token may not do this"},
      {Code::insufficient_role, "insufficient_role", 403, "Your role may not do this"},
      {Code::not_member, "not_member", 403, "You are not a member of this room"},
      {Code::not_author, "not_author", 403, "Only the author may do this"},
      {Code::signup_closed, "signup_closed", 403, "This server does not take new accounts"},
      {Code::setup_code_required, "setup_code_required", 403, "The setup code is needed"},
      {Code::account_disabled, "account_disabled", 403, "This account is disabled"},
      {Code::not_found, "not_found", 404, "Not found"},
      {Code::method_not_allowed, "method_not_allowed", 405,
       "This address does not take that method"},
      {Code::conflict, "conflict", 409, "The request conflicts with the present state"},
      {Code::email_taken, "email_taken", 409, "That e-mail address is in use"},
      {Code::username_taken, "username_taken", 409, "That username is in use"},
      {Code::room_archived, "room_archived", 409, "The room is archived"},
      {Code::last_owner, "last_owner", 409, "The room needs an owner"},
      {Code::version_mismatch, "version_mismatch", 412, "The resource has changed meanwhile"},
      {Code::body_too_large, "body_too_large", 413, "The body is too large"},
      {Code::message_too_long, "message_too_long", 413, "The message is too long"},
      {Code::unsupported_media_type, "unsupported_media_type", 415,
       "The body's media type is not taken here"},
      {Code::invalid_value, "invalid_value", 422, "A value does not fit"},
      {Code::empty_message, "empty_message", 422, "The message is empty"},
      {Code::idempotency_mismatch, "idempotency_mismatch", 422,
       "The key was used for another request"},
      {Code::password_too_short, "password_too_short", 422, "The password is too short"},
      {Code::password_too_long, "password_too_long", 422, "The password is too long"},
      {Code::password_common, "password_common", 422, "The password is among the most common ones"},
      {Code::rate_limited, "rate_limited", 429, "Too many requests"},
      {Code::too_many_attempts, "too_many_attempts", 429, "Too many attempts"},
      {Code::too_many_streams, "too_many_streams", 429, "Too many event streams"},
      {Code::internal, "internal", 500, "The server made a mistake"},
      {Code::unavailable, "unavailable", 503, "The server cannot do this just now"},
      {Code::storage_full, "storage_full", 507, "The server's storage is full"},
  };
  return rows;
}

const CodeRow& row_of(Code code) { return all_codes()[static_cast<std::size_t>(code)]; }

}  // namespace confab
