#include "bench/lib/streams.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace confab::bench {

namespace {

constexpr std::size_t kBuffer = 512 * 1024;
constexpr std::size_t kUnknownRoom = SIZE_MAX;
constexpr std::int64_t kNothingYet = -1;

}  // namespace

std::string_view text_after(std::string_view json, std::string_view name, std::size_t& hint) {
  if (hint < name.size() || hint > json.size() ||
      json.substr(hint - name.size(), name.size()) != name) {
    const void* found = memmem(json.data(), json.size(), name.data(), name.size());
    if (found == nullptr) return {};
    hint = static_cast<std::size_t>(static_cast<const char*>(found) - json.data()) + name.size();
  }
  return json.substr(hint);
}

struct Streams::Reader final : Handler {
  Reader(Streams& o, std::size_t i, std::size_t rooms)
      : owner(o), index(i), seqs(rooms, kNothingYet) {}
  ~Reader() override {
    if (descriptor >= 0) ::close(descriptor);
  }
  void ready(std::uint32_t events) override { owner.read(*this, events); }

  Streams& owner;
  const std::size_t index;
  int descriptor = -1;
  int status = 0;
  bool greeted = false;
  bool message = false;  ///< The event under way is a new message.
  std::string request;   ///< Still to be sent.
  std::string rest;      ///< A line that has not ended.
  std::string position;
  std::vector<std::int64_t> seqs;
};

Streams::Streams(Loop& loop, int port, const std::vector<std::uint64_t>& rooms)
    : loop_(loop), port_(port), buffer_(kBuffer) {
  for (std::size_t i = 0; i < rooms.size(); ++i) rooms_.emplace(std::to_string(rooms[i]), i);
}

Streams::~Streams() = default;

void Streams::open(std::size_t index, const std::string& request) {
  if (readers_.size() <= index) readers_.resize(index + 1);
  auto& reader = readers_[index];
  if (!reader) reader = std::make_unique<Reader>(*this, index, rooms_.size());
  if (reader->descriptor >= 0) close(index);
  reader->request = request;
  reader->descriptor = connect_from(static_cast<int>(index), port_);
  loop_.add(reader->descriptor, *reader, EPOLLIN | EPOLLOUT);
}

void Streams::open_all(std::size_t count, const std::function<std::string(std::size_t)>& request,
                       Greeting greeting) {
  constexpr std::size_t kAtOnce = 64;
  constexpr auto kPatience = std::chrono::minutes(5);
  constexpr std::size_t kHeartbeat = 16;
  std::size_t begun = 0;
  std::vector<std::size_t> again;
  const auto outer = std::exchange(ended_, [&](std::size_t index) { again.push_back(index); });
  const auto open_some = [&] {
    if (counts_.refused > 0) throw std::runtime_error("a stream was refused");
    for (const std::size_t index : std::exchange(again, {})) open(index, request(index));
    while (begun < count && begun - std::min(begun, answered_) < kAtOnce) {
      open(begun, request(begun));
      ++begun;
    }
    return (greeting == Greeting::hello ? greeted_ : answered_) == count;
  };
  std::uint64_t before = 0;
  do {
    loop_.until(open_some, kPatience, "opening the streams");
    before = counts_.bytes;
    loop_.rest(std::chrono::seconds(2));
  } while (counts_.bytes - before > kHeartbeat * count || !again.empty());
  ended_ = outer;
}

void Streams::close(std::size_t index) {
  Reader& reader = *readers_[index];
  if (reader.descriptor < 0) return;
  ::close(std::exchange(reader.descriptor, -1));
  if (std::exchange(reader.status, 0) == 200) --answered_;
  if (std::exchange(reader.greeted, false)) --greeted_;
  reader.message = false;
  reader.rest.clear();
}

int Streams::status(std::size_t index) const { return readers_[index]->status; }

std::int64_t Streams::seq(std::size_t index, std::size_t room) const {
  return readers_[index]->seqs[room];
}

