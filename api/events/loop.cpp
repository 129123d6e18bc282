#include "api/events/loop.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "api/base/executor.h"
#include "api/base/log.h"

namespace confab::events {

namespace {

void prepare_socket(int descriptor) {
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  // Not TCP (a unix socket): the options are refused, and not needed.
  const auto set = [&](int option, int value) {
    setsockopt(descriptor, IPPROTO_TCP, option, &value, sizeof value);
  };
  set(TCP_NODELAY, 1);
  set(TCP_CORK, 0);
  set(TCP_NOTSENT_LOWAT, 64 * 1024);  // a stalled reader costs this much kernel memory
  set(TCP_USER_TIMEOUT, 30'000);      // a silent one is noticed
}

}  // namespace

Hub::Loop::Loop(Settings given, const Clock& clock)
    : settings(std::move(given)),
      clock_(clock),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      ring_(settings.ring_bytes, settings.ring_events) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
  heartbeat_ = FrameLog().append(std::string_view(": still here\n\n"));
  thread_ = std::thread([this] { run(); });
}

Hub::Loop::~Loop() {
  stopping_ = true;
  post([] {});
  thread_.join();
  for (auto& stream : streams_) {
    if (stream) ::close(stream->descriptor);
  }
  for (auto& [subscription, descriptor] : early_) ::close(descriptor);
  ::close(wake_);
  ::close(epoll_);
}

void Hub::Loop::post(std::function<void()> task) {
  const bool first = inbox_.with([&](auto& inbox) {
    inbox.push_back(std::move(task));
    return inbox.size() == 1;
  });
  if (!first) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
}

/// What others handed in, in its order, for a moment: opening many streams must not keep
/// those that are open waiting.
void Hub::Loop::drain_inbox() {
  constexpr std::int64_t kLongest = 2;
  if (todo_.empty()) {
    for (auto& task : inbox_.with([](auto& inbox) { return std::exchange(inbox, {}); })) {
      todo_.push_back(std::move(task));
    }
  }
  const auto until = todo_.empty() ? 0 : monotonic_ms() + kLongest;
  while (!todo_.empty()) {
    const auto task = std::move(todo_.front());
    todo_.pop_front();
    task();
    if (monotonic_ms() >= until) return;
  }
}

void Hub::Loop::run() {
  name_thread("hub");
  constexpr std::int64_t kTick = 1000;
  next_tick_ = now_ + kTick;
  std::array<epoll_event, 256> ready{};
  while (!stopping_) {
    const auto rest = std::max<std::int64_t>(0, next_tick_ - monotonic_ms());
    const int timeout = dirty_.empty() && todo_.empty() ? static_cast<int>(rest) : 0;
    const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), timeout);
    for (int i = 0; i < count; ++i) {
      const auto& event = ready[static_cast<std::size_t>(i)];
      if (event.data.fd == wake_) {
        std::uint64_t ignored = 0;
        [[maybe_unused]] const auto got = read(wake_, &ignored, sizeof ignored);
        continue;
      }
      Stream* stream = streams_[static_cast<std::size_t>(event.data.fd)].get();
      if (stream == nullptr) continue;
      if ((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        close(*stream);
      } else if ((event.events & EPOLLOUT) != 0) {
        stream->blocked = false;
        arm(*stream, false);
        mark_dirty(*stream);
      }
    }
    now_ = monotonic_ms();
    // Asking the kernel costs more than a look at the inbox: what arrives meanwhile joins
    // the queues of those still waiting, so a busy hub batches by itself.
    constexpr int kLooks = 8;
    for (int i = 0; i < kLooks; ++i) {
      drain_inbox();
      close_cut();
      send_some();
      if (dirty_.empty()) break;
    }
    stats.waiting = dirty_.size();
    if (now_ >= next_tick_) {
      next_tick_ += kTick;
      tick();
    }
  }
}

void Hub::Loop::close_cut() {
  for (const int descriptor : std::exchange(cut_, {})) {
    // Its descriptor may by now be another stream's.
    Stream* stream = streams_[static_cast<std::size_t>(descriptor)].get();
    if (stream != nullptr && stream->end_by != 0) close(*stream);
  }
}

void Hub::Loop::mark_dirty(Stream& stream) {
  if (stream.dirty || stream.blocked) return;
  stream.dirty = true;
  dirty_.push_back(stream.descriptor);
}

