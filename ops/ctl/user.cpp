#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>

#include "api/accounts/access/admission.h"
#include "api/accounts/accounts.h"
#include "api/app.h"
#include "api/audit/trail.h"
#include "api/base/clock.h"
#include "api/base/crypto.h"
#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/events/follower.h"
#include "api/events/log.h"
#include "ops/ctl/commands.h"
#include "ops/ctl/environment.h"
#include "ops/ctl/failure.h"

namespace confab::ctl {
namespace {

using accounts::ServerRole;

/// The parts of a process that changes accounts while the server may be running.
class Process {
 public:
  Process()
      : config_(checked_config()),
        ids_(clock_, 0),
        keys_(crypto::Keys::load(config_.data + "/server.key")),
        address_(db::parse_address(database_url(config_))),
        pool_(address_, 1),
        log_(clock_, ids_, [this](const auto&) { events::ring_doorbell(config_.data + "/run"); }),
        trail_(clock_, ids_),
        writer_({.address = address_, .first_node = 200, .last_node = 299}, {&log_, &trail_}),
        app{config_, clock_, ids_, keys_, pool_, writer_, nullptr} {
    accounts::start_access(app);
    try {
      writer_.start();
    } catch (const db::SqlError&) {
      throw Failure(Exit::unavailable, "the database cannot be reached",
                    "start it (`confab run` does), or correct CONFAB_DATABASE_URL");
    }
    ids_.set_node(writer_.node());
  }

 private:
  const Config config_;
  const SystemClock clock_;
  IdMaker ids_;
  const crypto::Keys keys_;
  const db::Address address_;
  db::Pool pool_;
  events::Log log_;
  audit::Trail trail_;
  db::Writer writer_;

 public:
  App app;
};

/// Runs `use(App&)`, and says of an input error which input it is.
template <typename F>
void with_app(F&& use) {
  crypto::init();
  db::library_start();
  Process process;
  try {
    use(process.app);
  } catch (const Error& error) {
    if (error.fields().empty()) throw;
    std::string all;
    for (const FieldError& field : error.fields()) {
      all += (all.empty() ? "" : "\n  ") + field.pointer.substr(1) + ": " + field.detail;
    }
    throw Failure(Exit::data, all, "");
  }
}

/// Who the audit log says it was.
audit::Actor me_here() { return audit::by_command_line(os_user()); }

accounts::User require_user(App& app, const std::string& login) {
  const auto user = app.pool.read([&](db::Tx& tx) { return accounts::find_by_login(tx, login); });
  if (!user) {
    throw Failure(Exit::data, "nobody here is called " + login,
                  "give a username or an e-mail address; `confab user list` shows them");
  }
  return *user;
}

/// The first line of standard input, or a new password, which is then shown.
std::string take_password(bool from_stdin) {
  if (!from_stdin) return accounts::make_code();
  std::string line;
  if (!std::getline(std::cin, line)) {
    throw Failure(Exit::data, "there is no password on standard input",
                  "write it there as one line, or leave --password-stdin out");
  }
  return line;
}

void show_password(bool from_stdin, const std::string& password) {
  if (!from_stdin) std::cout << "password: " << password << '\n';
}

struct Options {
  std::string login;
  std::string email;
  std::string display_name;
  std::string role = "member";
  std::string reason;
  bool password_from_stdin = false;
};

void create(const Options& options) {
  with_app([&](App& app) {
    const auto password = take_password(options.password_from_stdin);
    accounts::NewPerson person{
        .email = options.email, .username = options.login, .password = password};
    if (!options.display_name.empty()) person.display_name = options.display_name;
    const auto me = accounts::create_person(
        app, person, parse_enum<ServerRole>(options.role).value(), me_here());
    std::cout << "created " << me.username << " (" << name_of(me.server_role) << ")\n";
    show_password(options.password_from_stdin, password);
  });
}

void list() {
  with_app([](App& app) {
    constexpr int kSlice = 500;
    UserId after;
    while (true) {
      const auto people =
          app.pool.read([&](db::Tx& tx) { return accounts::everybody(tx, after, kSlice); });
      for (const auto& me : people) {
        std::cout << std::left << std::setw(34) << me.username << std::setw(8)
                  << name_of(me.server_role) << std::setw(10)
                  << (me.deactivated_at ? "disabled" : "active") << me.email << '\n';
      }
      if (people.size() < kSlice) break;
      after = people.back().id;
    }
  });
}

void promote(const Options& options) {
  with_app([&](App& app) {
    const auto user = accounts::set_role(app, require_user(app, options.login).id,
                                         parse_enum<ServerRole>(options.role).value(), me_here());
    std::cout << user.username << " is " << name_of(user.server_role) << " now\n";
  });
}

void disable(const Options& options, bool disabled) {
  with_app([&](App& app) {
    const auto user = accounts::set_disabled(app, require_user(app, options.login).id, disabled,
                                             me_here(), options.reason);
    std::cout << user.username
              << (disabled ? " is disabled and signed out everywhere\n" : " can sign in again\n");
  });
}

void reset_password(const Options& options) {
  with_app([&](App& app) {
    const auto user = require_user(app, options.login);
    const auto password = take_password(options.password_from_stdin);
    accounts::set_password(app, user.id, password, me_here());
    std::cout << user.username << " is signed out everywhere and has a new password\n";
    show_password(options.password_from_stdin, password);
  });
}

}  // namespace

void add_user(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* user = app.add_subcommand("user", "Make and tend accounts")->require_subcommand(1);
  const auto add = [&](const char* name, const char* summary, auto run) {
    CLI::App* command = user->add_subcommand(name, summary);
    command->callback([options, run] { run(*options); });
    return command;
  };
  const auto takes_login = [&](CLI::App* command) {
    command->add_option("login", options->login, "Username or e-mail address")->required();
  };
  const auto takes_role = [&](CLI::App* command) {
    return command->add_option("--role", options->role, "What the person may do")
        ->check(CLI::IsMember({"owner", "admin", "member"}));
  };
  const auto takes_password = [&](CLI::App* command) {
    command->add_flag("--password-stdin", options->password_from_stdin,
                      "Read the password from standard input instead of making one");
  };

  CLI::App* creating = add("create", "Make an account, whatever the signup setting says", create);
  creating->add_option("username", options->login, "Of a-z, 0-9, _, . and -")->required();
  creating->add_option("--email", options->email, "E-mail address")->required();
  creating->add_option("--name", options->display_name, "Display name; else the username");
  takes_role(creating)->capture_default_str();
  takes_password(creating);

  add("list", "Show every account", [](const Options&) { list(); });

  CLI::App* promoting = add("promote", "Give a person a role on the server", promote);
  takes_login(promoting);
  takes_role(promoting)->required();

  const auto takes_reason = [&](CLI::App* command) {
    takes_login(command);
    command->add_option("--reason", options->reason, "Why, for the audit log");
  };
  takes_reason(add("disable", "Sign a person out everywhere and for good",
                   [](const Options& given) { disable(given, true); }));
  takes_reason(add("enable", "Let a disabled person sign in again",
                   [](const Options& given) { disable(given, false); }));

  CLI::App* resetting =
      add("reset-password", "Give a person a new password and sign them out", reset_password);
  takes_login(resetting);
  takes_password(resetting);
}

}  // namespace confab::ctl
