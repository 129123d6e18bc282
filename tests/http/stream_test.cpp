#include <filesystem>

#include "api/http/handover.h"
#include "tests/http/fixture.h"

namespace confab::test {
namespace {

/// Everything holds either way: with the socket handed over, and pumped through
/// libmicrohttpd.
class Streams : public testing::TestWithParam<bool> {
 protected:
  static bool handed() { return GetParam(); }
  static Site::Adjust way(const Site::Adjust& adjust = {}) {
    return [adjust](http::Server::Settings& settings) {
      settings.hand_over = handed();
      if (adjust) adjust(settings);
    };
  }
};

std::string way_of(const testing::TestParamInfo<bool>& way) {
  return way.param ? "HandedOver" : "PumpedThrough";
}
INSTANTIATE_TEST_SUITE_P(Either, Streams, testing::Bool(), way_of);

TEST_P(Streams, HandsTheSocketOverAfterTheHead) {
  Site site(way());
  auto client = site.ann();
  Stream stream = client.open_stream("/api/v1/events");
  EXPECT_EQ(stream.head().status, 200);
  EXPECT_EQ(stream.head().header("content-type"), "text/event-stream");
  EXPECT_EQ(stream.head().header("cache-control"), "no-store");
  EXPECT_EQ(stream.head().header("connection"), "close");
  EXPECT_FALSE(stream.head().has_header("transfer-encoding"));
  EXPECT_FALSE(stream.head().has_header("content-length"));
  const auto event = stream.read_event();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, "hello");
  EXPECT_EQ(event->id, "1");
  EXPECT_EQ(stream.comments(), 1);
}

TEST_P(Streams, StaysOpenAfterTheDaemonLetGoOfIt) {
  Site site(way([](auto& settings) {
    settings.deadlines.idle_ms = 1000;
    settings.deadlines.head_ms = 200;
    settings.deadlines.reply_ms = 200;
  }));
  auto client = site.ann();
  Stream stream = client.open_stream("/api/v1/events");
  ASSERT_TRUE(stream.read_event());
  EXPECT_FALSE(stream.closed(2500)) << "no deadline of the daemon reaches it";
  EXPECT_EQ(site.held(), 1);
}

TEST_P(Streams, IsReleasedWhenItsReaderLeaves) {
  Site site(way());
  {
    auto client = site.ann();
    std::vector<Stream> streams;
    for (int i = 0; i < 20; ++i) streams.push_back(client.open_stream("/api/v1/events"));
    for (auto& each : streams) EXPECT_TRUE(each.read_event());
    EXPECT_EQ(site.handovers, 20);
  }
  EXPECT_TRUE(eventually([&] { return site.held() == 0; }));
}

TEST_P(Streams, AReaderGoneBeforeTheHandOverLeavesNothingBehind) {
  Site site(way());
  const std::string request =
      "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ann\r\n\r\n";
  for (int i = 0; i < 300; ++i) {
    auto connection = site.connect();
    connection.send(request);
    connection.reset();
  }
  EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 200);
  EXPECT_TRUE(eventually([&] { return site.held() == 0; }));
}

TEST_P(Streams, AReaderGoneWhileItWaitsIsNeverHandedOver) {
  // One executor thread, held up: the reset surely comes first.
  Site site(way(), 1);
  auto slow = site.connect();
  slow.send("GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
  site.gate.wait_for_waiters(1);
  for (int i = 0; i < 20; ++i) {
    auto connection = site.connect();
    connection.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ann\r\n\r\n");
    connection.reset();
  }
  site.gate.open();
  EXPECT_EQ(slow.read().status, 200);
  EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 200) << "the queue was worked off";
  EXPECT_TRUE(eventually([&] { return site.held() == 0; }));
}

TEST_P(Streams, HeadOfAStreamIsNotAStream) {
  Site site(way());
  auto client = site.ann();
  EXPECT_EQ(client.request("HEAD", "/api/v1/events").status, 200);
  EXPECT_TRUE(eventually([&] { return site.held() == 0; }));
  EXPECT_EQ(site.handovers, 0);
}

