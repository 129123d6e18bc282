#include "api/http/loop.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <thread>

#include "api/base/calls.h"
#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/http/exchange.h"
#include "api/http/guard.h"

namespace confab::http {

namespace {

using Daemon = std::unique_ptr<MHD_Daemon, Calls<MHD_stop_daemon>>;
using Response = std::unique_ptr<MHD_Response, Calls<MHD_destroy_response>>;

constexpr unsigned kConnections = 19'000;
constexpr std::size_t kMemory = 16 * 1024;
constexpr std::int64_t kStopMs = 5'000;
constexpr std::int64_t kProbeMs = 2'000;
/// A body this many times over the limit is not even read to its end.
constexpr std::size_t kDropFactor = 16;

std::string text_of(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address == nullptr || address->sa_family == AF_UNIX) return "unix";
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
  } else {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    }
  }
  return text;
}

Peer& peer_of(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return *static_cast<Peer*>(info->socket_context);
}

Head head_of(MHD_Connection* connection, const Exchange& exchange, const char* method,
             const char* version) {
  const auto* size = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  Head head{.method = method,
            .target = exchange.target,
            .version = version,
            .received_target = {exchange.received_target, exchange.target.size()},
            .received = size != nullptr ? size->header_size : 0};
  const auto collect = [](void* to, MHD_ValueKind, const char* name, std::size_t name_size,
                          const char* value, std::size_t value_size) noexcept {
    try {
      static_cast<Head*>(to)->headers.emplace_back(
          std::string_view(name, name_size),
          value == nullptr ? std::string_view() : std::string_view(value, value_size));
      return MHD_YES;
    } catch (...) {
      return MHD_NO;
    }
  };
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect, &head);
  return head;
}

void fill(Call& call, const Head& head) {
  for (const auto& [name, value] : head.headers) {
    auto& [lower, copy] = call.headers.emplace_back(name, value);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    while (!copy.empty() && (copy.back() == ' ' || copy.back() == '\t')) copy.pop_back();
  }
}

