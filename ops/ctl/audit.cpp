#include "api/audit/audit.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>

#include "api/accounts/accounts.h"
#include "api/audit/checkpoint.h"
#include "api/audit/verify.h"
#include "api/base/clock.h"
#include "api/base/crypto.h"
#include "api/db/pool.h"
#include "ops/ctl/commands.h"
#include "ops/ctl/environment.h"
#include "ops/ctl/failure.h"

namespace confab::ctl {
namespace {

/// What reading the audit log takes.
struct Place {
  Place()
      : config(checked_config()),
        keys(crypto::Keys::load(config.data + "/server.key")),
        pool(db::parse_address(database_url(config)), 1) {}

  const Config config;
  const SystemClock clock;
  const crypto::Keys keys;
  db::Pool pool;
};

template <typename F>
void with_place(F&& use) {
  crypto::init();
  db::library_start();
  Place place;
  try {
    use(place);
  } catch (const db::SqlError&) {
    throw Failure(Exit::unavailable, "the database cannot be reached",
                  "start it (`confab run` does), or correct CONFAB_DATABASE_URL");
  }
}

struct Options {
  std::string since;
  std::string actor;
  std::string action;
  std::string subject;
  std::size_t limit = 100;
  bool json = false;
  std::vector<std::string> files;
};

/// A moment, or how long ago it was: `30m`, `24h`, `7d`.
Time moment_of(const std::string& text, Time now) {
  if (const auto exact = parse_rfc3339(text)) return *exact;
  if (const auto second = parse_rfc3339(text.substr(0, text.find('Z')) + ".000Z")) return *second;
  if (const auto day = parse_rfc3339(text + "T00:00:00.000Z")) return *day;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, text.data() + text.size());
  constexpr std::int64_t kLongest = 100'000;
  const std::int64_t length = unit == "m" ? kMinute : unit == "h" ? kHour : unit == "d" ? kDay : 0;
  if (error != std::errc() || length == 0 || count < 0 || count > kLongest) {
    throw Failure(Exit::usage, text + " is not a time",
                  "write 7d, 24h, 30m, 2026-11-20 or 2026-11-20T07:39:58Z");
  }
  return now - count * length;
}

/// The id of a username or e-mail address; what is none of these stays as it is.
std::string id_of(Place& place, const std::string& name) {
  const auto user = place.pool.read([&](db::Tx& tx) { return accounts::find_by_login(tx, name); });
  return user ? user->id.text() : name;
}

audit::Filter filter_of(Place& place, const Options& options) {
  audit::Filter filter;
  if (!options.since.empty()) filter.since = moment_of(options.since, place.clock.now());
  if (!options.actor.empty()) filter.actor = id_of(place, options.actor);
  if (!options.action.empty()) {
    filter.action = parse_enum<audit::Action>(options.action);
    if (!filter.action) {
      std::string all;
      for (const auto& [value, name] : names(audit::Action{})) all += ' ' + std::string(name);
      throw Failure(Exit::usage, "there is no action " + options.action, "take one of" + all);
    }
  }
  if (!options.subject.empty()) {
    constexpr std::string_view kUser = "user:";
    filter.subject = audit::Subject::parse(
        options.subject.starts_with(kUser)
            ? std::string(kUser) + id_of(place, options.subject.substr(kUser.size()))
            : options.subject);
    if (!filter.subject) {
      throw Failure(Exit::usage, options.subject + " is not a subject",
                    "write its kind and id, as user:ana, user:123, room:5 or session:7");
    }
  }
  return filter;
}

void print(const audit::AuditEntry& entry) {
  std::cout << to_rfc3339(entry.at) << "  " << std::left << std::setw(22) << entry.action << "  "
            << std::setw(20) << entry.actor << "  " << entry.subject_kind << ':'
            << entry.subject_id.value_or("-");
  if (entry.room_id) std::cout << "  room:" << entry.room_id->text();
  if (entry.details.text != "{}") std::cout << "  " << entry.details.text;
  if (!entry.address.empty()) std::cout << "  from " << entry.address;
  if (entry.reason) {
    std::string quoted;
    json::append_string(quoted, *entry.reason);
    std::cout << "  because " << quoted;
  }
  std::cout << '\n';
}

void list(const Options& options) {
  with_place([&](Place& place) {
    constexpr std::size_t kPage = 500;
    const auto filter = filter_of(place, options);
    std::optional<Cursor> cursor;
    std::size_t left = options.limit;
    while (left > 0) {
      const auto page = place.pool.read(
          [&](db::Tx& tx) { return audit::find(tx, filter, std::min(left, kPage), cursor); });
      for (const auto& entry : page.items) {
        if (options.json) {
          std::cout << to_json(entry) << '\n';
        } else {
          print(entry);
        }
      }
      left -= page.items.size();
      if (!page.next) break;
      cursor = Cursor::parse(*page.next);
    }
  });
}

/// The files to verify with: those given, or the server's own and the other one of the settings.
std::vector<std::string> checkpoint_files(const Place& place, const Options& options) {
  if (!options.files.empty()) return options.files;
  std::vector<std::string> files;
  for (const auto& file : {audit::checkpoint_file(place.config), place.config.audit_checkpoints}) {
    if (!file.empty() && std::filesystem::exists(file)) files.push_back(file);
  }
  return files;
}

void verify(const Options& options) {
  with_place([&](Place& place) {
    const auto tag = place.pool.read([](db::Tx& tx) {
      return tx.value<std::string>("SELECT tag FROM server WHERE id = 1").value_or("");
    });
    audit::Evidence evidence(place.keys, tag);
    for (const auto& file : checkpoint_files(place, options)) evidence.read(file);
    const auto chains = audit::verify(place.pool, evidence);

    std::size_t faults = evidence.faults().size();
    std::uint64_t rows = 0;
    for (const auto& fault : evidence.faults()) std::cout << fault << '\n';
    for (const auto& chain : chains) {
      rows += chain.rows;
      std::cout << "node " << chain.node << ": " << chain.rows << " rows fit, " << chain.checked
                << " vouched for by checkpoints";
      if (!chain.fault.empty()) {
        ++faults;
        std::cout << "\n  BROKEN: " << chain.fault;
      }
      std::cout << '\n';
    }
    std::cout << rows << " rows in " << chains.size() << " chains, " << evidence.checkpoints()
              << " checkpoints, " << faults << " faults\n";
    if (evidence.checkpoints() == 0) {
      std::cout << "without a checkpoint nothing shows whether the newest rows are missing\n";
    }
    if (faults > 0) {
      std::cout.flush();
      throw Failure(
          Exit::trouble, "the audit log is not as the server wrote it",
          "find out who could write to the database; a backup may hold the rows. After a backup "
          "was put back, set the older checkpoints aside");
    }
  });
}

void checkpoint() {
  with_place([](Place& place) {
    std::cout << audit::take_checkpoint(place.pool, place.clock.now()).text(place.keys) << '\n';
  });
}

}  // namespace

void add_audit(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* audit =
      app.add_subcommand("audit", "Read and prove the audit log")->require_subcommand(1);

  CLI::App* listing = audit->add_subcommand("list", "Show who did what, the newest first");
  listing->add_option("--since", options->since, "Not before: 7d, 24h, 30m, 2026-11-20 ...");
  listing->add_option("--actor", options->actor, "By whom: a username, an id, cli:root, system");
  listing->add_option("--action", options->action, "What was done, as room.archived");
  listing->add_option("--subject", options->subject, "What it was done to, as user:ana, room:5");
  listing->add_option("--limit", options->limit, "At most so many")->capture_default_str();
  listing->add_flag("--json", options->json, "One JSON object on each line");
  listing->callback([options] { list(*options); });

  CLI::App* verifying = audit->add_subcommand(
      "verify", "Prove that no row was changed, removed or added (exit code 1: one was)");
  verifying->add_option("--checkpoints", options->files,
                        "Files of signed checkpoints; else those that the server keeps");
  verifying->callback([options] { verify(*options); });

  audit->add_subcommand("checkpoint", "Print where the chains end now, signed by the server")
      ->callback(checkpoint);
}

}  // namespace confab::ctl
