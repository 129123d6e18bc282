#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>

#include "api/base/error.h"
#include "api/base/json.h"
#include "api/base/version.h"
#include "api/db/connection.h"
#include "ops/ctl/environment.h"
#include "ops/ctl/run/port.h"
#include "ops/ctl/run/process.h"
#include "tests/ops/instance.h"

namespace confab::ctl::run {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A folder that goes with the test.
struct Scratch {
  fs::path path;
  explicit Scratch(const fs::path& below = fs::temp_directory_path()) {
    std::string pattern = (below / "confab-doctor-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    path = pattern;
  }
  ~Scratch() {
    std::error_code none;
    fs::remove_all(path, none);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

/// What the doctor said, and how it left.
struct Diagnosis {
  int code = -1;
  std::string text;
  Json::Value checks;

  const Json::Value& line(const std::string& check) const {
    static const Json::Value none(Json::objectValue);
    for (const auto& each : checks) {
      if (each["check"] == check) return each;
    }
    return none;
  }
  std::string verdict(const std::string& check) const { return line(check)["verdict"].asString(); }
  std::vector<std::string> failed() const {
    std::vector<std::string> names;
    for (const auto& each : checks) {
      if (each["verdict"] == "fail") names.push_back(each["check"].asString());
    }
    return names;
  }
};

using Names = std::vector<std::string>;

Diagnosis examine(const fs::path& data, const std::vector<std::string>& environment = {},
                  const std::vector<std::string>& before = {}, bool as_json = true) {
  const Scratch scratch;
  std::vector<std::string> words = before;
  words.insert(words.end(), {CONFAB_PROGRAM, "doctor", "--data", data.string()});
  if (as_json) words.emplace_back("--json");
  // A free port, unless the test is about it: the usual one may be in use here.
  Command command{.program = words.front(),
                  .arguments = {words.begin() + 1, words.end()},
                  .environment = {"CONFAB_PORT=0"},
                  .log = scratch.path / "output"};
  command.environment.insert(command.environment.end(), environment.begin(), environment.end());
  Diagnosis diagnosis;
  diagnosis.code = wait_for(start(command));
  diagnosis.text = read_all(command.log);
  if (as_json) {
    const Json::Value all = json::parse_own(diagnosis.text.substr(0, diagnosis.text.find('\n')));
    diagnosis.checks = all["checks"];
    EXPECT_EQ(all["ok"].asBool(), diagnosis.failed().empty());
    EXPECT_EQ(all["version"], std::string(kVersion));
    EXPECT_EQ(diagnosis.code, diagnosis.failed().empty() ? 0 : 1) << diagnosis.text;
    for (const auto& each : diagnosis.checks) {
      EXPECT_EQ(each["verdict"] == "pass", each["advice"] == "") << json::print(each);
    }
  }
  return diagnosis;
}

/// Words before the program that run it as somebody who is not root.
Names as_nobody() {
  if (::geteuid() != 0) return {};
  return {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
}

void give_to_nobody(const fs::path& path) {
  if (::geteuid() == 0 && ::chown(path.c_str(), 65534, 65534) != 0) FAIL() << path;
}

/// A listening socket of somebody else.
class Listener {
 public:
  Listener() : port_(require_free_port("127.0.0.1", 0)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd_, 1) != 0) {
      throw std::runtime_error("cannot listen");
    }
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  int port() const { return port_; }

 private:
  int port_;
  int fd_;
};

/// Stops a process while it lives.
class Asleep {
 public:
  using Signal = std::function<void(int)>;

  explicit Asleep(Signal signal) : signal_(std::move(signal)) { signal_(SIGSTOP); }
  explicit Asleep(pid_t process) : Asleep([process](int number) { ::kill(process, number); }) {}
  ~Asleep() { signal_(SIGCONT); }
  Asleep(const Asleep&) = delete;
  Asleep& operator=(const Asleep&) = delete;

 private:
  const Signal signal_;
};

/// A data folder as it should be.
struct Folder : Scratch {
  Folder() { ::chmod(path.c_str(), 0700); }
};

TEST(Doctor, FindsNothingWrongWithANewFolder) {
  const Folder folder;
  const auto diagnosis = examine(folder.path);
  EXPECT_EQ(diagnosis.failed(), Names{}) << diagnosis.text;
  for (const char* check : {"settings", "data folder", "writing", "free space", "server key",
                            "port", "clock", "file system clock", "memory", "somaxconn"}) {
    EXPECT_EQ(diagnosis.verdict(check), "pass") << check << diagnosis.text;
  }
  EXPECT_EQ(diagnosis.verdict("supervisor"), "warn");
  EXPECT_EQ(diagnosis.verdict("database"), "warn");
  EXPECT_TRUE(fs::is_empty(folder.path)) << "it leaves nothing behind";
}

TEST(Doctor, SpeaksToPeople) {
  const Folder folder;
  const auto diagnosis = examine(folder.path / "missing", {}, {}, false);
  EXPECT_EQ(diagnosis.code, 1);
  EXPECT_NE(diagnosis.text.find("fail  data folder: "), std::string::npos) << diagnosis.text;
  EXPECT_NE(diagnosis.text.find("\n      to mend: name the right one"), std::string::npos);
  EXPECT_NE(diagnosis.text.find("confab: 1 check failed"), std::string::npos);
}

TEST(Doctor, FindsASettingThatDoesNotFit) {
  const Folder folder;
  const auto diagnosis = examine(folder.path, {"CONFAB_WORK_THREADS=many"});
  EXPECT_EQ(diagnosis.failed(), Names{"settings"});
  EXPECT_NE(diagnosis.line("settings")["found"].asString().find("CONFAB_WORK_THREADS"),
            std::string::npos);
}

TEST(Doctor, FindsAFolderThatIsNone) {
  const Folder folder;
  std::ofstream(folder.path / "file") << "x";
  EXPECT_EQ(examine(folder.path / "file").failed(), Names{"data folder"});
  EXPECT_EQ(examine(folder.path / "missing").failed(), Names{"data folder"});
}

TEST(Doctor, FindsAFolderOpenToOthers) {
  const Folder folder;
  ::chmod(folder.path.c_str(), 0777);
  EXPECT_EQ(examine(folder.path).failed(), Names{"data folder"});
  ::chmod(folder.path.c_str(), 0755);
  EXPECT_EQ(examine(folder.path).verdict("data folder"), "warn");
}

TEST(Doctor, FindsAFolderOfSomebodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  const Folder folder;
  ::chmod(folder.path.c_str(), 0711);
  const auto diagnosis = examine(folder.path, {}, as_nobody());
  EXPECT_EQ(diagnosis.failed(), (Names{"data folder", "writing"})) << diagnosis.text;
  EXPECT_NE(diagnosis.line("data folder")["advice"].asString().find("run Confab as root"),
            std::string::npos);
}

TEST(Doctor, FindsAFolderThatCannotBeWritten) {
  const Folder folder;
  give_to_nobody(folder.path);
  ::chmod(folder.path.c_str(), 0500);
  EXPECT_EQ(examine(folder.path, {}, as_nobody()).failed(), Names{"writing"});
}

/// Runs the doctor on a small disk of its own; nothing when this machine lets nobody mount.
std::optional<Diagnosis> examine_small_disk(bool read_only) {
  const Folder folder;
  const Names inside = {"/usr/bin/unshare",
                        "--mount",
                        "/bin/sh",
                        "-c",
                        "mount -t tmpfs -o size=8m,mode=700 none " + folder.path.string() + " && " +
                            (read_only ? "mount -o remount,ro " + folder.path.string() : "true") +
                            " && exec \"$@\"",
                        "sh"};
  Names try_it = inside;
  try_it.emplace_back("/bin/true");
  const Scratch scratch;
  const Command trial{.program = try_it.front(),
                      .arguments = {try_it.begin() + 1, try_it.end()},
                      .environment = {},
                      .log = scratch.path / "output"};
  if (wait_for(start(trial)) != 0) return std::nullopt;
  return examine(folder.path, {}, inside);
}

TEST(Doctor, FindsADiskWithoutRoomAndOneOfMemory) {
  const auto diagnosis = examine_small_disk(false);
  if (!diagnosis) GTEST_SKIP() << "nobody may mount here";
  EXPECT_EQ(diagnosis->failed(), Names{"free space"}) << diagnosis->text;
  EXPECT_EQ(diagnosis->verdict("file system"), "warn");
  EXPECT_NE(diagnosis->line("file system")["found"].asString().find("tmpfs"), std::string::npos);
}

TEST(Doctor, FindsAReadOnlyDisk) {
  const auto diagnosis = examine_small_disk(true);
  if (!diagnosis) GTEST_SKIP() << "nobody may mount here";
  EXPECT_EQ(diagnosis->failed(), (Names{"writing", "free space"})) << diagnosis->text;
  EXPECT_NE(diagnosis->line("writing")["found"].asString().find("Read-only file system"),
            std::string::npos);
}

TEST(Doctor, FindsAKeyThatIsOpenOrCut) {
  const Folder folder;
  const auto key = folder.path / "server.key";
  std::ofstream(key) << std::string(32, 'k');
  ::chmod(key.c_str(), 0600);
  EXPECT_EQ(examine(folder.path).verdict("server key"), "pass");
  ::chmod(key.c_str(), 0640);
  EXPECT_EQ(examine(folder.path).failed(), Names{"server key"});
  ::chmod(key.c_str(), 0600);
  fs::resize_file(key, 31);
  EXPECT_EQ(examine(folder.path).failed(), Names{"server key"});
  fs::remove(key);
  fs::create_directory(folder.path / "db");
  EXPECT_EQ(examine(folder.path).verdict("server key"), "warn") << "a database without its key";
}

TEST(Doctor, FindsAMetricsTokenThatIsTooShortOrOpen) {
  const Folder folder;
  const auto token = folder.path / "token";
  const std::vector<std::string> setting = {"CONFAB_METRICS_TOKEN_FILE=" + token.string()};
  EXPECT_EQ(examine(folder.path, setting).failed(), Names{"metrics token"});
  std::ofstream(token) << "short\n";
  EXPECT_EQ(examine(folder.path, setting).failed(), Names{"metrics token"});
  std::ofstream(token) << "0123456789abcdef\n";
  ::chmod(token.c_str(), 0644);
  EXPECT_EQ(examine(folder.path, setting).verdict("metrics token"), "warn");
  ::chmod(token.c_str(), 0600);
  EXPECT_EQ(examine(folder.path, setting).verdict("metrics token"), "pass");
}

TEST(Doctor, FindsAPortThatIsTaken) {
  const Folder folder;
  const Listener other;
  const std::vector<std::string> setting = {"CONFAB_PORT=" + std::to_string(other.port())};
  const auto diagnosis = examine(folder.path, setting);
  EXPECT_EQ(diagnosis.failed(), Names{"port"}) << diagnosis.text;
  EXPECT_NE(diagnosis.line("port")["found"].asString().find("Address already in use"),
            std::string::npos);
}

TEST(Doctor, FindsABrowserClientThatIsNotBuilt) {
  const Folder folder;
  const std::vector<std::string> setting = {"CONFAB_FRONTEND=" + folder.path.string()};
  EXPECT_EQ(examine(folder.path).verdict("browser files"), "warn");
  EXPECT_EQ(examine(folder.path, setting).failed(), Names{"browser files"});
  std::ofstream(folder.path / "index.html") << "<!doctype html>";
  EXPECT_EQ(examine(folder.path, setting).verdict("browser files"), "pass");
}

TEST(Doctor, FindsTooFewDescriptors) {
  const Folder folder;
  const auto diagnosis = examine(folder.path, {}, {"/usr/bin/prlimit", "--nofile=1000:1000"});
  EXPECT_EQ(diagnosis.verdict("open files"), "warn");
  EXPECT_NE(diagnosis.line("open files")["found"].asString().find("1000,"), std::string::npos);
}

TEST(Doctor, FindsADatabaseElsewhereThatIsAway) {
  const Folder folder;
  const auto port = std::to_string(require_free_port("127.0.0.1", 0));
  const auto diagnosis = examine(
      folder.path, {"CONFAB_DATABASE_URL=mysql://ana:s3cret@127.0.0.1:" + port + "/confab"});
  EXPECT_EQ(diagnosis.failed(), Names{"database"});
  EXPECT_EQ(diagnosis.text.find("s3cret"), std::string::npos);
}

class DoctorOfARunningServer : public testing::Test {
 protected:
  void SetUp() override {
    frontend_ = instance.data().parent_path() / "frontend";
    fs::create_directory(frontend_);
    std::ofstream(frontend_ / "index.html") << "<!doctype html>";
    instance.launch({"CONFAB_FRONTEND=" + frontend_.string()});
    ASSERT_TRUE(instance.wait_until_ready()) << instance.output();
  }
  db::Connection connect() { return {db::parse_address(database_url_of(instance.data())), {}}; }
  Diagnosis look() { return examine(instance.data()); }

  Instance instance;

 private:
  fs::path frontend_;
};

TEST_F(DoctorOfARunningServer, FindsItWell) {
  const auto diagnosis = look();
  EXPECT_EQ(diagnosis.failed(), Names{}) << diagnosis.text;
  for (const char* check :
       {"settings", "data folder", "server key", "supervisor", "server", "worker", "port",
        "browser files", "database", "database version", "migrations", "database clock",
        "newest event", "database innodb_flush_log_at_trx_commit", "database sql_mode"}) {
    EXPECT_EQ(diagnosis.verdict(check), "pass") << check << diagnosis.text;
  }
  EXPECT_NE(diagnosis.line("port")["found"].asString().find(std::to_string(instance.port())),
            std::string::npos)
      << "the settings are those of the running server";
  EXPECT_TRUE(instance.answers(1s));
}

TEST_F(DoctorOfARunningServer, TellsAnotherOneWhoHasItsPort) {
  const Folder folder;
  const auto diagnosis = examine(folder.path, {"CONFAB_PORT=" + std::to_string(instance.port())});
  EXPECT_EQ(diagnosis.failed(), Names{"port"});
  EXPECT_NE(diagnosis.line("port")["found"].asString().find("another Confab"), std::string::npos);
}

TEST_F(DoctorOfARunningServer, FindsWhatTheDatabaseCouldLose) {
  auto database = connect();
  database.command("SET GLOBAL innodb_flush_log_at_trx_commit = 2");
  database.command("SET GLOBAL local_infile = ON");
  const auto diagnosis = look();
  EXPECT_EQ(diagnosis.failed(),
            (Names{"database innodb_flush_log_at_trx_commit", "database local_infile"}))
      << diagnosis.text;
  EXPECT_EQ(diagnosis.line("database innodb_flush_log_at_trx_commit")["found"], "2, must be 1");
}

TEST_F(DoctorOfARunningServer, FindsMigrationsThatAreMissingOrChanged) {
  auto database = connect();
  database.command(
      "CREATE TABLE kept AS SELECT * FROM schema_migrations ORDER BY version DESC LIMIT 1");
  database.command("DELETE FROM schema_migrations ORDER BY version DESC LIMIT 1");
  EXPECT_EQ(look().failed(), Names{"migrations"});
  database.command("INSERT INTO schema_migrations SELECT * FROM kept");
  EXPECT_EQ(look().failed(), Names{});
  database.command("UPDATE schema_migrations SET checksum = REPEAT('0', 64) WHERE version = 1");
  EXPECT_EQ(look().failed(), Names{"migrations"});
}

TEST_F(DoctorOfARunningServer, FindsAClockThatWasSetBack) {
  auto database = connect();
  database.command(
      "INSERT INTO events (node_id, pos, id, at, type, audience_kind, audience_id, effect) "
      "SELECT id, 1000000, 1, (UNIX_TIMESTAMP() + 3600) * 1000, 'test', 0, 0, 0 FROM nodes LIMIT "
      "1");
  const auto diagnosis = look();
  EXPECT_EQ(diagnosis.failed(), Names{"newest event"}) << diagnosis.text;
}

TEST_F(DoctorOfARunningServer, FindsADatabaseThatHangs) {
  const Asleep database(instance.children()["mariadbd"]);
  const auto diagnosis = look();
  EXPECT_EQ(diagnosis.failed(), Names{"database"}) << diagnosis.text;
  EXPECT_EQ(diagnosis.verdict("server"), "pass");
}

TEST_F(DoctorOfARunningServer, FindsPartsThatAreGone) {
  const auto parts = instance.children();
  // Asleep, the supervisor does not start others.
  const Asleep supervisor([this](int number) { instance.signal(number); });
  ::kill(parts.at("confab-worker"), SIGKILL);
  ::kill(parts.at("mariadbd"), SIGKILL);
  EXPECT_TRUE(eventually(10s, [&] { return look().verdict("worker") == "fail"; }));
  EXPECT_EQ(look().failed(), (Names{"worker", "database"}));
  ::kill(parts.at("confab-api"), SIGKILL);
  EXPECT_TRUE(eventually(10s, [&] { return look().verdict("server") == "fail"; }));
}

TEST_F(DoctorOfARunningServer, FindsAServerThatHangs) {
  const Asleep api(instance.children()["confab-api"]);
  const auto diagnosis = look();
  EXPECT_EQ(diagnosis.failed(), Names{"port"}) << diagnosis.text;
}

TEST_F(DoctorOfARunningServer, IsContentWithOneThatWasStopped) {
  instance.signal(SIGTERM);
  ASSERT_EQ(instance.wait(), 0);
  const auto diagnosis = look();
  EXPECT_EQ(diagnosis.failed(), Names{}) << diagnosis.text;
  EXPECT_EQ(diagnosis.verdict("supervisor"), "warn");
  EXPECT_EQ(diagnosis.verdict("database"), "warn");
  EXPECT_EQ(diagnosis.verdict("server key"), "pass");
}

}  // namespace
}  // namespace confab::ctl::run
