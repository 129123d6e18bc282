#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/lib/loop.h"

namespace confab::bench {

/// Readers of event streams. Each message is counted and its seq compared with the one before
/// it in that room on that stream; nothing is kept.
class Streams {
 public:
  struct Counts {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t gaps = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t resets = 0;   ///< `reset` events.
    std::uint64_t refused = 0;  ///< Answers other than 200.
    std::uint64_t ended = 0;    ///< By the server.
  };
  /// `data` is the event's JSON, `at` when it was read.
  struct Heard {
    std::size_t stream, room;
    std::int64_t seq;
    std::string_view data;
    Steady::time_point at;
  };

  /// Messages of other rooms are passed over.
  Streams(Loop& loop, int port, const std::vector<std::uint64_t>& rooms);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  /// Opens stream `index` (again) by sending `request`.
  void open(std::size_t index, const std::string& request);
  /// Opens those up to `count`, some at a time, and waits until each has been greeted (by
  /// `hello`, or by the response's head) and next to nothing but heartbeats comes. One that is
  /// ended meanwhile comes back, as clients do. Throws when one is refused.
  enum class Greeting { hello, head };
  void open_all(std::size_t count, const std::function<std::string(std::size_t)>& request,
                Greeting greeting = Greeting::hello);
  /// Closes one; it may be opened again.
  void close(std::size_t index);

  void on_message(std::function<void(const Heard&)> heard) { heard_ = std::move(heard); }
  void on_end(std::function<void(std::size_t)> ended) { ended_ = std::move(ended); }

  const Counts& counts() const { return counts_; }
  std::size_t answered() const { return answered_; }  ///< Streams that are open.
  int status(std::size_t index) const;                ///< 0 while there is no answer.
  std::int64_t seq(std::size_t index, std::size_t room) const;
  /// The position to resume from.
  const std::string& position(std::size_t index) const;

 private:
  struct Reader;
  void read(Reader& reader, std::uint32_t events);
  std::size_t take(Reader& reader, std::string_view text, Steady::time_point now);
  void take_line(Reader& reader, std::string_view line, Steady::time_point now);
  void take_message(Reader& reader, std::string_view data, Steady::time_point now);
  bool take_head(Reader& reader, std::string_view& text);
  std::size_t room_of(std::string_view data);

  Loop& loop_;
  const int port_;
  std::unordered_map<std::string, std::size_t> rooms_;
  std::string last_room_;
  std::size_t last_room_index_ = 0;
  std::size_t room_at_ = 0, seq_at_ = 0;  ///< Where the fields were found last.
  std::vector<std::unique_ptr<Reader>> readers_;
  std::vector<char> buffer_;
  Counts counts_;
  std::size_t answered_ = 0, greeted_ = 0;
  std::function<void(const Heard&)> heard_;
  std::function<void(std::size_t)> ended_;
};

/// The text that follows `name` in `json`; empty when it is not there. `hint` is where it was
/// the last time, and is moved.
std::string_view text_after(std::string_view json, std::string_view name, std::size_t& hint);

}  // namespace confab::bench
