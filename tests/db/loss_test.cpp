#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "api/base/guarded.h"
#include "tests/db/support.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::uint64_t>;

/// A writer whose connection goes through a proxy.
class LostConnection : public testing::Test {
 protected:
  LostConnection() { make_things(schema.address()); }
  void SetUp() override { writer.start(); }

  db::Address through_proxy() const {
    auto address = schema.address();
    address.socket = proxy.socket();
    return address;
  }

  Schema schema;
  Proxy proxy{schema.address().socket};
  Things part;
  db::Writer writer{{.address = through_proxy(), .patience = 1s}, {&part}};
};

TEST_F(LostConnection, BeforeTheCommitRunsTheUnitAgain) {
  int runs = 0;
  proxy.cut(Proxy::Cut::before_commit);

  writer.run([&](db::Tx&) { ++runs, part.add(1); });

  EXPECT_EQ(proxy.cuts(), 1u);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(things(schema.address()), Ids{1});
  EXPECT_EQ(part.handed_on(), Ids{1});
}

TEST_F(LostConnection, AfterTheCommitDoesNotRunItAgain) {
  int runs = 0;
  proxy.cut(Proxy::Cut::after_commit);

  writer.run([&](db::Tx& tx) {
    ++runs;
    insert_thing(tx, 1);
    part.add(2);
  });

  EXPECT_EQ(proxy.cuts(), 1u);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(things(schema.address()), (Ids{1, 2}));
  EXPECT_EQ(part.handed_on(), Ids{2});
  EXPECT_NO_THROW(writer.run([](db::Tx& tx) { insert_thing(tx, 3); }));
}

TEST_F(LostConnection, OfABatchIsToldFromOneThatCommitted) {
  for (const auto cut : {Proxy::Cut::before_commit, Proxy::Cut::after_commit}) {
    const std::uint64_t base = cut == Proxy::Cut::before_commit ? 100 : 200;
    OneBatch batch(writer);
    for (std::uint64_t i = 0; i < 10; ++i) batch.add([&, i](db::Tx&) { part.add(base + i); });
    batch.add([](db::Tx&) { throw Error(Code::conflict, "on purpose"); });
    // Not before: the unit that holds the batch commits first.
    batch.add([&, told = std::make_shared<bool>(false)](db::Tx&) {
      if (!std::exchange(*told, true)) proxy.cut(cut);
    });
    const auto failures = batch.run();
    EXPECT_EQ(name_of_failure(failures[10]), "conflict");
    EXPECT_EQ(std::count(failures.begin(), failures.end(), nullptr), 11);
  }
  EXPECT_EQ(things(schema.address()).size(), 20u);
  EXPECT_EQ(part.handed_on(), things(schema.address()));
}

TEST_F(LostConnection, ForLongRefusesAndComesBackByItself) {
  proxy.open(false);
  proxy.cut(Proxy::Cut::before_commit);

  const auto fail = [&] { writer.run([](db::Tx& tx) { insert_thing(tx, 1); }); };
  try {
    fail();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::unavailable);
    EXPECT_TRUE(error.retry_after());
  }
  proxy.open(true);
  EXPECT_NO_THROW(fail());
  EXPECT_EQ(things(schema.address()), Ids{1});
}

TEST_F(LostConnection, WithTheAnswerAndTheDatabaseGoneDoesNotRunItTwice) {
  proxy.cut(Proxy::Cut::after_commit);
  int runs = 0;
  const auto post = [&](db::Tx& tx) {
    ++runs;
    proxy.open(false);
    insert_thing(tx, 1);
  };

  EXPECT_THROW(writer.run(post), Error);
  proxy.open(true);

  EXPECT_EQ(runs, 1);
  EXPECT_EQ(things(schema.address()), Ids{1});
}

TEST_F(LostConnection, InTheMiddleOfAUnitRunsItAgain) {
  int runs = 0;
  writer.run([&](db::Tx& tx) {
    insert_thing(tx, 1);
    if (++runs > 1) return;
    const auto id = tx.value<std::uint64_t>("SELECT CONNECTION_ID()").value();
    db::Connection(schema.address(), {}).command("KILL " + std::to_string(id));
    tx.value<int>("SELECT 1");
  });

  EXPECT_EQ(runs, 2);
  EXPECT_EQ(things(schema.address()), Ids{1});
}

/// What callers who write as fast as they can were told, and what is there in
/// the end, after mariadbd was killed again and again.
struct Ledger {
  std::vector<std::uint64_t> acknowledged;
  std::set<std::uint64_t> stored;
  std::vector<Code> refusals;

  std::size_t missing() const {
    return static_cast<std::size_t>(std::count_if(acknowledged.begin(), acknowledged.end(),
                                                  [&](auto id) { return !stored.contains(id); }));
  }
};

constexpr std::uint64_t kCallers = 6;

/// Callers try again with the same id until it is acknowledged.
Ledger write_while_killing(DatabaseServer::Commits commits) {
  constexpr int kKills = 4;
  constexpr std::size_t kBetween = 200;
  DatabaseServer server(commits);
  const Schema schema(server);
  make_things(schema.address());
  Things part;
  db::Writer writer({.address = schema.address()}, {&part});
  writer.start();

  std::atomic<bool> stop{false};
  Guarded<Ledger> shared;
  std::vector<std::thread> callers;
  for (std::uint64_t caller = 1; caller <= kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (std::uint64_t id = caller * 1'000'000; !stop; ++id) {
        for (bool done = false; !done && !stop;) {
          try {
            writer.run([&](db::Tx& tx) {
              if (tx.careful() && has_thing(tx, id)) return;
              part.add(id);
            });
            shared.with([&](Ledger& ledger) { ledger.acknowledged.push_back(id); });
            done = true;
          } catch (const Error& error) {
            shared.with([&](Ledger& ledger) { ledger.refusals.push_back(error.code()); });
            std::this_thread::sleep_for(20ms);
          }
        }
      }
      db::thread_end();
    });
  }
  const auto written = [&] {
    return shared.with([](Ledger& ledger) { return ledger.acknowledged.size(); });
  };
  for (int kill = 0; kill <= kKills; ++kill) {
    const auto goal = written() + kBetween;
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (written() < goal && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(1ms);
    }
    EXPECT_GE(written(), goal) << "writes did not come back after kill " << kill;
    if (kill == kKills) break;
    server.kill();
    server.start();
  }
  stop = true;
  for (auto& caller : callers) caller.join();

  auto ledger = shared.with([](Ledger& all) { return std::move(all); });
  const auto stored = things(schema.address());
  ledger.stored.insert(stored.begin(), stored.end());
  return ledger;
}

TEST(KilledDatabase, KeepsWhatWasAcknowledged) {
  const auto ledger = write_while_killing(DatabaseServer::Commits::durable);

  EXPECT_EQ(ledger.missing(), 0u);
  // Of each caller at most one more, whose fate it never learnt.
  EXPECT_LE(ledger.stored.size(), ledger.acknowledged.size() + kCallers);
  for (const Code code : ledger.refusals) EXPECT_EQ(code, Code::unavailable);
}

/// The proof that the test above would notice.
TEST(KilledDatabase, LosesSomeWhenItsCommitsDoNotWaitForTheLog) {
  EXPECT_GT(write_while_killing(DatabaseServer::Commits::fast).missing(), 0u);
}

}  // namespace
}  // namespace confab::test