/// Hands the socket to the reply's `stream`, once the head is on the wire.
ssize_t hand_over(void* cls, std::uint64_t, char*, std::size_t) noexcept {
  try {
    Peer& peer = *static_cast<Peer*>(cls);
    peer.progress.enter(Step::handed, monotonic_ms());
    const auto stream = std::exchange(peer.exchange->reply.stream, nullptr);
    Descriptor copy(::fcntl(peer.descriptor, F_DUPFD_CLOEXEC, 0));
    if (stream && copy.get() >= 0) {
      // libmicrohttpd may have left the head waiting for more to send with it.
      const int off = 0;
      const int on = 1;
      ::setsockopt(copy.get(), IPPROTO_TCP, TCP_CORK, &off, sizeof off);
      ::setsockopt(copy.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      stream(copy.release());
    }
  } catch (const std::exception& bug) {
    log::error("http.hand_over", {{"what", bug.what()}});
  } catch (...) {
    log::error("http.hand_over");
  }
  return MHD_CONTENT_READER_END_OF_STREAM;
}

Response make_response(Peer& peer, Exchange& exchange) {
  Reply& reply = exchange.reply;
  if (reply.stream && !exchange.head) {
    Response response(
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16, &hand_over, &peer, nullptr));
    // No chunks, and the connection ends with the body.
    if (response) {
      MHD_set_response_options(response.get(), MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    }
    return response;
  }
  // Not copied: the exchange outlives the sending.
  const std::string& body = reply.shared_body ? *reply.shared_body : reply.body;
  return Response(MHD_create_response_from_buffer(body.size(), const_cast<char*>(body.data()),
                                                  MHD_RESPMEM_PERSISTENT));
}

void add_header(const Response& response, const std::string& name, const std::string& value) {
  if (MHD_add_response_header(response.get(), name.c_str(), value.c_str()) != MHD_YES) {
    log::error("http.reply", {{"what", "a header that cannot be sent"}, {"name", name}});
  }
}

MHD_Result send(Peer& peer, Exchange& exchange) {
  Reply& reply = exchange.reply;
  const Response response = make_response(peer, exchange);
  if (!response) return MHD_NO;
  const std::size_t size = reply.shared_body ? reply.shared_body->size() : reply.body.size();
  if (size != 0 || reply.stream) add_header(response, "Content-Type", reply.type);
  for (const auto& [name, value] : reply.headers) add_header(response, name, value);
  if (exchange.close) add_header(response, "Connection", "close");
  peer.progress.enter(Step::reply, monotonic_ms(), static_cast<std::int64_t>(size));
  return MHD_queue_response(exchange.connection, static_cast<unsigned>(reply.status),
                            response.get());
}

/// libmicrohttpd takes a short read for an emptied socket, and so never learns of
/// an end that came together with the last bytes. What ends later, it hears of.
bool has_left(Peer& peer, std::int64_t now_ms) {
  Progress& progress = peer.progress;
  // Not at once: the next request may be in libmicrohttpd's buffer already.
  if (progress.step != Step::idle || progress.probed || now_ms < progress.since_ms + kProbeMs) {
    return false;
  }
  progress.probed = true;
  char byte = 0;
  return ::recv(peer.descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void log_daemon(void*, const char* format, va_list arguments) noexcept {
  try {
    if (!log::enabled(log::Level::debug)) return;
    std::array<char, 512> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    log::debug("http.daemon", {{"what", line.data()}});
  } catch (...) {  // NOLINT(bugprone-empty-catch): a lost debug line harms nobody
  }
}

/// Paths and queries stay as they came; we decode them ourselves.
std::size_t leave_escaped(void*, MHD_Connection*, char* text) noexcept { return std::strlen(text); }

}  // namespace

struct Loop::State {
  const std::shared_ptr<Dispatch> dispatch;
  Executor& executor;
  std::list<Peer> peers;
  const std::shared_ptr<Wake> wake = std::make_shared<Wake>();
  std::atomic<bool> stopping{false};
  Daemon daemon;
  std::thread thread;

  State(std::shared_ptr<Dispatch> d, Executor& e) : dispatch(std::move(d)), executor(e) {}

  void start(Descriptor listener);
  void run() noexcept;
  void turn(std::int64_t most_ms);
  void sweep();
  bool busy() const;
  void finish_all();

  MHD_Result begin(Peer& peer, Exchange& exchange, const char* method, const char* version);
  MHD_Result take_body(Peer& peer, Exchange& exchange, std::string_view bytes) const;
  MHD_Result ask(Peer& peer, const std::shared_ptr<Exchange>& exchange);
  MHD_Result reply_now(Peer& peer, Exchange& exchange, Reply reply);

  static void on_connection(void* cls, MHD_Connection* connection, void** context,
                            MHD_ConnectionNotificationCode code) noexcept;
  static void* on_target(void* cls, const char* target, MHD_Connection* connection) noexcept;
  static MHD_Result on_access(void* cls, MHD_Connection* connection, const char* path,
                              const char* method, const char* version, const char* bytes,
                              std::size_t* size, void** context) noexcept;
  static void on_completed(void* cls, MHD_Connection* connection, void** context,
                           MHD_RequestTerminationCode code) noexcept;
};

void Loop::State::on_connection(void* cls, MHD_Connection* connection, void** context,
                                MHD_ConnectionNotificationCode code) noexcept {
  State& state = *static_cast<State*>(cls);
  try {
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
      if (*context != nullptr) state.peers.erase(static_cast<Peer*>(*context)->self);
      *context = nullptr;
      return;
    }
    const auto* descriptor = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const auto* address = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    Peer& peer = state.peers.emplace_back(Peer{.descriptor = descriptor->connect_fd});
    peer.self = std::prev(state.peers.end());
    *context = &peer;
    peer.progress.enter(Step::head, monotonic_ms());
    peer.address = text_of(address != nullptr ? address->client_addr : nullptr);
  } catch (...) {
    log::error("http.connect");  // without a context its first request is refused
  }
}

void* Loop::State::on_target(void* cls, const char* target, MHD_Connection* connection) noexcept {
  try {
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (info == nullptr || info->socket_context == nullptr) return nullptr;
    Peer& peer = peer_of(connection);
    peer.exchange = std::make_shared<Exchange>();
    Exchange& exchange = *peer.exchange;
    exchange.connection = connection;
    exchange.wake = static_cast<State*>(cls)->wake;
    exchange.started_ms = monotonic_ms();
    exchange.target = target;
    exchange.received_target = target;
    // The first request's time began with the connection.
    if (peer.progress.step != Step::head) peer.progress.enter(Step::head, exchange.started_ms);
    return &exchange;
  } catch (...) {
    return nullptr;
  }
}

MHD_Result Loop::State::on_access(void* cls, MHD_Connection* connection, const char*,
                                  const char* method, const char* version, const char* bytes,
                                  std::size_t* size, void** context) noexcept {
  try {
    if (*context == nullptr) return MHD_NO;
    State& state = *static_cast<State*>(cls);
    Peer& peer = peer_of(connection);
    const auto exchange = peer.exchange;
    if (!exchange->begun) return state.begin(peer, *exchange, method, version);
    if (*size != 0) {
      const std::string_view taken(bytes, std::exchange(*size, 0));
      return state.take_body(peer, *exchange, taken);
    }
    if (!exchange->asked) return state.ask(peer, exchange);
    if (exchange->abandoned()) return MHD_NO;
    return send(peer, *exchange);
  } catch (const std::exception& bug) {
    log::error("http.access", {{"what", bug.what()}});
  } catch (...) {
    log::error("http.access");
  }
  return MHD_NO;
}

void Loop::State::on_completed(void*, MHD_Connection* connection, void** context,
                               MHD_RequestTerminationCode) noexcept {
  if (*context == nullptr) return;
  Peer& peer = peer_of(connection);
  // Releases a stream that was never handed over.
  peer.exchange.reset();
  if (peer.progress.step != Step::handed) peer.progress.enter(Step::idle, monotonic_ms());
  *context = nullptr;
}

MHD_Result Loop::State::begin(Peer& peer, Exchange& exchange, const char* method,
                              const char* version) {
  exchange.begun = true;
  exchange.close = stopping;
  Call& call = exchange.call;
  call.method = method;
  call.address = peer.address;
  exchange.head = call.method == "HEAD";
  const auto question = exchange.target.find('?');
  call.path = exchange.target.substr(0, question);
  if (question != std::string::npos) exchange.query = exchange.target.substr(question + 1);

  const Head head = head_of(exchange.connection, exchange, method, version);
  auto why = why_refuse(head);
  if (!why) why = why_refuse_layout(head);
  if (why) {
    exchange.close = true;
    call.request_id = request_id(call);
    return reply_now(peer, exchange, problem(Error(Code::invalid_request, *why), call));
  }
  fill(call, head);
  call.request_id = request_id(call);

  const std::size_t limit = dispatch->settings().max_body;
  std::uint64_t length = 0;
  const auto declared = call.header("content-length");
  std::from_chars(declared.data(), declared.data() + declared.size(), length);
  exchange.too_large = length > limit;
  if (exchange.too_large && (length > limit * kDropFactor || call.has_header("expect"))) {
    return ask(peer, peer.exchange);
  }
  if (length > 0 || call.has_header("transfer-encoding")) {
    peer.progress.enter(Step::body, monotonic_ms());
    if (!exchange.too_large) call.body.reserve(length);
  }
  return MHD_YES;
}

MHD_Result Loop::State::take_body(Peer& peer, Exchange& exchange, std::string_view bytes) const {
  const std::size_t limit = dispatch->settings().max_body;
  peer.progress.bytes += static_cast<std::int64_t>(bytes.size());
  if (exchange.call.body.size() + bytes.size() > limit) exchange.too_large = true;
  if (!exchange.too_large) {
    exchange.call.body.append(bytes);
    return MHD_YES;
  }
  // Read on for a while: closing with bytes unread would reset the connection
  // before the client has seen the answer.
  std::string().swap(exchange.call.body);
  exchange.dropped += bytes.size();
  return exchange.dropped > limit * kDropFactor ? MHD_NO : MHD_YES;
}

MHD_Result Loop::State::ask(Peer& peer, const std::shared_ptr<Exchange>& exchange) {
  exchange->asked = true;
  if (exchange->too_large) {
    exchange->close = true;
    const std::string most = std::to_string(dispatch->settings().max_body);
    return reply_now(peer, *exchange,
                     problem(Error(Code::body_too_large, "A body may have " + most + " bytes."),
                             exchange->call));
  }
  exchange->plan = dispatch->plan(exchange->call, exchange->query);
  if (exchange->plan.reply) return reply_now(peer, *exchange, std::move(*exchange->plan.reply));

  peer.progress.enter(Step::handler, monotonic_ms());
  MHD_suspend_connection(exchange->connection);
  const auto work = [exchange, dispatch = dispatch] {
    exchange->reply = dispatch->work(exchange->call, exchange->plan);
    dispatch->seal(exchange->call, exchange->plan, exchange->reply, exchange->started_ms,
                   exchange->head);
    exchange->finish();
  };
  if (!executor.submit(work)) {
    exchange->reply = dispatch->overloaded(exchange->call);
    dispatch->seal(exchange->call, exchange->plan, exchange->reply, exchange->started_ms,
                   exchange->head);
    exchange->finish();
  }
  return MHD_YES;
}

MHD_Result Loop::State::reply_now(Peer& peer, Exchange& exchange, Reply reply) {
  exchange.asked = true;
  exchange.reply = std::move(reply);
  dispatch->seal(exchange.call, exchange.plan, exchange.reply, exchange.started_ms, exchange.head);
  return send(peer, exchange);
}

void Loop::State::start(Descriptor listener) {
  daemon.reset(MHD_start_daemon(
      MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, nullptr,
      nullptr, &on_access, this, MHD_OPTION_EXTERNAL_LOGGER, &log_daemon, nullptr,
      MHD_OPTION_LISTEN_SOCKET, listener.get(), MHD_OPTION_CONNECTION_LIMIT, kConnections,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMemory, MHD_OPTION_CONNECTION_TIMEOUT,
      static_cast<unsigned>(
          std::max<std::int64_t>(1, dispatch->settings().deadlines.idle_ms / 1000)),
      MHD_OPTION_NOTIFY_CONNECTION, &on_connection, this, MHD_OPTION_NOTIFY_COMPLETED,
      &on_completed, this, MHD_OPTION_URI_LOG_CALLBACK, &on_target, this,
      MHD_OPTION_UNESCAPE_CALLBACK, &leave_escaped, nullptr, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_END));
  if (!daemon) throw Error(Code::internal, "libmicrohttpd would not start");
  listener.release();
  thread = std::thread([this] { run(); });
}

void Loop::State::turn(std::int64_t most_ms) {
  const auto* info = MHD_get_daemon_info(daemon.get(), MHD_DAEMON_INFO_EPOLL_FD);
  MHD_UNSIGNED_LONG_LONG wait = 0;
  if (MHD_get_timeout(daemon.get(), &wait) == MHD_YES) {
    most_ms = std::min(most_ms, static_cast<std::int64_t>(wait));
  }
  std::array<pollfd, 2> ready = {{{.fd = info->epoll_fd, .events = POLLIN, .revents = 0},
                                  {.fd = wake->descriptor(), .events = POLLIN, .revents = 0}}};
  ::poll(ready.data(), ready.size(), static_cast<int>(most_ms));
  if (ready[1].revents != 0) wake->answer();
  if (MHD_run(daemon.get()) != MHD_YES) log::error("http.run", {{"what", "the daemon failed"}});
}

void Loop::State::sweep() {
  const std::int64_t now = monotonic_ms();
  for (Peer& peer : peers) {
    if (!overdue(peer.progress, now, dispatch->settings().deadlines) && !has_left(peer, now))
      continue;
    log::debug("http.deadline",
               {{"step", static_cast<int>(peer.progress.step)}, {"address", peer.address}});
    ::shutdown(peer.descriptor, SHUT_RDWR);
  }
}

bool Loop::State::busy() const {
  return std::any_of(peers.begin(), peers.end(), [](const Peer& peer) {
    const Step step = peer.progress.step;
    return step == Step::body || step == Step::handler || step == Step::reply;
  });
}

void Loop::State::finish_all() {
  Descriptor listener(MHD_quiesce_daemon(daemon.get()));
  const std::int64_t until = monotonic_ms() + kStopMs;
  while (busy() && monotonic_ms() < until) turn(20);
  for (const Peer& peer : peers) {
    // A connection that still sleeps may not be closed.
    if (peer.progress.step == Step::handler) peer.exchange->abandon();
  }
  turn(0);
  daemon.reset();
}

void Loop::State::run() noexcept {
  const Deadlines& deadlines = dispatch->settings().deadlines;
  const std::int64_t every =
      std::clamp<std::int64_t>(std::min({deadlines.head_ms, deadlines.body_ms}) / 4, 10, 1000);
  try {
    name_thread("io");
    std::int64_t next_sweep = monotonic_ms() + every;
    while (!stopping) {
      const std::int64_t now = monotonic_ms();
      if (now >= next_sweep) {
        sweep();
        next_sweep = now + every;
      }
      turn(next_sweep - now > 0 ? next_sweep - now : 0);
    }
    finish_all();
  } catch (const std::exception& bug) {
    log::error("http.loop", {{"what", bug.what()}});
  }
}

Loop::Loop(Descriptor listener, int index, std::shared_ptr<Dispatch> dispatch, Executor& executor)
    : state_(std::make_unique<State>(std::move(dispatch), executor)) {
  log::debug("http.listen", {{"loop", index}});
  state_->start(std::move(listener));
}

void Loop::stop() noexcept {
  state_->stopping = true;
  state_->wake->ring();
}

Loop::~Loop() {
  stop();
  if (state_->thread.joinable()) state_->thread.join();
}

}  // namespace confab::http
