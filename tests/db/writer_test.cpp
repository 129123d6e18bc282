#include <gtest/gtest.h>

#include <latch>

#include "tests/db/support.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::uint64_t>;
using Names = std::vector<std::string>;

Names names_of(const std::vector<std::exception_ptr>& failures) {
  Names names;
  for (const auto& failure : failures) names.push_back(name_of_failure(failure));
  return names;
}

class WriterRun : public testing::Test {
 protected:
  WriterRun() { make_things(schema.address()); }
  void SetUp() override { writer.start(); }

  Ids stored() { return things(schema.address()); }

  Schema schema;
  Things part;
  db::Writer writer{{.address = schema.address()}, {&part}};
};

TEST_F(WriterRun, ReturnsWhenOthersCanSeeIt) {
  const int answer = writer.run([](db::Tx& tx) {
    insert_thing(tx, 1);
    return 42;
  });

  EXPECT_EQ(answer, 42);
  EXPECT_EQ(stored(), Ids{1});
}

TEST_F(WriterRun, RethrowsAndLeavesNoTrace) {
  const auto fail = [&] {
    writer.run([&](db::Tx& tx) {
      insert_thing(tx, 1);
      part.add(2);
      throw Error(Code::conflict, "on purpose");
    });
  };

  EXPECT_THROW(fail(), Error);
  EXPECT_EQ(stored(), Ids{});
  EXPECT_EQ(part.handed_on(), Ids{});
  EXPECT_NO_THROW(writer.run([](db::Tx& tx) { insert_thing(tx, 3); }));
}

TEST_F(WriterRun, CommitsABatchOnce) {
  const auto before = writer.measures().batches.value();
  OneBatch batch(writer);
  for (std::uint64_t id = 1; id <= 20; ++id) batch.add([this, id](db::Tx&) { part.add(id); });
  batch.run();

  EXPECT_EQ(writer.measures().batches.value() - before, 2u);  // the holder's and this
  EXPECT_EQ(writer.measures().careful.value(), 0u);
  EXPECT_EQ(stored().size(), 20u);
  EXPECT_EQ(part.handed_on(), stored());
}

TEST_F(WriterRun, OneFailureLeavesTheRestOfTheBatch) {
  OneBatch batch(writer);
  batch.add([this](db::Tx& tx) { part.add(1), insert_thing(tx, 2); });
  batch.add([this](db::Tx& tx) {
    insert_thing(tx, 3);
    part.add(4);
    insert_thing(tx, 5);
    part.add(6);
    throw Error(Code::conflict, "on purpose");
  });
  batch.add([this](db::Tx& tx) { insert_thing(tx, 7), part.add(8); });

  EXPECT_EQ(names_of(batch.run()), (Names{"", "conflict", ""}));
  EXPECT_EQ(stored(), (Ids{1, 2, 7, 8}));
  EXPECT_EQ(part.handed_on(), (Ids{1, 8}));
}

/// Its rows went out with those of the unit before, ahead of any savepoint.
TEST_F(WriterRun, AFailureAfterAReadTakesItsBufferedRowsBack) {
  OneBatch batch(writer);
  batch.add([this](db::Tx&) { part.add(1); });
  batch.add([this](db::Tx& tx) {
    part.add(2);
    EXPECT_TRUE(has_thing(tx, 2));
    throw Error(Code::conflict, "on purpose");
  });
  batch.add([this](db::Tx&) { part.add(3); });

  EXPECT_EQ(names_of(batch.run()), (Names{"", "conflict", ""}));
  EXPECT_EQ(stored(), (Ids{1, 3}));
  EXPECT_EQ(part.handed_on(), (Ids{1, 3}));
}

TEST_F(WriterRun, SqlSeesWhatEarlierUnitsBuffered) {
  bool seen = false;
  OneBatch batch(writer);
  batch.add([this](db::Tx&) { part.add(1); });
  batch.add([&](db::Tx& tx) { seen = has_thing(tx, 1); });
  batch.run();

  EXPECT_TRUE(seen);
}

TEST_F(WriterRun, ADuplicateRunsTheBatchAgainOneByOne) {
  writer.run([](db::Tx& tx) { insert_thing(tx, 5); });
  int found = 0;
  const auto put = [&](std::uint64_t id) {
    return [&, id](db::Tx& tx) {
      if (tx.careful() && has_thing(tx, id)) return void(++found);
      part.add(id);
    };
  };
  OneBatch batch(writer);
  for (const auto id : Ids{1, 5, 2, 2}) batch.add(put(id));

  EXPECT_EQ(names_of(batch.run()), (Names{"", "", "", ""}));
  EXPECT_EQ(found, 2);
  EXPECT_EQ(stored(), (Ids{1, 2, 5}));
  EXPECT_EQ(part.handed_on(), (Ids{1, 2}));
  EXPECT_EQ(writer.measures().careful.value(), 1u);
}

TEST_F(WriterRun, ADuplicateThatStaysIsAConflict) {
  OneBatch batch(writer);
  batch.add([](db::Tx& tx) { insert_thing(tx, 1); });
  batch.add([](db::Tx& tx) { insert_thing(tx, 1); });

  EXPECT_EQ(names_of(batch.run()), (Names{"", "conflict"}));
  EXPECT_EQ(stored(), Ids{1});
}

