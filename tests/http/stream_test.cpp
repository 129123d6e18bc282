#include "tests/http/fixture.h"

namespace confab::test {
namespace {

TEST(Stream, HandsTheSocketOverAfterTheHead) {
  Site site;
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

TEST(Stream, StaysOpenAfterTheDaemonLetGoOfIt) {
  Site site([](auto& settings) {
    settings.deadlines.idle_ms = 1000;
    settings.deadlines.head_ms = 200;
    settings.deadlines.reply_ms = 200;
  });
  auto client = site.ann();
  Stream stream = client.open_stream("/api/v1/events");
  ASSERT_TRUE(stream.read_event());
  EXPECT_FALSE(stream.closed(2500)) << "no deadline of the daemon reaches it";
  EXPECT_EQ(site.held(), 1);
}

TEST(Stream, IsReleasedWhenItsReaderLeaves) {
  Site site;
  {
    auto client = site.ann();
    std::vector<Stream> streams;
    for (int i = 0; i < 20; ++i) streams.push_back(client.open_stream("/api/v1/events"));
    for (auto& each : streams) EXPECT_TRUE(each.read_event());
    EXPECT_EQ(site.handovers, 20);
  }
  EXPECT_TRUE(eventually([&] { return site.held() == 0; }));
}

TEST(Stream, AReaderGoneBeforeTheHandOverLeavesNothingBehind) {
  Site site;
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

TEST(Stream, AReaderGoneWhileItWaitsIsNeverHandedOver) {
  // One executor thread, held up: the reset surely comes first.
  Site site({}, 1);
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

TEST(Stream, HeadOfAStreamIsNotAStream) {
  Site site;
  auto client = site.ann();
  EXPECT_EQ(client.request("HEAD", "/api/v1/events").status, 200);
  EXPECT_TRUE(eventually([&] { return site.held() == 0; }));
  EXPECT_EQ(site.handovers, 0);
}

TEST(Stream, ARefusalIsAnOrdinaryReply) {
  Site site;
  auto client = site.client();
  Stream stream = client.open_stream("/api/v1/events");
  EXPECT_EQ(stream.head().status, 401);
  EXPECT_EQ(code_of(stream.head()), "unauthenticated");
}

TEST(Stream, OutlivesTheServerThatMadeIt) {
  Site site;
  auto client = site.ann();
  Stream stream = client.open_stream("/api/v1/events");
  ASSERT_TRUE(stream.read_event());
  site.stop();
  EXPECT_FALSE(stream.closed(50)) << "its new owner decides";
}

}  // namespace
}  // namespace confab::test
