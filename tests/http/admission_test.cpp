#include "api/http/admission.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <ctime>

#include "api/base/clock.h"
#include "tests/http/fixture.h"

namespace confab::test {
namespace {

const std::string kGet = "GET /api/v1/notes/1 HTTP/1.1\r\nHost: x\r\n\r\n";

/// Loopback addresses count like any other.
void trust_nobody(http::Server::Settings& settings) {
  settings.trusted_proxies = Networks::parse("none");
}

/// As monitoring asks: on a connection of its own.
int health(const Site& site, const std::string& path = "/healthz") {
  Connection connection(site.address());
  connection.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  return connection.read().status;
}

TEST(Admission, CountsByNetworkAndForgetsWhatIsGone) {
  http::Admission admission({.total = 10, .per_network = 2});
  auto first = admission.seat("203.0.113.9");
  const auto second = admission.seat("203.0.113.9");
  EXPECT_FALSE(admission.seat("203.0.113.9"));
  EXPECT_TRUE(admission.seat("203.0.113.10"));
  first = nullptr;
  EXPECT_TRUE(admission.seat("203.0.113.9"));
  EXPECT_EQ(admission.taken(), 1);

  const auto six = admission.seat("2001:db8::1");
  const auto more = admission.seat("2001:db8::2");
  EXPECT_FALSE(admission.seat("2001:db8::3")) << "one household is one network";
  EXPECT_TRUE(admission.seat("2001:db8:0:1::1"));
}

TEST(Admission, DoesNotCountAProxyByItsOwnAddress) {
  http::Admission admission(
      {.total = 3, .per_network = 1, .trusted = Networks::parse("10.0.0.0/8")});
  std::vector<http::Seat> seats;
  for (int i = 0; i < 5; ++i) seats.push_back(admission.seat(i < 3 ? "10.1.2.3" : "unix"));
  for (const auto& seat : seats) EXPECT_TRUE(seat);
  EXPECT_EQ(admission.over(), 2);
  const auto stream = admission.seat_behind_proxy("203.0.113.9");
  EXPECT_TRUE(stream);
  EXPECT_FALSE(admission.seat_behind_proxy("203.0.113.9"));
  EXPECT_EQ(admission.taken(), 5) << "the connection that carries it counts already";
}

TEST(Admission, ASeatMayOutliveTheAccount) {
  http::Seat seat;
  {
    http::Admission admission({.per_network = 1});
    seat = admission.seat("203.0.113.9");
  }
  EXPECT_NO_THROW(seat = nullptr);
}

/// What 1,000 connections of one address do, and whom it must not disturb.
struct Manner {
  std::string name, bytes;
};
class Crowd : public testing::TestWithParam<Manner> {};

std::string name_of_manner(const testing::TestParamInfo<Manner>& manner) {
  return manner.param.name;
}
const std::vector<Manner> kManners = {
    {"Silent", ""},
    {"HalfALine", "G"},
    {"SlowHeads", "GET /healthz HTTP/1.1\r\nX: "},
    {"SlowBodies", "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"},
    {"Idlers", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"SlowReaders", "GET /api/v1/big HTTP/1.1\r\nHost: x\r\n\r\n"},
};
INSTANTIATE_TEST_SUITE_P(Of, Crowd, testing::ValuesIn(kManners), name_of_manner);

TEST_P(Crowd, OfOneAddressLeavesOthersUndisturbed) {
  Site site([](auto& settings) {
    trust_nobody(settings);
    settings.connections_per_network = 100;
  });
  auto other = site.client();
  EXPECT_EQ(other.get("/api/v1/notes/1").status, 200);
  std::vector<Connection> crowd;
  for (int i = 0; i < 1000; ++i) {
    crowd.emplace_back(Address{.port = site.port(), .from = "127.0.0.9"});
    crowd.back().try_send(GetParam().bytes);
    if (i % 100 == 0) {
      EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 200);
    }
  }
  // The 900 beyond the cap are closed, whatever they wait for.
  for (std::size_t i = 100; i < crowd.size(); ++i) EXPECT_TRUE(crowd[i].closed());
  EXPECT_EQ(other.get("/api/v1/notes/1").status, 200) << "its connection is still there";
  EXPECT_EQ(health(site), 200);
  crowd.clear();
  EXPECT_TRUE(eventually([&] {
    Connection again({.port = site.port(), .from = "127.0.0.9"});
    return again.try_send(kGet) && !again.closed(20);
  })) << "the address is welcome again";
}

TEST(Full, TheLongestIdleMakesRoom) {
  Site site([](auto& settings) { settings.connections = 20; });
  std::vector<Connection> idle;
  for (int i = 0; i < 20; ++i) {
    idle.push_back(site.connect());
    idle.back().send(kGet);
    EXPECT_EQ(idle.back().read().status, 200);
  }
  auto fresh = site.client();
  EXPECT_EQ(fresh.get("/api/v1/notes/1").status, 200);
  EXPECT_TRUE(idle.front().closed());
  idle.back().send(kGet);
  EXPECT_EQ(idle.back().read().status, 200) << "the others stay";
}

TEST(Full, HealthIsAnsweredWhenEverySlotIsAtWork) {
  Site site([](auto& settings) { settings.connections = 20; }, 30);
  std::vector<Connection> working;
  for (int i = 0; i < 20; ++i) {
    working.push_back(site.connect());
    working.back().send("GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  site.gate.wait_for_waiters(20);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(health(site), 200);
    EXPECT_EQ(health(site, "/readyz"), 200);
  }
  auto other = site.connect();
  other.send(kGet);
  const Answer refusal = other.read();
  EXPECT_EQ(refusal.status, 503);
  EXPECT_EQ(code_of(refusal), "unavailable");
  EXPECT_TRUE(refusal.has_header("retry-after"));
  EXPECT_EQ(refusal.header("connection"), "close");
  site.gate.open();
  for (auto& each : working) EXPECT_EQ(each.read().status, 200);
  EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 200);
}

TEST(Full, HealthIsAnsweredDuringAFloodOfHalfOpenConnections) {
  Site site([](auto& settings) { settings.connections = 20; });
  std::vector<Connection> flood;
  for (int i = 0; i < 500; ++i) {
    flood.push_back(site.connect());
    flood.back().try_send("GET /healthz HTT");
    if (i % 10 == 9) {
      EXPECT_EQ(health(site), 200) << i;
    }
  }
}

TEST(Full, StreamsTakeTheirPlaces) {
  Site site([](auto& settings) { settings.connections = 20; });
  auto ann = site.ann();
  std::vector<Stream> streams;
  for (int i = 0; i < 20; ++i) {
    streams.push_back(ann.open_stream("/api/v1/events"));
    ASSERT_TRUE(streams.back().read_event());
  }
  EXPECT_EQ(health(site), 200);
  EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 503);
  streams.clear();
  EXPECT_TRUE(eventually([&] { return site.client().get("/api/v1/notes/1").status == 200; }));
}

