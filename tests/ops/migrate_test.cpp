#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "ops/ctl/environment.h"
#include "ops/ctl/failure.h"
#include "ops/ctl/migrate/runner.h"
#include "tests/database.h"

namespace confab::ctl::migrate {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kNoPatience = 0;

void quiet(Step, const Migration*, std::size_t) {}

/// A mariadbd, a folder of migrations to fill, and databases that are gone afterwards.
class Migrate : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<test::DatabaseServer>(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "confab-migrations-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& sql) {
    std::ofstream(folder_ / (name + ".sql")) << sql;
  }

  void write_story() {
    write("0001_start",
          "CREATE TABLE IF NOT EXISTS notes (id INT PRIMARY KEY, body TEXT);\n"
          "INSERT IGNORE INTO notes VALUES (1, 'a;b'), (2, 'old');\n"
          "UPDATE notes SET body = 'new' WHERE body = 'old';\n");
    write("0002_more",
          "ALTER TABLE notes ADD COLUMN IF NOT EXISTS votes INT NOT NULL DEFAULT 0,\n"
          "  ADD INDEX IF NOT EXISTS by_votes (votes);\n"
          "CREATE TABLE IF NOT EXISTS tags (note INT, tag VARCHAR(20), PRIMARY KEY (note, tag));\n"
          "DROP TABLE IF EXISTS never_there;\n");
  }

  db::Address address(const std::string& name) const {
    return {.user = os_user(), .host = "localhost", .name = name, .socket = server_->socket()};
  }

  Runner runner(const std::string& database) {
    return {address(database), load_migrations(folder_)};
  }

  std::vector<std::string> column(const std::string& database, const std::string& sql) {
    db::Connection connection(address(database), {});
    std::vector<std::string> out;
    connection.each(sql, {}, [&](const db::Row& row) { out.push_back(row.get<std::string>()); });
    return out;
  }

  /// Everything a migration leaves behind, apart from when.
  std::vector<std::string> picture(const std::string& database) {
    auto out = column(database,
                      "SELECT CONCAT_WS(' ', table_name, column_name, column_type, column_key, "
                      "ordinal_position) FROM information_schema.columns WHERE table_schema = "
                      "DATABASE() ORDER BY 1");
    for (const char* sql :
         {"SELECT CONCAT_WS(' ', version, name, checksum, statement, statements, "
          "finished_at IS NOT NULL) FROM schema_migrations ORDER BY version",
          "SELECT CONCAT_WS(' ', table_name, index_name, column_name, seq_in_index) FROM "
          "information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1"}) {
      const auto more = column(database, sql);
      out.insert(out.end(), more.begin(), more.end());
    }
    return out;
  }

  /// Runs the migrations in a process of its own, killed with SIGKILL at that point of that
  /// statement, counted over all files. True when the point was reached.
  bool killed_at(const std::string& database, Step point, int statement) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      int seen = 0;
      try {
        runner(database).up(
            [&](Step step, const Migration*, std::size_t) {
              if (step == point && seen++ == statement) ::kill(::getpid(), SIGKILL);
            },
            kNoPatience);
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
  }

  void expect_refusal(const std::string& database, Exit exit, const std::string& words) {
    try {
      runner(database).up(quiet, kNoPatience);
      ADD_FAILURE() << "not refused: " << words;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.exit(), exit);
      EXPECT_NE(std::string(failure.what()).find(words), std::string::npos) << failure.what();
      EXPECT_FALSE(failure.mend().empty());
    }
  }

  /// Kills a run at every point there is and expects the next one to end like one that was
  /// never disturbed.
  void resumes_everywhere(const std::string& prefix) {
    const std::string whole = prefix + "_whole";
    runner(whole).up(quiet, kNoPatience);
    const auto expected = picture(whole);
    int kills = 0;
    for (const Step point :
         {Step::statement_begins, Step::statement_ran, Step::statement_noted, Step::finished}) {
      for (int statement = 0;; ++statement, ++kills) {
        const std::string database = prefix + "_" + std::to_string(kills);
        if (!killed_at(database, point, statement)) break;
        // The lock of the killed one goes with its connection, which the server may still hold.
        runner(database).up(quiet, 10);
        EXPECT_EQ(picture(database), expected) << "killed at statement " << statement;
        db::Connection(address(database), {}).command("DROP DATABASE " + database);
      }
    }
    EXPECT_GT(kills, 3);
  }

  fs::path folder_;
  static inline std::unique_ptr<test::DatabaseServer> server_;
};

TEST_F(Migrate, CreatesTheDatabaseAndAppliesEverything) {
  write_story();
  runner("fresh").up(quiet, kNoPatience);
  EXPECT_EQ(column("fresh", "SELECT body FROM notes ORDER BY id"),
            (std::vector<std::string>{"a;b", "new"}));
  EXPECT_EQ(column("fresh", "SELECT @@collation_database"),
            (std::vector<std::string>{"utf8mb4_bin"}));
}

TEST_F(Migrate, ASecondRunChangesNothing) {
  write_story();
  runner("twice").up(quiet, kNoPatience);
  const auto before = column("twice", "SELECT finished_at FROM schema_migrations");
  runner("twice").up([](Step, const Migration*, std::size_t) { FAIL(); }, kNoPatience);
  EXPECT_EQ(column("twice", "SELECT finished_at FROM schema_migrations"), before);
}

