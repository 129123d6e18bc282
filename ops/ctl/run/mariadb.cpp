#include "ops/ctl/run/mariadb.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "ops/ctl/environment.h"
#include "ops/ctl/failure.h"
#include "ops/ctl/run/log_file.h"

namespace confab::ctl::run {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSystemTables = "/usr/share/mysql/mysql_system_tables.sql";
constexpr const char* kInstall = "apt-get install mariadb-server-core, or set CONFAB_DATABASE_URL";

fs::path find_mariadbd() {
  for (const char* place : {"/usr/sbin/mariadbd", "/usr/libexec/mariadbd", "/usr/bin/mariadbd"}) {
    if (::access(place, X_OK) == 0) return place;
  }
  throw Failure(Exit::unavailable, "mariadbd is not installed", kInstall);
}

/// Settings both of a bootstrap and of every later start.
std::vector<std::string> common_arguments(const DataFolder& data, const fs::path& directory) {
  std::vector<std::string> arguments{
      "--no-defaults",
      "--datadir=" + directory.string(),
      "--tmpdir=" + (data.path() / "tmp").string(),
      "--innodb-log-file-size=96M",
      "--performance-schema=OFF",
      "--loose-feedback=OFF",
      "--skip-log-bin",
  };
  if (::geteuid() == 0) arguments.emplace_back("--user=root");
  return arguments;
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) {
    throw Failure(Exit::cannot_create, with_errno("cannot write " + path.string()),
                  "make room on that disk");
  }
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

void write_bootstrap_script(const fs::path& script) {
  std::ifstream tables(kSystemTables, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(tables), {}};
  if (text.empty()) {
    throw Failure(Exit::unavailable, std::string("cannot read ") + kSystemTables, kInstall);
  }
  write_file(script, "CREATE DATABASE mysql;\nUSE mysql;\n" + text);
}

/// Accounts are made at each start, so that the data follow their owner to another machine or
/// user name. The name comes from the password file and cannot hold a backquote or a newline.
void write_account_script(const fs::path& script) {
  const std::string account = "`" + os_user() + "`@`localhost`";
  write_file(script, "CREATE USER IF NOT EXISTS " + account + " IDENTIFIED VIA unix_socket;\n" +
                         "GRANT ALL PRIVILEGES ON *.* TO " + account + " WITH GRANT OPTION;\n");
}

void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

void bootstrap_database(const DataFolder& data) {
  const fs::path directory = data.path() / "db";
  if (fs::exists(directory)) return;
  const fs::path unfinished = data.path() / "db.new";
  fs::remove_all(unfinished);
  fs::create_directory(unfinished);
  fs::permissions(unfinished, fs::perms::owner_all);

  const fs::path script = data.path() / "tmp" / "bootstrap.sql";
  write_bootstrap_script(script);
  Command command{.program = find_mariadbd(),
                  .arguments = common_arguments(data, unfinished),
                  .environment = {},
                  .log = data.log("mariadbd"),
                  .inherited = data.processes_lock(),
                  .input = ::open(script.c_str(), O_RDONLY | O_CLOEXEC)};
  command.arguments.insert(command.arguments.begin() + 1, {"--bootstrap", "--silent-startup"});
  const int code = wait_for(start(command));
  ::close(command.input);
  if (code != 0) {
    throw Failure(Exit::cannot_create,
                  "mariadbd could not make a new database:\n" + last_lines(command.log, 10),
                  "see " + command.log.string() + "; a full disk is the usual reason");
  }
  fs::remove(script);
  fs::rename(unfinished, directory);
  sync_folder(data.path());
}

Command database_command(const DataFolder& data, int pool_mb, const fs::path& notify_socket) {
  const fs::path accounts = data.path() / "tmp" / "accounts.sql";
  write_account_script(accounts);
  Command command{.program = find_mariadbd(),
                  .arguments = common_arguments(data, data.path() / "db"),
                  .environment = {"NOTIFY_SOCKET=" + notify_socket.string()},
                  .log = data.log("mariadbd"),
                  .inherited = data.processes_lock()};
  command.arguments.insert(
      command.arguments.end(),
      {"--init-file=" + accounts.string(), "--socket=" + database_socket(data.path()).string(),
       "--pid-file=" + (data.path() / "tmp" / "mariadbd.pid").string(),
       "--secure-file-priv=" + (data.path() / "tmp").string(), "--skip-networking",
       "--skip-name-resolve", "--local-infile=OFF", "--max-connections=200",
       "--max-allowed-packet=64M", "--character-set-server=utf8mb4",
       "--collation-server=utf8mb4_bin", "--default-time-zone=+00:00",
       "--sql-mode=STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
       "NO_ENGINE_SUBSTITUTION",
       "--innodb-buffer-pool-size=" + std::to_string(pool_mb) + "M",
       "--innodb-flush-log-at-trx-commit=1", "--innodb-doublewrite=ON",
       "--innodb-snapshot-isolation=ON",
       // Tables are InnoDB; what the other engines would reserve is memory for nothing.
       "--aria-pagecache-buffer-size=8M", "--key-buffer-size=1M"});
  return command;
}

}  // namespace confab::ctl::run
