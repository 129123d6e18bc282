#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace confab {

/// Every way a request can fail. The names are the `code` on the wire and part
/// of the API; `error.cpp` holds one row for each: HTTP status and title.
enum class Code {
  invalid_json,
  invalid_utf8,
  unknown_field,
  invalid_request,
  ambiguous_auth,
  cursor_invalid,
  unauthenticated,
  bad_credentials,
  token_expired,
  token_revoked,
  csrf_rejected,
  insufficient_scope,
  insufficient_role,
  not_member,
  not_author,
  signup_closed,
  setup_code_required,
  account_disabled,
  not_found,
  method_not_allowed,
  conflict,
  email_taken,
  username_taken,
  room_archived,
  last_owner,
  version_mismatch,
  body_too_large,
  message_too_long,
  unsupported_media_type,
  invalid_value,
  empty_message,
  idempotency_mismatch,
  password_too_short,
  password_too_long,
  password_common,
  rate_limited,
  too_many_attempts,
  too_many_streams,
  internal,
  unavailable,
  storage_full,
};

struct CodeRow {
  Code code;
  std::string_view name;  ///< On the wire.
  int status;             ///< HTTP status.
  std::string_view title;
};

/// The row of a code.
const CodeRow& row_of(Code code);
/// Every row, for the API document.
const std::vector<CodeRow>& all_codes();

/// One input field at fault: RFC 6901 pointer, code, and what to do.
struct FieldError {
  std::string pointer;
  Code code = Code::invalid_value;
  std::string detail;
};

/// The only exception type we throw. It is caught in exactly three places:
/// the HTTP dispatcher, the job loop and the admin command line.
/// Anything else that escapes is a bug and is reported as one.
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& detail) : std::runtime_error(detail), code_(code) {}
  /// An error of one input field; `pointer` such as `/body`.
  Error(Code code, const std::string& detail, std::string pointer)
      : std::runtime_error(detail), code_(code), fields_{{std::move(pointer), code, detail}} {}
  /// Several fields at once.
  Error(Code code, const std::string& detail, std::vector<FieldError> fields)
      : std::runtime_error(detail), code_(code), fields_(std::move(fields)) {}

  Code code() const noexcept { return code_; }
  const std::vector<FieldError>& fields() const noexcept { return fields_; }

  /// Seconds after which a retry makes sense (`Retry-After`).
  Error&& retry_after(int seconds) && {
    retry_after_ = seconds;
    return std::move(*this);
  }
  std::optional<int> retry_after() const noexcept { return retry_after_; }

 private:
  Code code_;
  std::vector<FieldError> fields_;
  std::optional<int> retry_after_;
};

/// What exists only for others is answered exactly like what does not exist.
inline Error not_found() { return {Code::not_found, "There is nothing here that you may see."}; }

}  // namespace confab