void Hub::Loop::send_some() {
  constexpr int kSends = 32;
  for (int i = 0; i < kSends && !dirty_.empty(); ++i) {
    Stream* stream = streams_[static_cast<std::size_t>(dirty_.front())].get();
    dirty_.pop_front();
    if (stream == nullptr || !stream->dirty) continue;
    stream->dirty = false;
    send(*stream);
  }
}

void Hub::Loop::send(Stream& stream) {
  constexpr std::size_t kPieces = 64;
  while (!stream.queue.empty()) {
    std::array<iovec, kPieces> pieces;
    const auto count = std::min(stream.queue.runs(), kPieces);
    std::size_t wanted = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto text = stream.queue.at(i).text();
      pieces[i] = {const_cast<char*>(text.data()), text.size()};
      wanted += text.size();
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const auto sent = sendmsg(stream.descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return close(stream);
    if (sent > 0) {
      stream.queue.sent(static_cast<std::size_t>(sent));
      stream.moved_at = now_;
    }
    if (sent < 0 || static_cast<std::size_t>(sent) < wanted) {
      stream.blocked = true;
      return arm(stream, true);
    }
  }
  if (stream.end_by != 0) close(stream);
}

void Hub::Loop::arm(const Stream& stream, bool for_writing) {
  epoll_event event{.events = EPOLLRDHUP | (for_writing ? EPOLLOUT | EPOLLONESHOT : 0U),
                    .data = {.fd = stream.descriptor}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, stream.descriptor, &event);
}

void Hub::Loop::open(Subscription subscription, int descriptor) {
  if (!position_.covers(subscription.known)) {
    early_.emplace_back(std::move(subscription), descriptor);
    return;
  }
  serve(subscription, descriptor);
}

void Hub::Loop::serve(Subscription& subscription, int descriptor) {
  prepare_socket(descriptor);
  const auto index = static_cast<std::size_t>(descriptor);
  if (streams_.size() <= index) streams_.resize(index + 1);
  streams_[index] = std::make_unique<Stream>();
  Stream& stream = *streams_[index];
  stream.descriptor = descriptor;
  stream.session = subscription.session;
  stream.slot = std::move(subscription.slot);
  stream.moved_at = now_;
  ++stats.streams;
  epoll_event event{.events = EPOLLRDHUP, .data = {.fd = descriptor}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  replay(stream, subscription);
  // What was missed is on top: a long absence must not get it cut at once.
  stream.most_bytes = settings.queue_bytes + stream.queue.bytes();
  stream.most_runs = settings.queue_runs + stream.queue.runs();
  mark_dirty(stream);
}

void Hub::Loop::close(Stream& stream) {
  const int descriptor = stream.descriptor;
  --stats.streams;
  if (Person* person = stream.person) {
    std::erase(person->streams, &stream);
    if (person->streams.empty()) person->offline_at = now_ + settings.offline_after_ms;
  }
  // The HTTP server's own descriptor of this socket may still be open, so the
  // kernel would not take it out of the set by itself.
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
  shutdown(descriptor, SHUT_RDWR);
  ::close(descriptor);
  streams_[static_cast<std::size_t>(descriptor)].reset();
}

/// Once a second: heartbeats for idle streams (each has its own second), the end
/// of those that read nothing, and who has gone offline.
void Hub::Loop::tick() {
  const auto now = now_;
  const auto beat = static_cast<std::size_t>(++ticks_ % settings.heartbeat_s);
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    Stream* stream = streams_[i].get();
    if (stream == nullptr) continue;
    if (stream->end_by != 0 && now >= stream->end_by) {
      close(*stream);
    } else if (!stream->queue.empty() && now - stream->moved_at > settings.stall_ms) {
      ++stats.cut;
      log::info("events.cut", {{"why", "stalled"}, {"bytes", stream->queue.bytes()}});
      close(*stream);
    } else if (stream->queue.empty() &&
               i % static_cast<std::size_t>(settings.heartbeat_s) == beat) {
      enqueue(*stream, heartbeat_);
    }
  }
  std::vector<Person*> gone;
  for (const auto& [id, person] : people_) {
    if (person->streams.empty() && now >= person->offline_at) gone.push_back(person.get());
  }
  for (Person* person : gone) {
    show(*person, Presence::offline);
    forget(*person);
  }
}

}  // namespace confab::events
