#include "tests/database.h"

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "ops/ctl/environment.h"
#include "ops/ctl/migrate/runner.h"
#include "ops/ctl/run/mariadb.h"
#include "ops/ctl/run/notify.h"

namespace confab::test {
namespace {

namespace fs = std::filesystem;
namespace run = ctl::run;

fs::path make_folder() {
  std::string pattern = (fs::temp_directory_path() / "confab-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  return pattern;
}

db::Address address_at(const std::string& socket, const std::string& name) {
  return {.user = ctl::os_user(), .host = "localhost", .name = name, .socket = socket};
}

db::Connection connect(const db::Address& address, bool select_database) {
  return db::Connection(address, {.select_database = select_database, .read_timeout_s = 60});
}

void migrate(const db::Address& address) {
  ctl::migrate::Runner runner(address,
                              ctl::migrate::load_migrations(ctl::migrate::migrations_folder()));
  runner.up([](auto&&...) {}, 10);
}

/// Empties what a test filled; the server's row and the history of the schema stay.
void clear(const db::Address& address) {
  auto connection = connect(address, true);
  std::vector<std::string> tables;
  connection.each(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND "
      "table_name NOT IN ('server', 'schema_migrations')",
      {}, [&](const db::Row& row) { tables.push_back(row.get<std::string>()); });
  for (const auto& table : tables) connection.command("DELETE FROM `" + table + "`");
}

/// The schemas of this process that no test uses just now.
class Shelf {
 public:
  static Shelf& get() {
    static Shelf shelf;
    return shelf;
  }

  db::Address take() {
    if (!free_.empty()) {
      auto address = std::move(free_.back());
      free_.pop_back();
      return address;
    }
    const auto name = "confab_test_" + std::to_string(::getpid()) + "_" + std::to_string(++made_);
    const auto address = address_at(socket(), name);
    migrate(address);
    all_.push_back(address);
    return address;
  }

  void give_back(const db::Address& address) {
    clear(address);
    free_.push_back(address);
  }

 private:
  Shelf() = default;
  ~Shelf() {
    if (server_) return;  // they go with its folder
    try {
      for (const auto& address : all_) {
        connect(address, false).command("DROP DATABASE `" + address.name + "`");
      }
    } catch (const Error&) {
      // The shared server is gone, and the schemas with it.
    }
  }

  std::string socket() {
    if (const char* given = std::getenv("CONFAB_TEST_SOCKET"); given != nullptr && *given != 0) {
      return given;
    }
    if (!server_) server_ = std::make_unique<DatabaseServer>();
    return server_->socket();
  }

  std::unique_ptr<DatabaseServer> server_;
  std::vector<db::Address> all_;
  std::vector<db::Address> free_;
  int made_ = 0;
};

}  // namespace

DatabaseServer::DatabaseServer(Commits commits)
    : commits_(commits),
      folder_(make_folder()),
      data_(std::make_unique<run::DataFolder>(folder_)),
      socket_(ctl::database_socket(folder_).string()) {
  run::bootstrap_database(*data_);
  start();
}

DatabaseServer::~DatabaseServer() {
  // Nothing here is wanted again, so there is no reason to let it shut down cleanly.
  end(SIGKILL);
  data_.reset();
  std::error_code none;
  fs::remove_all(folder_, none);
}

void DatabaseServer::start() {
  const run::NotifySocket ready(folder_ / "tmp" / "ready.sock");
  constexpr int kPoolMb = 32;
  auto command = run::database_command(*data_, kPoolMb, ready.path());
  if (commits_ == Commits::fast) {
    command.arguments.emplace_back("--innodb-flush-log-at-trx-commit=0");
  }
  pid_ = run::start(command);
  pollfd wait{.fd = ready.fd(), .events = POLLIN};
  constexpr int kPatienceMs = 60'000;
  do {
    if (::poll(&wait, 1, kPatienceMs) <= 0) {
      throw std::runtime_error("mariadbd does not start, see " + command.log.string());
    }
  } while (!ready.take_ready());
}

void DatabaseServer::kill() { end(SIGKILL); }

void DatabaseServer::end(int signal) {
  if (pid_ == 0) return;
  ::kill(pid_, signal);
  run::wait_for(pid_);
  pid_ = 0;
}

Schema::Schema() : address_(Shelf::get().take()) {}

Schema::Schema(const DatabaseServer& server)
    : address_(address_at(server.socket(), "confab")), shared_(false) {
  migrate(address_);
}

Schema::~Schema() {
  if (shared_) Shelf::get().give_back(address_);
}

}  // namespace confab::test
