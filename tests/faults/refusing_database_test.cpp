#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

#include "api/db/tx.h"
#include "tests/faults/load.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

using Connections = std::vector<std::unique_ptr<db::Connection>>;

std::uint64_t number_of(db::Connection& connection) {
  return db::Tx(connection).value<std::uint64_t>("SELECT CONNECTION_ID()").value_or(0);
}

/// Ends every connection but `by` and those in `spared`.
void end_others(db::Connection& by, const Connections& spared = {}) {
  std::set<std::uint64_t> kept{number_of(by)};
  for (const auto& connection : spared) kept.insert(number_of(*connection));
  std::vector<std::uint64_t> others;
  by.each("SELECT id FROM information_schema.processlist WHERE command <> 'Daemon'", {},
          [&](const db::Row& row) { others.push_back(row.get<std::uint64_t>()); });
  for (const auto other : others) {
    if (kept.contains(other)) continue;
    try {
      by.command("KILL " + std::to_string(other));
    } catch (const db::SqlError&) {
      continue;  // it has ended by itself
    }
  }
}

/// A database that is there and says no.
class RefusingDatabase : public testing::Test {
 protected:
  void SetUp() override {
    instance.start();
    ana = std::make_unique<Person>(instance.port(), "ana");
    room = ana->room("garden");
    ana->say(room, "before", "before");
    api = instance.pid(Part::api);
  }

  static void expect_unavailable(const Answer& answer) {
    EXPECT_EQ(expect(answer, 503)["code"], "unavailable");
    EXPECT_GE(std::atoi(answer.header("retry-after").c_str()), 1);
  }

  /// As a client goes on: with the keys of what was refused.
  void expect_recovery() {
    ASSERT_TRUE(instance.ready());
    ana->say(room, "during", "during");
    ana->say(room, "after", "after");
    std::vector<std::string> bodies;
    for (const auto& message : ana->history(room)) bodies.push_back(message["body"].asString());
    EXPECT_EQ(bodies, (std::vector<std::string>{"before", "during", "after"}));
    EXPECT_EQ(instance.pid(Part::api), api);
  }

  Instance instance;
  std::unique_ptr<Person> ana;
  std::string room;
  pid_t api = 0;
};

TEST_F(RefusingDatabase, ReadOnlyRefusesChangesServesReadsAndRecovers) {
  db::Connection admin = instance.database();
  const auto account = db::Tx(admin).value<std::string>("SELECT CURRENT_USER()").value();
  const auto at = account.find('@');
  // Otherwise the account may write all the same. Privileges are those at connecting.
  admin.command("REVOKE READ ONLY ADMIN ON *.* FROM '" + account.substr(0, at) + "'@'" +
                account.substr(at + 1) + "'");
  admin.command("SET GLOBAL read_only = 1");
  end_others(admin);

  expect_unavailable(ana->try_say(room, "during", "during"));
  EXPECT_EQ(ana->history(room).size(), 1u);
  admin.command("SET GLOBAL read_only = 0");
  expect_recovery();
}

TEST_F(RefusingDatabase, WithoutFreeConnectionsIsUnavailableAndRecovers) {
  db::Connection admin = instance.database();
  admin.command("SET GLOBAL max_connections = 20");
  Connections taken;
  const auto take_all = [&] {
    try {
      while (true) taken.emplace_back(new db::Connection(instance.database()));
    } catch (const db::SqlError&) {
      return;
    }
  };
  // Whatever the server still has is taken away, and taken up before it can come back.
  const auto none_is_left = [&] {
    take_all();
    end_others(admin, taken);
    take_all();
    return ana->try_say(room, "during", "during").status == 503;
  };
  ASSERT_TRUE(eventually(15s, none_is_left));
  expect_unavailable(instance.client().get("/readyz"));
  EXPECT_EQ(instance.client().get("/healthz").status, 200);
  taken.clear();
  expect_recovery();
}

}  // namespace
}  // namespace confab::test
