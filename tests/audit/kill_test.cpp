#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "api/audit/verify.h"
#include "api/base/guarded.h"
#include "api/base/json.h"
#include "api/db/pool.h"
#include "ops/ctl/environment.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"

namespace confab::test {
namespace {

/// Makes rooms until told to stop, whether or not the server is there.
void make_rooms(int port, const std::string& name, const std::atomic<bool>& stop,
                Guarded<std::set<std::string>>& made, const std::string& token) {
  int count = 0;
  while (!stop) {
    try {
      Client client(port);
      client.always("Authorization", "Bearer " + token);
      while (!stop) {
        const auto answer =
            client.post("/api/v1/rooms",
                        object({{"kind", "channel"}, {"name", name + std::to_string(++count)}}));
        if (answer.status != 201) continue;
        const auto id = json::parse_own(answer.body)["id"].asString();
        made.with([&](auto& all) { all.insert(id); });
      }
    } catch (const std::exception&) {
      // The server was killed; the next connection reaches its successor.
    }
  }
}

TEST(AuditKill, NineLosesNoRowOfAnAcknowledgedChangeAndBreaksNoChain) {
  constexpr int kKills = 5;
  Instance instance(Instance::Options{.environment = {"CONFAB_RATE_LIMITS=off"}});
  instance.start();
  Person ana(instance.port(), "ana");
  const auto tokens =
      expect(instance.client().post("/api/v1/tokens",
                                    object({{"login", "ana"}, {"password", Person::kPassword}})),
             200);
  std::atomic<bool> stop{false};
  Guarded<std::set<std::string>> made;
  const auto count = [&] { return made.with([](auto& all) { return all.size(); }); };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      make_rooms(instance.port(), "r" + std::to_string(i) + "-", stop, made,
                 tokens["access_token"].asString());
    });
  }
  for (int i = 0; i < kKills; ++i) {
    const auto before = count();
    EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] { return count() >= before + 30; }));
    instance.kill(i % 2 == 0 ? Part::api : Part::database);
    EXPECT_TRUE(instance.ready(std::chrono::seconds(30)));
  }
  stop = true;
  for (auto& thread : threads) thread.join();

  const auto told = [&] {
    std::map<std::string, int> rows;
    auto connection = instance.database();
    db::Tx tx(connection);
    tx.each([&](const db::Row& row) { ++rows[std::to_string(row.get<std::uint64_t>())]; },
            "SELECT subject_id FROM audit_log WHERE action = 'room.created'");
    return rows;
  }();
  made.with([&](auto& all) {
    for (const auto& room : all) EXPECT_EQ(told.contains(room), true) << room;
  });
  for (const auto& [room, rows] : told) EXPECT_EQ(rows, 1) << room;
  auto connection = instance.database();
  db::Tx tx(connection);
  EXPECT_EQ(tx.value<std::uint64_t>("SELECT COUNT(*) FROM rooms"), told.size());

  const auto data = instance.folder() / "data";
  const auto keys = crypto::Keys::load((data / "server.key").string());
  db::Pool pool(db::parse_address(ctl::database_url_of(data)), 1);
  for (const auto& chain : audit::verify(pool, audit::Evidence(keys, ""))) {
    EXPECT_EQ(chain.fault, "") << "node " << chain.node;
  }
}

TEST(AuditKill, AStoppedServerHasSignedWhatItWrote) {
  Instance instance;
  instance.start();
  Person ana(instance.port(), "ana");
  std::uint64_t pos = 0;
  {
    auto connection = instance.database();
    db::Tx tx(connection);
    pos = tx.value<std::uint64_t>("SELECT MAX(pos) FROM audit_log").value_or(0);
  }
  EXPECT_GE(pos, 1u);
  EXPECT_EQ(instance.stop(), 0);
  const auto data = instance.folder() / "data";
  const auto keys = crypto::Keys::load((data / "server.key").string());
  const auto line = audit::last_line((data / "audit" / "checkpoints.log").string());
  ASSERT_TRUE(line);
  const auto checkpoint = audit::Checkpoint::parse(*line, keys);
  ASSERT_EQ(checkpoint.heads.size(), 1u);
  EXPECT_EQ(checkpoint.heads[0].pos, pos);
}

}  // namespace
}  // namespace confab::test
