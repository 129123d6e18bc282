#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "api/accounts/access/access.h"
#include "api/accounts/access/admission.h"
#include "api/accounts/profile/names.h"
#include "api/accounts/wire.h"
#include "api/base/log.h"
#include "api/base/text.h"
#include "api/db/pool.h"
#include "api/db/writer.h"

namespace confab::accounts {

namespace {

std::filesystem::path setup_code_file(const Config& config) {
  return std::filesystem::path(config.data) / "setup-code";
}

/// Without what people lose or add when they copy a code.
std::string bare_code(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') out += static_cast<char>(c - 'a' + 'A');
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

/// Empty when there is none.
std::string kept_setup_code(const Config& config) {
  std::ifstream file(setup_code_file(config));
  std::string line;
  std::getline(file, line);
  return bare_code(line);
}

bool is_setup_code(const Config& config, const std::optional<std::string>& given) {
  const auto kept = kept_setup_code(config);
  return given && !kept.empty() && crypto::equal(bare_code(*given), kept);
}

void drop_setup_code(const Config& config) {
  std::error_code none;
  std::filesystem::remove(setup_code_file(config), none);
}

/// The account as it will be stored, but for the hash of its password.
store::Account checked(App& app, const NewPerson& person) {
  Faults faults;
  Me me;
  me.email = email_of(person.email, faults);
  me.username = username_of(person.username, faults);
  me.display_name =
      person.display_name ? display_name_of(*person.display_name, faults) : me.username;
  if (auto fault = password_fault(person.password, me.username, me.email, "/password")) {
    faults.push_back(std::move(*fault));
  }
  if (faults.size() == 1) throw Error(faults[0].code, faults[0].detail, faults);
  if (!faults.empty()) throw_faults(std::move(faults));
  me.id = app.ids.make<UserId>();
  me.created_at = app.clock.now();
  return {.me = std::move(me)};
}

void require_free(db::Tx& tx, const Me& me) {
  if (store::username_taken(tx, me.username, {})) {
    throw Error(Code::username_taken, "Somebody has this username. Choose another.", "/username");
  }
  if (store::email_taken(tx, text::fold(me.email), {})) {
    throw Error(Code::email_taken, "There is an account with this e-mail address. Sign in instead.",
                "/email");
  }
}

/// The role of the next person. Throws when there must not be one.
ServerRole next_role(db::Tx& tx, const Config& config, bool may_own) {
  if (store::has_owner(tx)) {
    if (config.signup == "closed") {
      throw Error(Code::signup_closed, "Ask an administrator of this server for an account.");
    }
    return ServerRole::member;
  }
  if (!may_own) {
    throw Error(Code::setup_code_required,
                "This server has no owner yet. Give the setup code: it is in the file setup-code "
                "of the server's data directory.",
                "/setup_code");
  }
  return ServerRole::owner;
}

void owner_came(App& app) {
  access_of(app).has_owner = true;
  drop_setup_code(app.config);
}

}  // namespace

Admission register_person(App& app, const NewPerson& person, const Origin& origin,
                          const std::optional<IdempotencyKey>& request) {
  const auto key = sealed(app.keys, request);
  auto account = checked(app, person);
  const bool may_own = origin.local || is_setup_code(app.config, person.setup_code);

  // Whatever would be refused is refused before a hash is spent on it.
  const bool retried = app.pool.read([&](db::Tx& tx) {
    if (key && kept_reply(tx, {}, *key)) return true;
    next_role(tx, app.config, may_own);
    require_free(tx, account.me);
    return false;
  });
  if (!retried) account.password = access_of(app).hashing.hash(person.password);

  const auto secret = secret_for(app.keys, key);
  const auto session = new_session(app, origin);
  const auto by = audit::by(account.me.id);
  const auto once = app.writer.run([&](db::Tx& tx) {
    return accounts::once<SignedIn>(tx, {}, key, account.me.created_at, [&] {
      // The kept reply that was seen above has expired since.
      if (account.password.empty()) throw db::unavailable("Send the request again.");
      auto made = account;
      made.me.server_role = next_role(tx, app.config, may_own);
      require_free(tx, made.me);
      store::insert(tx, made);
      store::insert(tx, made.me.id, store::SessionKind::browser, crypto::sha256(secret), session);
      audit::record(tx, by,
                    {.action = audit::Action::account_registered,
                     .subject = made.me.id,
                     .details = {{"username", made.me.username},
                                 {"server_role", name_of(made.me.server_role)},
                                 {"session_id", session.id},
                                 {"user_agent", session.user_agent}}});
      return SignedIn{.user = made.me, .session = session};
    });
  });
  const Me& me = once.value.user;
  if (me.server_role == ServerRole::owner) owner_came(app);
  return {.signed_in = once.value,
          .secret = secret,
          .device = make_device(app.keys, me.id, app.clock.now()),
          .replayed = once.replayed};
}

Me create_person(App& app, const NewPerson& person, ServerRole role, const audit::Actor& by) {
  auto account = checked(app, person);
  account.me.server_role = role;
  app.pool.read([&](db::Tx& tx) { require_free(tx, account.me); });
  account.password = access_of(app).hashing.hash(person.password);
  app.writer.run([&](db::Tx& tx) {
    require_free(tx, account.me);
    store::insert(tx, account);
    audit::record(tx, by,
                  {.action = audit::Action::account_created,
                   .subject = account.me.id,
                   .details = {{"username", account.me.username},
                               {"server_role", name_of(account.me.server_role)}}});
  });
  if (role == ServerRole::owner) owner_came(app);
  return account.me;
}

bool has_owner(App& app) {
  Access& access = access_of(app);
  if (!access.has_owner) {
    access.has_owner = app.pool.read([](db::Tx& tx) { return store::has_owner(tx); });
  }
  return access.has_owner;
}

void prepare_setup(App& app) {
  if (app.pool.read([](db::Tx& tx) { return store::has_owner(tx); })) {
    drop_setup_code(app.config);
    return;
  }
  const auto path = setup_code_file(app.config);
  if (!kept_setup_code(app.config).empty()) return;
  // Renamed when complete: a file cut short would be a code that nobody can give.
  const auto fresh = path.string() + ".new";
  std::filesystem::remove(fresh);
  const int file =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const auto line = make_code() + '\n';
  const bool written =
      file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const bool closed = file >= 0 && ::close(file) == 0;
  if (!written || !closed || ::rename(fresh.c_str(), path.c_str()) != 0) {
    throw Error(Code::internal, "The setup code cannot be written to " + path.string() + ": " +
                                    std::strerror(errno) + ".");
  }
}

}  // namespace confab::accounts