TEST_F(Migrate, AppliesOnlyWhatIsNew) {
  write_story();
  runner("later").up(quiet, kNoPatience);
  write("0003_extra", "CREATE TABLE IF NOT EXISTS extra (a INT);");
  std::vector<std::string> applied;
  runner("later").up(
      [&](Step step, const Migration* migration, std::size_t) {
        if (step == Step::finished) applied.push_back(migration->name);
      },
      kNoPatience);
  EXPECT_EQ(applied, (std::vector<std::string>{"0003_extra"}));
}

TEST_F(Migrate, ResumesAfterAKillAtEveryStatement) {
  write_story();
  resumes_everywhere("story");
}

TEST_F(Migrate, TheReleasedMigrationsResumeAfterAKillAtEveryStatement) {
  fs::remove_all(folder_);
  fs::copy(migrations_folder(), folder_);
  resumes_everywhere("released");
}

TEST_F(Migrate, StatusTellsHowFarAnInterruptedRunCame) {
  write_story();
  ASSERT_TRUE(killed_at("partly", Step::statement_noted, 1));
  const auto states = runner("partly").status();
  EXPECT_EQ(states[0].statement, 2U);
  EXPECT_EQ(states[0].finished_at, "");
  EXPECT_EQ(states[1].statement, 0U);
}

TEST_F(Migrate, StatusOfANewServerChangesNothing) {
  write_story();
  EXPECT_EQ(runner("untouched").status().size(), 2U);
  EXPECT_EQ(column("mysql",
                   "SELECT schema_name FROM information_schema.schemata "
                   "WHERE schema_name = 'untouched'"),
            std::vector<std::string>{});
}

TEST_F(Migrate, RefusesADatabaseNewerThanItself) {
  write_story();
  runner("newer").up(quiet, kNoPatience);
  fs::remove(folder_ / "0002_more.sql");
  expect_refusal("newer", Exit::config, "newer than this Confab");
}

TEST_F(Migrate, RefusesAMigrationThatWasChangedAfterItsRun) {
  write_story();
  runner("drift").up(quiet, kNoPatience);
  write("0001_start", "CREATE TABLE IF NOT EXISTS notes (id BIGINT PRIMARY KEY, body TEXT);");
  expect_refusal("drift", Exit::data, "0001_start was changed");
}

TEST_F(Migrate, RefusesAStatementAddedToAFinishedMigration) {
  write_story();
  runner("added").up(quiet, kNoPatience);
  std::ofstream(folder_ / "0001_start.sql", std::ios::app) << "DROP TABLE IF EXISTS more;\n";
  expect_refusal("added", Exit::data, "0001_start was changed");
}

TEST_F(Migrate, ARemarkIsNotAChange) {
  write_story();
  runner("remark").up(quiet, kNoPatience);
  std::ofstream(folder_ / "0001_start.sql", std::ios::app) << "-- notes are short texts\n";
  EXPECT_NO_THROW(runner("remark").status());
}

TEST_F(Migrate, GoesOnWhenTheStatementThatFailedIsMended) {
  write("0001_start",
        "CREATE TABLE IF NOT EXISTS a (x INT);\nINSERT IGNORE INTO missing VALUES (1);");
  expect_refusal("mended", Exit::data, "statement 2 of 0001_start");
  write("0001_start", "CREATE TABLE IF NOT EXISTS a (x INT);\nINSERT IGNORE INTO a VALUES (1);");
  runner("mended").up(quiet, kNoPatience);
  EXPECT_EQ(column("mended", "SELECT CAST(x AS CHAR) FROM a"), (std::vector<std::string>{"1"}));
}

TEST_F(Migrate, OneRunnerAtATime) {
  write_story();
  bool second_was_refused = false;
  bool told = false;
  runner("single").up(
      [&](Step, const Migration*, std::size_t) {
        if (second_was_refused) return;
        try {
          runner("single").up([&](Step step, const Migration*,
                                  std::size_t) { told = told || step == Step::waiting; },
                              kNoPatience);
        } catch (const Failure& failure) {
          second_was_refused = failure.exit() == Exit::temporary;
        }
      },
      kNoPatience);
  EXPECT_TRUE(second_was_refused);
  EXPECT_TRUE(told);
}

TEST_F(Migrate, RefusesFilesThatDoNotCount) {
  write("0001_start", "CREATE TABLE IF NOT EXISTS a (x INT);");
  write("0003_gap", "CREATE TABLE IF NOT EXISTS b (x INT);");
  EXPECT_THROW(load_migrations(folder_), Failure);
  fs::rename(folder_ / "0003_gap.sql", folder_ / "0001_again.sql");
  EXPECT_THROW(load_migrations(folder_), Failure);
  fs::rename(folder_ / "0001_again.sql", folder_ / "two.sql");
  EXPECT_THROW(load_migrations(folder_), Failure);
}

TEST_F(Migrate, RefusesAStatementThatCannotBeRepeated) {
  write("0001_start", "CREATE TABLE a (x INT);");
  EXPECT_THROW(load_migrations(folder_), Failure);
}

}  // namespace
}  // namespace confab::ctl::migrate