const std::string& Streams::position(std::size_t index) const { return readers_[index]->position; }

void Streams::read(Reader& reader, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    const auto sent = ::send(reader.descriptor, reader.request.data(), reader.request.size(),
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(reader.request.size())) {
      loop_.change(reader.descriptor, reader, EPOLLIN);
    }
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  const auto got = ::recv(reader.descriptor, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    ++counts_.ended;
    close(reader.index);
    if (ended_) ended_(reader.index);
    return;
  }
  const auto now = Steady::now();
  counts_.bytes += static_cast<std::uint64_t>(got);
  const std::string_view fresh(buffer_.data(), static_cast<std::size_t>(got));
  if (reader.rest.empty()) {
    const auto used = take(reader, fresh, now);
    reader.rest.assign(fresh.substr(used));
    return;
  }
  // Read out into a string of its own: a handler may open or close this very stream.
  std::string text = std::exchange(reader.rest, {});
  text += fresh;
  const auto used = take(reader, text, now);
  if (reader.descriptor >= 0) reader.rest = text.substr(used);
}

/// Takes whole lines; returns how much that was.
std::size_t Streams::take(Reader& reader, std::string_view text, Steady::time_point now) {
  const char* const start = text.data();
  if (reader.status == 0 && !take_head(reader, text)) return 0;
  std::string_view position;
  while (!text.empty()) {
    const auto* end = static_cast<const char*>(std::memchr(text.data(), '\n', text.size()));
    if (end == nullptr) break;
    const std::string_view line(text.data(), static_cast<std::size_t>(end - text.data()));
    text.remove_prefix(line.size() + 1);
    if (line.starts_with("id: ")) {
      position = line.substr(4);
    } else if (!line.empty()) {
      take_line(reader, line, now);
    }
  }
  if (!position.empty()) reader.position.assign(position);
  return static_cast<std::size_t>(text.data() - start);
}

bool Streams::take_head(Reader& reader, std::string_view& text) {
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  constexpr std::size_t kStatusAt = 9;  // HTTP/1.1 200
  std::from_chars(text.data() + kStatusAt, text.data() + text.size(), reader.status);
  text.remove_prefix(end + 4);
  if (reader.status == 200) {
    ++answered_;
  } else {
    ++counts_.refused;
  }
  return true;
}

void Streams::take_line(Reader& reader, std::string_view line, Steady::time_point now) {
  if (line.starts_with("event: ")) {
    const auto type = line.substr(7);
    reader.message = type.starts_with("message.created");
    if (type == "reset") ++counts_.resets;
    if (type == "hello" && !std::exchange(reader.greeted, true)) ++greeted_;
  } else if (reader.message && line.starts_with("data: ")) {
    reader.message = false;
    take_message(reader, line.substr(6), now);
  }
}

std::size_t Streams::room_of(std::string_view data) {
  const auto text = text_after(data, "\"room_id\":\"", room_at_);
  const auto id = text.substr(0, text.find('"'));
  if (id == last_room_) return last_room_index_;
  const auto found = rooms_.find(std::string(id));
  last_room_ = id;
  last_room_index_ = found == rooms_.end() ? kUnknownRoom : found->second;
  return last_room_index_;
}

void Streams::take_message(Reader& reader, std::string_view data, Steady::time_point now) {
  const auto room = room_of(data);
  if (room == kUnknownRoom) return;
  const auto text = text_after(data, "\"seq\":", seq_at_);
  std::int64_t seq = 0;
  std::from_chars(text.data(), text.data() + text.size(), seq);
  std::int64_t& last = reader.seqs[room];
  if (last != kNothingYet) {
    if (seq <= last) ++counts_.duplicates;
    if (seq > last + 1) ++counts_.gaps;
  }
  last = std::max(last, seq);
  ++counts_.messages;
  if (heard_) heard_({reader.index, room, seq, data, now});
}

}  // namespace confab::bench