TEST_F(WriterRun, AStatementThatIsWrongFailsItsUnitAlone) {
  OneBatch batch(writer);
  batch.add([](db::Tx& tx) { insert_thing(tx, 1); });
  batch.add([](db::Tx& tx) { tx.run("INSERT INTO nowhere (id) VALUES (1)"); });
  batch.add([](db::Tx& tx) { insert_thing(tx, 2); });

  EXPECT_EQ(names_of(batch.run()), (Names{"", "internal", ""}));
  EXPECT_EQ(stored(), (Ids{1, 2}));
}

TEST_F(WriterRun, ASlowUnitDoesNotHoldTheOthersInItsBatch) {
  const auto before = writer.measures().batches.value();
  OneBatch batch(writer);
  batch.add([](db::Tx& tx) {
    insert_thing(tx, 1);
    std::this_thread::sleep_for(80ms);
  });
  batch.add([](db::Tx& tx) { insert_thing(tx, 2); });
  batch.add([](db::Tx& tx) { insert_thing(tx, 3); });
  batch.run();

  EXPECT_EQ(writer.measures().batches.value() - before, 3u);
  EXPECT_EQ(stored(), (Ids{1, 2, 3}));
}

TEST_F(WriterRun, KeepsTheOrderOfItsQueue) {
  OneBatch batch(writer);
  for (std::uint64_t id = 9; id >= 1; --id) batch.add([this, id](db::Tx&) { part.add(id); });
  batch.run();

  EXPECT_EQ(part.handed_on(), (Ids{9, 8, 7, 6, 5, 4, 3, 2, 1}));
}

TEST(Writer, RefusesMoreThanItsQueueHolds) {
  const Schema schema;
  make_things(schema.address());
  db::Writer writer({.address = schema.address(), .queue = 2}, {});
  writer.start();
  OneBatch batch(writer);
  batch.add([](db::Tx&) {});
  batch.add([](db::Tx&) {});
  std::string third;
  try {
    writer.run([](db::Tx&) {});
  } catch (const Error& error) {
    third = row_of(error.code()).name;
    EXPECT_EQ(error.retry_after(), 1);
  }

  EXPECT_EQ(third, "unavailable");
  EXPECT_EQ(names_of(batch.run()), (Names{"", ""}));
}

TEST(Writer, EndsOnlyWhenWhatWaitedHasRun) {
  const Schema schema;
  make_things(schema.address());
  std::vector<std::thread> callers;
  std::latch begun(1), release(1);
  {
    db::Writer writer({.address = schema.address()}, {});
    writer.start();
    callers.emplace_back([&] {
      writer.run([&](db::Tx& tx) {
        begun.count_down();
        release.wait();
        insert_thing(tx, 1);
      });
    });
    begun.wait();
    callers.emplace_back([&] { writer.run([](db::Tx& tx) { insert_thing(tx, 2); }); });
    while (writer.waiting() == 0) std::this_thread::sleep_for(1ms);
    release.count_down();
    for (auto& caller : callers) caller.join();
  }
  EXPECT_EQ(things(schema.address()), (Ids{1, 2}));
}

TEST(Writer, TwoOfThemHaveNodesOfTheirOwn) {
  const Schema schema;
  db::Writer::Settings settings{.address = schema.address(), .first_node = 3, .last_node = 4};
  db::Writer one(settings, {}), two(settings, {}), three(settings, {});
  one.start();
  two.start();

  EXPECT_EQ(one.node(), 3u);
  EXPECT_EQ(two.node(), 4u);
  EXPECT_THROW(three.start(), Error);
}

TEST(Writer, TakesTheNodeOfOneThatEnded) {
  const Schema schema;
  for (int round = 0; round < 3; ++round) {
    db::Writer writer({.address = schema.address(), .first_node = 7, .last_node = 7}, {});
    // Its lock goes once the server has noticed the end of the connection.
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (writer.node() == 0) {
      try {
        writer.start();
      } catch (const Error&) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        std::this_thread::sleep_for(5ms);
      }
    }
    EXPECT_EQ(writer.node(), 7u);
  }
}

TEST(Writer, TwoThatWriteTheSameAgreeOnWhoWasFirst) {
  const Schema schema;
  make_things(schema.address());
  db::Writer one({.address = schema.address()}, {}), two({.address = schema.address()}, {});
  one.start();
  two.start();
  std::atomic<int> made{0}, found{0};
  const auto write = [&](db::Writer& writer) {
    for (std::uint64_t id = 1; id <= 100; ++id) {
      const bool is_new = writer.run([&](db::Tx& tx) {
        if (tx.careful() && has_thing(tx, id)) return false;
        insert_thing(tx, id);
        return true;
      });
      ++(is_new ? made : found);
    }
    db::thread_end();
  };
  std::thread other([&] { write(two); });
  write(one);
  other.join();

  EXPECT_EQ(made, 100);
  EXPECT_EQ(found, 100);
  EXPECT_EQ(things(schema.address()).size(), 100u);
}

}  // namespace
}  // namespace confab::test
