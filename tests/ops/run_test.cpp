#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "api/db/connection.h"
#include "ops/ctl/environment.h"
#include "tests/ops/instance.h"

namespace confab::ctl::run {
namespace {

using namespace std::chrono_literals;

/// The promise: what was killed serves again within this time.
constexpr auto kBackWithin = 2000ms;

db::Connection connect(const Instance& instance) {
  return db::Connection(db::parse_address(database_url_of(instance.data())), {});
}

TEST(Run, PrintsOneLineAndAnswers) {
  Instance instance;
  instance.launch_and_wait();
  EXPECT_EQ(instance.output(),
            "Confab is ready at http://127.0.0.1:" + std::to_string(instance.port()) + "\n");
  EXPECT_TRUE(instance.answers(1s));
  EXPECT_EQ(instance.children().size(), 3U);
}

TEST(Run, GivesEveryProcessItsDataFolder) {
  Instance instance;
  instance.launch_and_wait();
  for (const auto& [name, pid] : instance.children()) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/environ", std::ios::binary);
    const std::string environment{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(environment.find("CONFAB_DATA=" + instance.data().string()), std::string::npos)
        << name;
  }
}

TEST(Run, BringsBackWhatIsKilled) {
  Instance instance;
  instance.launch_and_wait();
  for (const std::string name : {"confab-api", "confab-worker", "mariadbd"}) {
    for (int time = 0; time < 3; ++time) {
      const pid_t old = instance.children()[name];
      ASSERT_GT(old, 0) << name;
      const auto killed = std::chrono::steady_clock::now();
      ::kill(old, SIGKILL);
      EXPECT_TRUE(eventually(kBackWithin, [&] {
        const pid_t now = instance.children()[name];
        return now > 0 && now != old;
      })) << name;
      EXPECT_TRUE(
          instance.answers(kBackWithin - std::chrono::duration_cast<std::chrono::milliseconds>(
                                             std::chrono::steady_clock::now() - killed)))
          << name;
    }
  }
  EXPECT_EQ(instance.output().find('\n'), instance.output().size() - 1);
}

TEST(Run, TwoInstancesLiveSideBySide) {
  Instance one;
  Instance other;
  one.launch();
  other.launch();
  ASSERT_TRUE(one.wait_until_ready()) << one.output();
  ASSERT_TRUE(other.wait_until_ready()) << other.output();
  EXPECT_NE(one.port(), other.port());
  one.signal(SIGTERM);
  EXPECT_EQ(one.wait(), 0);
  EXPECT_TRUE(other.answers(1s));
}

TEST(Run, RefusesDataThatAreInUse) {
  Instance instance;
  instance.launch_and_wait();
  Instance second;
  second.launch({"CONFAB_DATA=" + instance.data().string()});
  EXPECT_EQ(second.wait(), 75);
  EXPECT_NE(
      second.output().find("another Confab is running on the data in " + instance.data().string()),
      std::string::npos);
  EXPECT_TRUE(instance.answers(1s));
}

class StopSignal : public testing::TestWithParam<int> {};

TEST_P(StopSignal, EndsEverythingInOrder) {
  Instance instance;
  instance.launch_and_wait();
  instance.signal(GetParam());
  EXPECT_EQ(instance.wait(), 0);
  EXPECT_TRUE(instance.all_gone(0ms));
  EXPECT_NE(instance.log("mariadbd").find("Shutdown complete"), std::string::npos);
  const std::string log = instance.log("confab");
  const auto stopped = [&](const std::string& name) {
    return log.find("run.stopped",
                    log.rfind('\n', log.find("\"process\":\"" + name + "\",\"code\"")));
  };
  ASSERT_NE(stopped("mariadbd"), std::string::npos) << log;
  EXPECT_LT(stopped("confab-api"), stopped("confab-worker"));
  EXPECT_LT(stopped("confab-worker"), stopped("mariadbd"));
}

INSTANTIATE_TEST_SUITE_P(Signals, StopSignal, testing::Values(SIGTERM, SIGINT, SIGHUP));

TEST(Run, ASecondRunFindsTheDataAgain) {
  Instance instance;
  instance.launch_and_wait();
  connect(instance).command("CREATE TABLE marker (a INT)");
  instance.signal(SIGTERM);
  ASSERT_EQ(instance.wait(), 0);
  instance.launch_and_wait();
  EXPECT_NO_THROW(connect(instance).command("SELECT a FROM marker"));
}

TEST(Run, AKilledSupervisorTakesEverythingWithItAndTheNextOneStarts) {
  Instance instance;
  instance.launch_and_wait();
  instance.signal(SIGKILL);
  EXPECT_EQ(instance.wait(), 128 + SIGKILL);
  // At once: the new one waits by itself until the old processes are gone.
  instance.launch_and_wait();
  EXPECT_TRUE(instance.answers(1s));
  EXPECT_NE(instance.log("mariadbd").find("Shutdown complete"), std::string::npos);
}

TEST(Run, RefusesAPortThatIsTaken) {
  Instance instance;
  instance.launch_and_wait();
  Instance second;
  second.launch({"CONFAB_PORT=" + std::to_string(instance.port())});
  EXPECT_EQ(second.wait(), 69);
  EXPECT_NE(second.output().find("set CONFAB_PORT to a free port"), std::string::npos);
}

TEST(Run, RefusesASettingThatDoesNotFit) {
  Instance instance;
  instance.launch({"CONFAB_PORT=many"});
  EXPECT_EQ(instance.wait(), 78);
  EXPECT_NE(instance.output().find("CONFAB_PORT"), std::string::npos);
  instance.launch({"CONFAB_DATABASE_POOL_MB=1"});
  EXPECT_EQ(instance.wait(), 78);
}

TEST(Run, AMigrationThatFailsStopsItAndIsShown) {
  Instance instance;
  const auto folder = instance.data().parent_path() / "migrations";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "0001_wrong.sql") << "INSERT IGNORE INTO nowhere VALUES (1);\n";
  instance.launch({"CONFAB_MIGRATIONS=" + folder.string()});
  EXPECT_EQ(instance.wait(), 65);
  EXPECT_NE(instance.output().find("0001_wrong"), std::string::npos) << instance.output();
  EXPECT_TRUE(instance.all_gone(0ms));
}

TEST(Run, GivesUpOnAServerThatNeverStarts) {
  Instance instance;
  const auto programs = instance.data().parent_path() / "programs";
  std::filesystem::create_directories(programs);
  std::filesystem::copy_file(CONFAB_PROGRAM, programs / "confab");
  std::filesystem::copy_file("/bin/false", programs / "confab-api");
  std::filesystem::copy_file("/bin/false", programs / "confab-worker");
  instance.launch({}, programs / "confab");
  EXPECT_EQ(instance.wait(), 69);
  EXPECT_NE(instance.output().find("stops as soon as it is started"), std::string::npos);
  EXPECT_TRUE(instance.all_gone(0ms));
}

TEST(Run, AnUnfinishedBootstrapIsDoneAgain) {
  Instance instance;
  std::filesystem::create_directories(instance.data() / "db.new" / "mysql");
  std::ofstream(instance.data() / "db.new" / "ibdata1") << "half a file";
  instance.launch_and_wait();
  EXPECT_FALSE(std::filesystem::exists(instance.data() / "db.new"));
}

TEST(Run, WorksWhereSocketPathsAreTooLong) {
  Instance instance("a/" + std::string(120, 'd'));
  instance.launch_and_wait();
  EXPECT_TRUE(instance.answers(1s));
  EXPECT_NO_THROW(connect(instance));
}

TEST(Run, KeepsItsFilesToItself) {
  Instance instance;
  instance.launch_and_wait();
  namespace fs = std::filesystem;
  constexpr auto kOthers = fs::perms::group_all | fs::perms::others_all;
  EXPECT_EQ(fs::status(instance.data()).permissions() & kOthers, fs::perms::none);
  for (const auto& entry : fs::directory_iterator(instance.data() / "log")) {
    EXPECT_EQ(entry.status().permissions() & kOthers, fs::perms::none) << entry.path();
  }
}

TEST(Run, StartsTheDatabaseWithTheSettingsThatKeepWhatWasAcknowledged) {
  Instance instance;
  instance.launch_and_wait();
  auto connection = connect(instance);
  std::string settings;
  connection.each(
      "SELECT CONCAT_WS(' ', @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite, "
      "@@innodb_snapshot_isolation, @@local_infile, @@character_set_server, @@skip_networking, "
      "@@log_bin, @@global.sql_mode LIKE '%STRICT_ALL_TABLES%')",
      {}, [&](const db::Row& row) { settings = row.get<std::string>(); });
  EXPECT_EQ(settings, "1 ON ON OFF utf8mb4 ON OFF 1");
}

}  // namespace
}  // namespace confab::ctl::run
