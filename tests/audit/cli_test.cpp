#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "tests/audit/support.h"

namespace confab::test {
namespace {

struct Ran {
  int exit = 0;
  std::string output;
};

/// `confab`, on the world's database and with its key.
class AuditCommand : public testing::Test {
 protected:
  AuditCommand() {
    const auto key = world.config.data + "/server.key";
    std::ofstream(key) << "a seed for tests, 32 bytes long.";
    ::chmod(key.c_str(), 0600);
    ana = world.person("ana", accounts::ServerRole::owner);
    ben = world.person("ben");
  }

  Ran run(const std::string& arguments) {
    const auto& address = world.address();
    const std::string line =
        "CONFAB_DATA='" + world.config.data + "' CONFAB_DATABASE_URL='mysql://" + address.user +
        "@localhost/" + address.name + "?socket=" + address.socket +
        "' CONFAB_PASSWORD_MEMORY_KIB=8192 " CONFAB_PROGRAM " " + arguments + " 2>&1";
    Ran ran;
    FILE* pipe = ::popen(line.c_str(), "r");
    std::array<char, 4096> bytes{};
    while (const auto got = std::fread(bytes.data(), 1, bytes.size(), pipe)) {
      ran.output.append(bytes.data(), got);
    }
    ran.exit = WEXITSTATUS(::pclose(pipe));
    return ran;
  }
  std::string output(const std::string& arguments) {
    const auto ran = run(arguments);
    EXPECT_EQ(ran.exit, 0) << arguments << '\n' << ran.output;
    return ran.output;
  }

  World world;
  UserId ana, ben;
};

TEST_F(AuditCommand, ListsWhatWasDoneOnItsOwnLine) {
  output("user disable ben --reason 'sold lamps'");
  output("user promote ana --role owner");
  const auto all = output("audit list");
  const auto first = all.substr(0, all.find('\n'));
  EXPECT_NE(first.find("account.disabled"), std::string::npos) << all;
  EXPECT_NE(first.find("cli:"), std::string::npos);
  EXPECT_NE(first.find("user:" + ben.text()), std::string::npos);
  EXPECT_NE(first.find("because \"sold lamps\""), std::string::npos);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 3);

  const auto json = json::parse_own(output("audit list --json --subject user:ben --limit 1"));
  EXPECT_EQ(json["action"], "account.disabled");
  EXPECT_EQ(json["details"]["sessions_ended"], 0);
  EXPECT_EQ(output("audit list --actor ana"), "");
  EXPECT_EQ(output("audit list --action account.created --since 2020-01-01 --actor system"),
            output("audit list --action account.created"));
  EXPECT_EQ(run("audit list --action no").exit, 64);
  EXPECT_EQ(run("audit list --since yesterday").exit, 64);
  EXPECT_EQ(run("audit list --subject ben").exit, 64);
}

TEST_F(AuditCommand, EveryChangeOfUsersLeavesOneRow) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"user create cyd --email cyd@example.com", "account.created"},
      {"user promote ben --role admin", "account.role_changed"},
      {"user disable ben", "account.disabled"},
      {"user enable ben", "account.enabled"},
      {"user reset-password ben", "password.reset"}};
  for (const auto& [command, action] : changes) {
    const auto before = audit_rows(world);
    const auto shown = output(command);
    const auto rows = entries(world);
    ASSERT_EQ(rows.size(), before + 1) << command;
    EXPECT_EQ(rows[0].action, action);
    EXPECT_TRUE(rows[0].actor.starts_with("cli:"));
    if (const auto at = shown.find("password: "); at != std::string::npos) {
      const auto password = shown.substr(at + 10, 23);
      EXPECT_EQ(to_json(rows[0]).find(password), std::string::npos);
    }
  }
  EXPECT_EQ(run("audit verify").exit, 0);
}

TEST_F(AuditCommand, VerifiesWithTheServersOwnCheckpoints) {
  audit::keep_checkpoint(world.pool, world.writer, world.keys, world.config, world.clock.now());
  const auto fine = output("audit verify");
  EXPECT_NE(fine.find("2 rows in 1 chains, 1 checkpoints, 0 faults"), std::string::npos) << fine;
  tamper(world, "DELETE FROM audit_log WHERE pos = 2");
  const auto broken = run("audit verify");
  EXPECT_EQ(broken.exit, 1);
  EXPECT_NE(broken.output.find("BROKEN: the chain ends at row 1, but row 2"), std::string::npos)
      << broken.output;
}

TEST_F(AuditCommand, VerifiesWithACheckpointThatWasPrinted) {
  const auto kept = world.config.data + "/kept";
  std::ofstream(kept) << output("audit checkpoint");
  EXPECT_NE(output("audit verify --checkpoints " + kept).find("1 checkpoints, 0 faults"),
            std::string::npos);
  tamper(world, "DELETE FROM audit_log");
  EXPECT_NE(output("audit verify").find("without a checkpoint"), std::string::npos);
  EXPECT_EQ(run("audit verify --checkpoints " + kept).exit, 1);
  EXPECT_NE(run("audit verify --checkpoints /not/there").exit, 0);
}

}  // namespace
}  // namespace confab::test