/// Takes every descriptor there is below a low limit, until it ends.
class NoDescriptors {
 public:
  explicit NoDescriptors(rlim_t limit) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit low{.rlim_cur = limit, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken_.push_back(fd);
  }
  ~NoDescriptors() {
    for (const int fd : taken_) ::close(fd);
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

/// UBSan opens a pipe to look whether an address is mapped, and takes a failure for a no.
constexpr bool kNeedsDescriptors =
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
    true;
#else
    false;
#endif
#else
    false;
#endif

class NoDescriptor : public testing::Test {
 protected:
  void SetUp() override {
    if (kNeedsDescriptors) GTEST_SKIP() << "the sanitizer itself needs descriptors";
  }
};

/// A client's socket, made while there are descriptors and connected later.
class Prepared {
 public:
  Prepared() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Prepared() { ::close(socket_); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  void ask(int port, const std::string& path) const {
    send(port, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  void send(int port, const std::string& bytes) const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ASSERT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    ASSERT_GT(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
  }
  std::string answer() const {
    std::array<char, 12> line{};
    const auto got = ::recv(socket_, line.data(), line.size(), MSG_WAITALL);
    return {line.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }

 private:
  const int socket_;
};

TEST_F(NoDescriptor, HealthIsAnsweredAndTheRestIsServedLater) {
  Site site;
  EXPECT_EQ(health(site), 200);
  // Ten at once: they come one after the other, through the one descriptor held back.
  std::array<Prepared, 10> probes;
  const std::array<Prepared, 3> guests;
  {
    const NoDescriptors none(200);
    for (const auto& each : probes) each.ask(site.port(), "/healthz");
    for (const auto& each : probes) EXPECT_EQ(each.answer(), "HTTP/1.1 200");
    for (const auto& each : guests) each.ask(site.port(), "/api/v1/notes/1");
    guests[0].answer();  // may have got the descriptor of a probe
    guests[1].answer();
    EXPECT_EQ(guests[2].answer(), "HTTP/1.1 503") << "told why, not left waiting";
  }
  EXPECT_EQ(site.client().get("/api/v1/notes/1").status, 200) << "it recovers alone";
}

/// CPU time of the process.
std::int64_t cpu_ms() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return used.tv_sec * 1000 + used.tv_nsec / 1'000'000;
}

TEST_F(NoDescriptor, NothingSpinsAndHalfAHeadDoesNotHoldTheLastOne) {
  Site site;
  const std::array<Prepared, 2> holders;
  const Prepared waiting;
  const NoDescriptors none(200);
  for (const auto& each : holders) each.send(site.port(), "GET /healthz HTTP/1.1\r\nX: ");
  const std::int64_t cpu = cpu_ms();
  const std::int64_t start = monotonic_ms();
  waiting.ask(site.port(), "/healthz");
  EXPECT_EQ(waiting.answer(), "HTTP/1.1 200");
  // A thread that spins uses as much as has passed.
  EXPECT_LT((cpu_ms() - cpu) * 2, monotonic_ms() - start);
}

TEST_F(NoDescriptor, TheIdleMakeRoom) {
  Site site;
  std::vector<Connection> idle;
  for (int i = 0; i < 5; ++i) {
    idle.push_back(site.connect());
    idle.back().send(kGet);
    EXPECT_EQ(idle.back().read().status, 200);
  }
  const std::array<Prepared, 4> guests;
  const NoDescriptors none(200);
  // The first finds the one held back; an idle one makes room for those who follow.
  for (const auto& each : guests) {
    each.ask(site.port(), "/api/v1/notes/1");
    each.answer();
  }
  EXPECT_TRUE(idle.front().closed());
  EXPECT_FALSE(idle.back().closed(50));
}

}  // namespace
}  // namespace confab::test
