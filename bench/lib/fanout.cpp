#include "bench/lib/fanout.h"

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace confab::bench {

HttpPublisher::HttpPublisher(Loop& loop, int port, int connections) {
  for (int i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<HttpConnection>(loop, i, port));
  }
}

void HttpPublisher::post(std::string request) {
  for (const auto& connection : connections_) {
    if (!connection->busy()) return send(*connection, request);
  }
  waiting_.push_back(std::move(request));
}

void HttpPublisher::send(HttpConnection& connection, const std::string& request) {
  connection.send(request,
                  [this, &connection, sent = Steady::now()](int status, std::string_view body) {
                    if (status < 200 || status > 299) {
                      throw std::runtime_error("a post was answered " + std::to_string(status) +
                                               ": " + std::string(body));
                    }
                    answers_.add(Steady::now() - sent);
                    if (waiting_.empty()) return;
                    const std::string next = std::move(waiting_.front());
                    waiting_.pop_front();
                    send(connection, next);
                  });
}

ApiPublisher::ApiPublisher(Loop& loop, int port, std::string cookie, std::uint64_t room,
                           int connections)
    : HttpPublisher(loop, port, connections),
      cookie_(std::move(cookie)),
      path_("/api/v1/rooms/" + std::to_string(room) + "/messages"),
      key_("fanout-" + std::to_string(::getpid()) + '-') {}

void ApiPublisher::publish(std::uint64_t number, const std::string& body) {
  post(post_request(path_, cookie_, key_ + std::to_string(number), "{\"body\":\"" + body + "\"}"));
}

Fanout::Fanout(Loop& loop, Streams& streams, Publisher& publisher, std::size_t count)
    : loop_(loop), publisher_(publisher), count_(count), posts_(1), by_seq_(1) {
  streams.on_message([this](const Streams::Heard& message) { heard(message); });
}

void Fanout::heard(const Streams::Heard& message) {
  const auto seq = static_cast<std::size_t>(message.seq);
  if (seq >= by_seq_.size()) by_seq_.resize(seq + 1, 0);
  auto& number = by_seq_[seq];
  if (number == 0) {
    // Which post became this message: its body begins with the number.
    const auto text = text_after(message.data, "\"body\":\"", body_at_);
    std::from_chars(text.data(), text.data() + text.size(), number);
  }
  Post& post = posts_.at(number);
  if (seen_ != nullptr) seen_->add(message.at - post.sent);
  if (++post.seen == count_) ++done_;
}

void Fanout::publish() {
  const auto number = posts_.size();
  std::string body = std::to_string(number) + ';';
  body.resize(kBody, 'x');
  posts_.push_back({.sent = Steady::now()});
  publisher_.publish(number, body);
}

void Fanout::run(const Mode& mode, Steady::duration length, Figures& figures) {
  constexpr auto kPatience = std::chrono::minutes(2);
  constexpr std::size_t kWarm = 3;
  for (std::size_t i = 0; i < kWarm; ++i) publish();
  loop_.until([&] { return done_ + 1 == posts_.size(); }, kPatience, "the first deliveries");

  const auto before = done_;
  seen_ = &figures.seen;
  const auto begun = Steady::now();
  const auto end = begun + length;
  auto next = begun;
  while (Steady::now() < end) {
    if (mode.per_second > 0) {
      if (Steady::now() >= next) {
        publish();
        next += std::chrono::nanoseconds(1'000'000'000 / mode.per_second);
      }
      loop_.turn(next - Steady::now());
    } else {
      while (posts_.size() - 1 - done_ < mode.in_flight) publish();
      loop_.turn(std::chrono::milliseconds(100));
    }
  }
  loop_.until([&] { return done_ + 1 == posts_.size(); }, kPatience, "the last deliveries");
  figures.seconds += seconds(Steady::now() - begun);
  figures.messages += done_ - before;
  figures.deliveries += (done_ - before) * count_;
  seen_ = nullptr;
}

std::string data_like_ours(std::uint64_t seq, const std::string& body) {
  const std::string id = std::to_string(249'000'000'000'000'000 + seq);
  return R"({"id":")" + id +
         R"(","type":"message.created","at":"2026-11-20T07:39:58.123Z","room_id":"249000000000000001","actor_id":"249000000000000002","client_ref":"fanout-12345-)" +
         std::to_string(seq) + R"(","data":{"id":")" + id +
         R"(","room_id":"249000000000000001","seq":)" + std::to_string(seq) +
         R"(,"author_id":"249000000000000002","body":")" + body +
         R"(","created_at":"2026-11-20T07:39:58.123Z","edited_at":null,"deleted_at":null,"version":1,"reply_to_id":null,"thread_root_id":null,"client_ref":"fanout-12345-)" +
         std::to_string(seq) + R"("}})";
}

std::string frame_like_ours(std::uint64_t seq, const std::string& body) {
  return "id: 0123abcd.1." + std::to_string(seq) +
         "\nevent: message.created\ndata: " + data_like_ours(seq, body) + "\n\n";
}

void print_header() {
  std::printf("%-8s %-14s %9s %14s %9s %9s %9s\n", "", "", "messages", "deliveries/s", "p50 ms",
              "p99 ms", "most ms");
}

void print_figures(const char* who, const Mode& mode, const Figures& figures) {
  std::printf("%-8s %-14s %9llu %14.0f %9.2f %9.2f %9.2f\n", who, mode.name,
              static_cast<unsigned long long>(figures.messages), figures.per_second(),
              figures.seen.ms(0.5), figures.seen.ms(0.99), figures.seen.most_ms());
  std::fflush(stdout);
}

}  // namespace confab::bench
