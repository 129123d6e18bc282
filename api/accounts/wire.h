#pragma once

#include "api/accounts/accounts.h"
#include "api/accounts/profile/names.h"

/// The JSON shapes of accounts that nobody else embeds.
namespace confab::accounts {

constexpr auto fields(const NewPerson*) {
  return request(
      "NewPerson", field("email", &NewPerson::email).max(kEmailMost),
      field("username", &NewPerson::username).says("Of a-z, 0-9, `_`, `.` and `-`, in any case."),
      field("display_name", &NewPerson::display_name).says("The username when absent."),
      field("password", &NewPerson::password)
          .says("10 to 128 characters, not among the most common ones."),
      field("setup_code", &NewPerson::setup_code)
          .max(64)
          .says("Needed by the first person of a server who is not at its own machine."));
}

constexpr auto fields(const Credentials*) {
  return request("Credentials",
                 field("login", &Credentials::login).max(kEmailMost).says("Username or e-mail."),
                 field("password", &Credentials::password).max(kTypedPasswordMost));
}

constexpr auto fields(const Tokens*) {
  return resource("Tokens", field("access_token", &Tokens::access_token),
                  field("token_type", &Tokens::token_type),
                  field("expires_in", &Tokens::expires_in).says("Seconds."),
                  field("refresh_token", &Tokens::refresh_token).says("Works once."),
                  field("user", &Tokens::user));
}

struct RefreshToken {
  std::string refresh_token;
};
constexpr auto fields(const RefreshToken*) {
  return request("RefreshToken", field("refresh_token", &RefreshToken::refresh_token).max(200));
}

struct PasswordChange {
  std::string current_password;
  std::string new_password;
};
constexpr auto fields(const PasswordChange*) {
  return request(
      "PasswordChange",
      field("current_password", &PasswordChange::current_password).max(kTypedPasswordMost),
      field("new_password", &PasswordChange::new_password));
}

constexpr auto fields(const ProfileChange*) {
  return request("ProfileChange", field("display_name", &ProfileChange::display_name),
                 field("username", &ProfileChange::username),
                 field("email", &ProfileChange::email).max(kEmailMost),
                 field("current_password", &ProfileChange::current_password)
                     .max(kTypedPasswordMost)
                     .says("Needed to change the e-mail address."));
}

constexpr auto fields(const SettingsChange*) {
  return request(
      "SettingsChange", field("theme", &SettingsChange::theme),
      field("density", &SettingsChange::density),
      field("language", &SettingsChange::language).says("A language tag such as `en` or `pt-BR`."));
}

/// The data of `session.ended`.
struct SessionEnded {
  SessionId session_id;
};
constexpr auto fields(const SessionEnded*) {
  return resource("SessionEnded", field("session_id", &SessionEnded::session_id));
}

/// What a client must not go beyond.
struct Limits {
  std::int64_t request_bytes = 256 * 1024;
  std::int64_t json_depth = 32;
  std::int64_t message_bytes = 16'384;
  std::int64_t message_shown = 4'000;
  std::int64_t room_name = 100;
  std::int64_t room_topic = 1'000;
  std::int64_t group_members = 50;
  std::int64_t display_name = static_cast<std::int64_t>(kDisplayNameMost);
  std::int64_t username_least = static_cast<std::int64_t>(kUsernameLeast);
  std::int64_t username_most = static_cast<std::int64_t>(kUsernameMost);
  std::int64_t password_least = static_cast<std::int64_t>(kPasswordLeast);
  std::int64_t password_most = static_cast<std::int64_t>(kPasswordMost);
  std::int64_t page = 200;
};
constexpr auto fields(const Limits*) {
  return resource(
      "Limits", field("request_bytes", &Limits::request_bytes),
      field("json_depth", &Limits::json_depth), field("message_bytes", &Limits::message_bytes),
      field("message_shown", &Limits::message_shown)
          .says("Characters of a message that are shown before it is folded."),
      field("room_name", &Limits::room_name), field("room_topic", &Limits::room_topic),
      field("group_members", &Limits::group_members), field("display_name", &Limits::display_name),
      field("username_least", &Limits::username_least),
      field("username_most", &Limits::username_most),
      field("password_least", &Limits::password_least),
      field("password_most", &Limits::password_most), field("page", &Limits::page));
}

enum class Signup : std::uint8_t { open, closed };
constexpr auto names(Signup) {
  return std::array{named(Signup::open, "open"), named(Signup::closed, "closed")};
}

struct Meta {
  std::string version;
  std::string name;
  std::vector<std::string> capabilities;
  Limits limits;
  Signup signup = Signup::open;
  bool setup_required = false;
};
constexpr auto fields(const Meta*) {
  return resource("Meta", field("version", &Meta::version), field("name", &Meta::name),
                  field("capabilities", &Meta::capabilities), field("limits", &Meta::limits),
                  field("signup", &Meta::signup),
                  field("setup_required", &Meta::setup_required)
                      .says("The server has no owner yet: the next person becomes it."));
}

}  // namespace confab::accounts