TEST_P(Streams, ARefusalIsAnOrdinaryReply) {
  Site site(way());
  auto client = site.client();
  Stream stream = client.open_stream("/api/v1/events");
  EXPECT_EQ(stream.head().status, 401);
  EXPECT_EQ(code_of(stream.head()), "unauthenticated");
}

TEST_P(Streams, OutlivesTheServerThatMadeIt) {
  Site site(way());
  auto client = site.ann();
  Stream stream = client.open_stream("/api/v1/events");
  ASSERT_TRUE(stream.read_event());
  site.stop();
  if (handed()) {
    EXPECT_FALSE(stream.closed(50)) << "its new owner decides";
  } else {
    EXPECT_TRUE(stream.closed()) << "it cannot live without the daemon";
  }
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

TEST_P(Streams, LeaveNoDescriptorBehindAnIdleConnection) {
  Site site(way());
  auto idle = site.connect();
  idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(idle.read().status, 200);
  const auto before = open_descriptors();
  auto client = site.ann();
  std::vector<Stream> streams;
  for (int i = 0; i < 5; ++i) {
    streams.push_back(client.open_stream("/api/v1/events"));
    ASSERT_TRUE(streams.back().read_event());
  }
  // Of each: ours and its owner's; pumped, the daemon's and the pump's as well.
  EXPECT_TRUE(eventually([&] { return open_descriptors() == before + (handed() ? 10 : 20); }));
  streams.clear();
  EXPECT_TRUE(eventually([&] { return open_descriptors() == before; }));
}

TEST_P(Streams, CarryManyBytesToAReaderThatComesLate) {
  Site site(way());
  auto connection = site.connect();
  connection.send("GET /api/v1/flood HTTP/1.1\r\nHost: x\r\n\r\n");
  Answer answer = connection.read_head();
  connection.read_body(answer);
  EXPECT_EQ(answer.body.size(), flood().size());
  EXPECT_TRUE(answer.body == flood());
}

TEST_P(Streams, CountUntilTheirSocketsClose) {
  Site site(way([](auto& settings) {
    settings.trusted_proxies = Networks::parse("none");
    settings.connections_per_network = 3;
  }));
  const Address here{.port = site.port(), .from = "127.0.0.2"};
  Client ann(here);
  ann.always("Authorization", "Bearer ann");
  std::vector<Stream> streams;
  for (int i = 0; i < 3; ++i) {
    streams.push_back(ann.open_stream("/api/v1/events"));
    ASSERT_TRUE(streams.back().read_event());
  }
  EXPECT_TRUE(Connection(here).closed()) << "a fourth is too much";
  EXPECT_EQ(site.ann().get("/api/v1/me").status, 200) << "elsewhere nobody notices";
  streams.pop_back();
  EXPECT_TRUE(eventually([&] { return site.held() == 2; }));
  EXPECT_TRUE(eventually([&] { return !Connection(here).closed(20); }));
}

TEST_P(Streams, CountUnderTheAddressAProxyNames) {
  Site site(way([](auto& settings) { settings.connections_per_network = 2; }));
  auto ann = site.ann();
  const auto open = [&](const std::string& whom) {
    return ann.open_stream("/api/v1/events", {{"X-Forwarded-For", whom}});
  };
  std::vector<Stream> streams;
  streams.push_back(open("203.0.113.9"));
  streams.push_back(open("203.0.113.9"));
  const auto third = open("203.0.113.9");
  EXPECT_EQ(third.head().status, 429);
  EXPECT_EQ(code_of(third.head()), "too_many_streams");
  EXPECT_EQ(open("203.0.113.10").head().status, 200);
  ASSERT_TRUE(streams.back().read_event());
  streams.pop_back();
  EXPECT_TRUE(eventually([&] { return open("203.0.113.9").head().status == 200; }));
}

TEST(HandOver, WorksWithTheLibraryOfThisMachine) {
  EXPECT_TRUE(http::can_hand_over(false));
  EXPECT_TRUE(http::can_hand_over(true));
}

}  // namespace
}  // namespace confab::test
