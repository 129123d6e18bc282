#include <thread>

#include "api/base/clock.h"
#include "tests/http/fixture.h"

namespace confab::test {
namespace {

using http::Deadlines;
using http::overdue;
using http::Progress;
using http::Step;

void pause(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

/// Sends `bytes` one at a time until the server has had enough.
bool cut_while_dripping(Connection& connection, std::string_view bytes, int every_ms) {
  for (const char c : bytes) {
    if (!connection.try_send(std::string_view(&c, 1)) || connection.closed(every_ms)) return true;
  }
  return false;
}

TEST(Deadlines, MeasureEachStep) {
  const Deadlines limits;
  EXPECT_FALSE(overdue({Step::head, 0, 0}, 10'000, limits));
  EXPECT_TRUE(overdue({Step::head, 0, 0}, 10'001, limits));
  EXPECT_FALSE(overdue({Step::body, 0, 0}, 15'000, limits));
  EXPECT_TRUE(overdue({Step::body, 0, 7'000}, 15'001, limits)) << "slower than 500 bytes a second";
  EXPECT_FALSE(overdue({Step::body, 0, 20'000}, 30'000, limits));
  EXPECT_TRUE(overdue({Step::body, 0, 1'000'000}, 60'001, limits));
  EXPECT_FALSE(overdue({Step::reply, 0, 0}, 60'000, limits));
  EXPECT_FALSE(overdue({Step::reply, 0, 4'000'000}, 1'000'000, limits));
  EXPECT_TRUE(overdue({Step::reply, 0, 4'000}, 61'001, limits));
  EXPECT_FALSE(overdue({Step::handler, 0, 0}, 10'000'000, limits));
  EXPECT_FALSE(overdue({Step::handed, 0, 0}, 10'000'000, limits));
}

TEST(Deadlines, CutAHeadThatDrips) {
  Site site([](auto& settings) { settings.deadlines.head_ms = 300; });
  auto connection = site.connect();
  const std::int64_t start = monotonic_ms();
  EXPECT_TRUE(cut_while_dripping(
      connection, "GET /api/v1/notes/1 HTTP/1.1\r\nHost: " + std::string(999, 'x'), 10));
  EXPECT_LT(monotonic_ms() - start, 5000);
}

TEST(Deadlines, CutAConnectionThatSaysNothing) {
  Site site([](auto& settings) { settings.deadlines.head_ms = 200; });
  auto connection = site.connect();
  EXPECT_TRUE(connection.closed());
}

TEST(Deadlines, CutABodyThatDrips) {
  Site site([](auto& settings) { settings.deadlines.body_ms = 300; });
  auto connection = site.connect();
  connection.send("POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_TRUE(cut_while_dripping(connection, std::string(1000, ' '), 10));
}

TEST(Deadlines, CutABodyBelowTheLeastRate) {
  Site site([](auto& settings) {
    settings.deadlines.body_ms = 3'600'000;
    settings.deadlines.body_grace_ms = 200;
    settings.deadlines.body_rate = 1'000'000;
    settings.deadlines.head_ms = 1000;  // sweeps four times in that
  });
  auto connection = site.connect();
  connection.send("POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_TRUE(cut_while_dripping(connection, std::string(1000, ' '), 10));
}

TEST(Deadlines, CutAReaderThatDoesNotRead) {
  Site site([](auto& settings) {
    settings.deadlines.reply_ms = 300;
    settings.deadlines.reply_rate = 1'000'000'000;
    settings.deadlines.head_ms = 1000;
  });
  auto connection = site.connect();
  std::string many;
  for (int i = 0; i < 40; ++i) many += "GET /api/v1/big HTTP/1.1\r\nHost: x\r\n\r\n";
  connection.send(many);
  EXPECT_TRUE(eventually([&] { return !connection.try_send("x"); }));
}

TEST(Deadlines, LeaveASlowHandlerAndAnIdleConnectionAlone) {
  Site site([](auto& settings) {
    settings.deadlines.head_ms = 100;
    settings.deadlines.body_ms = 100;
    settings.deadlines.reply_ms = 100;
  });
  auto slow = site.connect();
  slow.send("GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
  auto idle = site.connect();
  idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(idle.read().status, 200);
  pause(500);
  site.gate.open();
  EXPECT_EQ(slow.read().status, 200);
  idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(idle.read().status, 200);
}

TEST(Deadlines, EndAnIdleConnection) {
  Site site([](auto& settings) { settings.deadlines.idle_ms = 1000; });
  auto connection = site.connect();
  connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(connection.read().status, 200);
  EXPECT_TRUE(connection.closed());
}

TEST(Deadlines, FreeTheSlotsThatSlowClientsHold) {
  Site site([](auto& settings) { settings.deadlines.head_ms = 300; });
  std::vector<Connection> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(site.connect());
    slow.back().send("GET /healthz HTTP/1.1\r\nX: ");
  }
  EXPECT_EQ(site.client().get("/healthz").status, 200);
  for (auto& each : slow) EXPECT_TRUE(each.closed());
}

}  // namespace
}  // namespace confab::test
