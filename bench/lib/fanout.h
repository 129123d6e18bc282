#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/lib/http.h"
#include "bench/lib/streams.h"

namespace confab::bench {

/// Puts one message into the room that all streams listen to.
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual void publish(std::uint64_t number, const std::string& body) = 0;
};

/// Over some keep-alive connections, by POST. What none of them is free for waits.
class HttpPublisher : public Publisher {
 public:
  HttpPublisher(Loop& loop, int port, int connections);
  /// How long a POST took until its answer, of those answered since the last call.
  Histogram take_answers() { return std::exchange(answers_, {}); }

 protected:
  void post(std::string request);

 private:
  void send(HttpConnection& connection, const std::string& request);

  std::vector<std::unique_ptr<HttpConnection>> connections_;
  std::deque<std::string> waiting_;
  Histogram answers_;
};

/// Through our API, as the person with that cookie.
class ApiPublisher final : public HttpPublisher {
 public:
  ApiPublisher(Loop& loop, int port, std::string cookie, std::uint64_t room, int connections);
  void publish(std::uint64_t number, const std::string& body) override;

 private:
  const std::string cookie_, path_, key_;
};

/// How the messages of one measurement follow each other.
struct Mode {
  const char* name;
  std::size_t in_flight;  ///< Messages that not every stream has got.
  int per_second;         ///< 0: as soon as `in_flight` allows.
};
inline constexpr Mode kOneAtATime{"one at a time", 1, 0};
inline constexpr Mode kInFlight{"32 in flight", 32, 0};
inline constexpr Mode kSteady{"10 a second", 1000, 10};
inline constexpr Mode kModes[] = {kOneAtATime, kInFlight, kSteady};

/// Of several runs of one mode.
struct Figures {
  std::uint64_t messages = 0;
  std::uint64_t deliveries = 0;
  double seconds = 0;
  Histogram seen;  ///< From the sending of a message to each stream's having it.

  double per_second() const { return static_cast<double>(deliveries) / seconds; }
};

/// Measures deliveries to streams that are open and all listen to one room.
class Fanout {
 public:
  static constexpr std::size_t kBody = 300;

  Fanout(Loop& loop, Streams& streams, Publisher& publisher, std::size_t count);

  /// Publishes for that long, waits until every stream has all of it, and adds to `figures`.
  void run(const Mode& mode, Steady::duration length, Figures& figures);

 private:
  struct Post {
    Steady::time_point sent;
    std::size_t seen = 0;
  };
  void heard(const Streams::Heard& message);
  void publish();

  Loop& loop_;
  Publisher& publisher_;
  const std::size_t count_;
  std::vector<Post> posts_;            ///< By number.
  std::vector<std::uint32_t> by_seq_;  ///< Numbers, by seq; 0 while it is not known.
  std::size_t body_at_ = 0;            ///< Where a body was found last.
  std::size_t done_ = 0;               ///< Messages that every stream has.
  Histogram* seen_ = nullptr;
};

/// The room of those messages below that are not ours.
inline constexpr std::uint64_t kRoomLikeOurs = 249'000'000'000'000'001;
/// An event with that message, shaped and sized as our server sends it.
std::string frame_like_ours(std::uint64_t seq, const std::string& body);
/// Its data alone.
std::string data_like_ours(std::uint64_t seq, const std::string& body);

/// One line for each mode; with the ratio to other figures when there are some.
void print_header();
void print_figures(const char* who, const Mode& mode, const Figures& figures);

}  // namespace confab::bench
