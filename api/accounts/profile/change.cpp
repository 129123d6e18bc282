#include <algorithm>
#include <cctype>

#include "api/accounts/access/access.h"
#include "api/accounts/profile/names.h"
#include "api/base/text.h"
#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/events/event.h"

namespace confab::accounts {

namespace {

/// The form of a language tag (RFC 5646): letters, then parts joined by `-`.
bool is_language(std::string_view tag) {
  constexpr std::size_t kLongest = 16;
  const bool fits = tag.size() >= 2 && tag.size() <= kLongest && tag.back() != '-' &&
                    tag.find("--") == std::string_view::npos &&
                    std::isalpha(static_cast<unsigned char>(tag.front())) != 0;
  return fits && std::all_of(tag.begin(), tag.end(), [](char c) {
           return c == '-' || std::isalnum(static_cast<unsigned char>(c)) != 0;
         });
}

/// `change` in the form it is stored in. Throws invalid_value.
ProfileChange tidied(const ProfileChange& change) {
  Faults faults;
  ProfileChange tidy;
  if (change.display_name) tidy.display_name = display_name_of(*change.display_name, faults);
  if (change.username) tidy.username = username_of(*change.username, faults);
  if (change.email) tidy.email = email_of(*change.email, faults);
  if (!faults.empty()) throw_faults(std::move(faults));
  return tidy;
}

/// Usernames are how rows about people are read later; other values are theirs to forget.
audit::Entry change_entry(const Me& before, const Me& after) {
  audit::Entry entry{.action = audit::Action::account_changed, .subject = after.id};
  if (before.username != after.username) {
    entry.details.emplace_back("username_before", before.username);
    entry.details.emplace_back("username", after.username);
  }
  if (before.email != after.email) entry.details.emplace_back("email", true);
  if (before.display_name != after.display_name) entry.details.emplace_back("display_name", true);
  return entry;
}

}  // namespace

Me change_profile(App& app, UserId user, SessionId session, const ProfileChange& change,
                  const Precondition& fits) {
  const auto wanted = tidied(change);
  const auto account = app.pool.read([&](db::Tx& tx) { return store::account(tx, user); });
  if (!account) throw not_found();
  if (wanted.email && *wanted.email != account->me.email) {
    if (!change.current_password) {
      throw Error(Code::invalid_value, "The password is needed to change the e-mail address.",
                  "/current_password");
    }
    require_password(app, *account, session, *change.current_password);
  }
  const auto by = audit::by(user);
  return app.writer.run([&](db::Tx& tx) {
    Me me = accounts::me(tx, user);
    fits(me.version);
    if (wanted.username && store::username_taken(tx, *wanted.username, user)) {
      throw Error(Code::username_taken, "Somebody has this username. Choose another.", "/username");
    }
    if (wanted.email && store::email_taken(tx, text::fold(*wanted.email), user)) {
      throw Error(Code::email_taken, "Another account has this e-mail address.", "/email");
    }
    const Me before = me;
    me.username = wanted.username.value_or(me.username);
    me.display_name = wanted.display_name.value_or(me.display_name);
    me.email = wanted.email.value_or(me.email);
    const bool same = me.username == before.username && me.display_name == before.display_name &&
                      me.email == before.email;
    if (same) return me;
    ++me.version;
    store::update(tx, me);
    audit::record(tx, by, change_entry(before, me));
    // The version is public: everyone's copy must keep up with it.
    events::emit(tx, events::to_everyone(), "user.updated", static_cast<const User&>(me),
                 {.actor = user, .subject = user});
    return me;
  });
}

Settings change_settings(App& app, UserId user, const SettingsChange& change,
                         const Precondition& fits) {
  if (change.language && !is_language(*change.language)) {
    throw Error(Code::invalid_value, "Must be a language tag such as en or pt-BR.", "/language");
  }
  return app.writer.run([&](db::Tx& tx) {
    const Settings before = store::settings(tx, user);
    fits(before.version);
    Settings settings = before;
    settings.theme = change.theme.value_or(settings.theme);
    settings.density = change.density.value_or(settings.density);
    settings.language = change.language.value_or(settings.language);
    const bool same = settings.theme == before.theme && settings.density == before.density &&
                      settings.language == before.language;
    if (same) return settings;
    ++settings.version;
    store::put_settings(tx, user, settings);
    events::emit(tx, events::to_user(user), "settings.updated", settings, {.actor = user});
    return settings;
  });
}

}  // namespace confab::accounts
