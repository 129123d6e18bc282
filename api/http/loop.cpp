#include "api/http/loop.h"

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

#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/http/acceptor.h"
#include "api/http/answer.h"
#include "api/http/exchange.h"
#include "api/http/guard.h"
#include "api/http/handover.h"
#include "api/http/peers.h"

namespace confab::http {

namespace {

constexpr unsigned kConnections = 19'000;
constexpr std::size_t kMemory = 16 * 1024;
constexpr std::int64_t kStopMs = 5'000;
/// A body this many times over the limit is not even read to its end.
constexpr std::size_t kDropFactor = 16;
/// Connections taken between two turns of the daemon.
constexpr int kArrivals = 32;
/// Connections beyond the total that may ask for the server's health.
constexpr int kReserve = 16;
constexpr std::int64_t kReserveHeadMs = 1'000;
constexpr std::int64_t kFullLogMs = 10'000;

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
            .authority = exchange.authority,
            .received_target = {exchange.received_target, exchange.received_size},
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
    // RFC 9112 section 3.2.2: a full address overrules the header.
    if (head.authority && lower == "host") copy = *head.authority;
  }
}

bool is_health(std::string_view path) { return path == "/healthz" || path == "/readyz"; }

/// A stream that a proxy carries counts under the address it is carried for.
void seat_stream(Exchange& exchange, Admission& admission) {
  Seat carried = admission.seat_behind_proxy(exchange.call.address);
  if (!carried) {
    exchange.reply = problem(
        Error(Code::too_many_streams, "Your address has as many streams open as it may have."),
        exchange.call);
    return;
  }
  exchange.seat =
      std::make_shared<const std::pair<Seat, Seat>>(std::move(exchange.seat), std::move(carried));
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
  const std::shared_ptr<Admission> admission;
  Executor& executor;
  Acceptor acceptor;
  Peers peers;
  Pumps pumps;
  const bool hand_over;
  Arrival* arriving = nullptr;  ///< While the daemon is given it.
  Seat arriving_seat;
  bool arriving_reserve = false;
  std::int64_t turned_away = 0;
  std::int64_t next_full_log = 0;
  Census census{};  ///< As the metrics have it.
  const std::shared_ptr<Wake> wake = std::make_shared<Wake>();
  std::atomic<bool> stopping{false};
  Daemon daemon;
  std::thread thread;

  State(Descriptor listener, Parts parts, Executor& e)
      : dispatch(std::move(parts.dispatch)),
        admission(std::move(parts.admission)),
        executor(e),
        acceptor(std::move(listener)),
        hand_over(parts.hand_over) {}

  void start();
  void run() noexcept;
  void turn(std::int64_t most_ms);
  void accept_some();
  void admit(Arrival arrival, std::int64_t now);
  bool room_for(const Arrival& arrival, std::int64_t now);
  void sweep();
  void say_full(std::int64_t now);
  bool busy() const;
  void finish_all();

  MHD_Result begin(Peer& peer, Exchange& exchange, const char* method, const char* version);
  MHD_Result take_body(Peer& peer, Exchange& exchange, std::string_view bytes) const;
  MHD_Result ask(Peer& peer, const std::shared_ptr<Exchange>& exchange);
  MHD_Result reply_now(Peer& peer, Exchange& exchange, Reply reply);
  MHD_Result send(Peer& peer) { return http::send(peer, hand_over ? nullptr : &pumps); }

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
      if (*context != nullptr) state.peers.remove(*static_cast<Peer*>(*context));
      *context = nullptr;
      return;
    }
    const auto* descriptor = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    Peer& peer = state.peers.add(descriptor->connect_fd, monotonic_ms());
    *context = &peer;
    peer.address = std::move(state.arriving->text);
    peer.seat = std::move(state.arriving_seat);
    peer.reserve = state.arriving_reserve;
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
    exchange.received_size = exchange.target.size();
    exchange.authority = take_authority(exchange.target);
    // The first request's time began with the connection.
    if (peer.progress.step != Step::head) peer.enter(Step::head, exchange.started_ms);
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
    return state.send(peer);
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
  if (peer.progress.step != Step::handed) peer.enter(Step::idle, monotonic_ms());
  *context = nullptr;
}

MHD_Result Loop::State::begin(Peer& peer, Exchange& exchange, const char* method,
                              const char* version) {
  exchange.begun = true;
  exchange.close = stopping || peer.reserve;
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
    peer.enter(Step::body, monotonic_ms());
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
  const bool refused = peer.reserve && !is_health(exchange->call.path);

  peer.enter(Step::handler, monotonic_ms());
  exchange->seat = peer.seat;
  MHD_suspend_connection(exchange->connection);
  const bool forwarded = exchange->call.address != peer.address;
  const auto work = [exchange, forwarded, dispatch = dispatch, admission = admission] {
    exchange->reply = dispatch->work(exchange->call, exchange->plan);
    if (exchange->reply.stream && forwarded) seat_stream(*exchange, *admission);
    dispatch->seal(exchange->call, exchange->plan, exchange->reply, exchange->started_ms,
                   exchange->head);
    exchange->finish();
  };
  const auto& settings = dispatch->settings();
  const auto* route = exchange->plan.route;
  const bool patient = settings.patient != nullptr && route != nullptr && route->endpoint.patient;
  if (refused || !(patient ? *settings.patient : executor).submit(work)) {
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
  return send(peer);
}

void Loop::State::start() {
  daemon.reset(MHD_start_daemon(
      kDaemonFlags | MHD_USE_ERROR_LOG, 0, nullptr, nullptr, &on_access, this,
      MHD_OPTION_EXTERNAL_LOGGER, &log_daemon, nullptr, MHD_OPTION_CONNECTION_LIMIT,
      kConnections + kArrivals + kReserve, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMemory,
      MHD_OPTION_CONNECTION_TIMEOUT,
      static_cast<unsigned>(
          std::max<std::int64_t>(1, dispatch->settings().deadlines.idle_ms / 1000)),
      MHD_OPTION_NOTIFY_CONNECTION, &on_connection, this, MHD_OPTION_NOTIFY_COMPLETED,
      &on_completed, this, MHD_OPTION_URI_LOG_CALLBACK, &on_target, this,
      MHD_OPTION_UNESCAPE_CALLBACK, &leave_escaped, nullptr, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_END));
  if (!daemon) throw Error(Code::internal, "libmicrohttpd would not start");
  thread = std::thread([this] { run(); });
}

void Loop::State::turn(std::int64_t most_ms) {
  const auto* info = MHD_get_daemon_info(daemon.get(), MHD_DAEMON_INFO_EPOLL_FD);
  MHD_UNSIGNED_LONG_LONG wait = 0;
  if (MHD_get_timeout(daemon.get(), &wait) == MHD_YES) {
    most_ms = std::min(most_ms, static_cast<std::int64_t>(wait));
  }
  acceptor.tend();
  const std::int64_t now = monotonic_ms();
  std::array<pollfd, 4> ready = {
      {{.fd = info->epoll_fd, .events = POLLIN, .revents = 0},
       {.fd = wake->descriptor(), .events = POLLIN, .revents = 0},
       {.fd = acceptor.descriptor(now), .events = POLLIN, .revents = 0},
       {.fd = hand_over ? -1 : pumps.descriptor(), .events = POLLIN, .revents = 0}}};
  ::poll(ready.data(), ready.size(), static_cast<int>(acceptor.rest(now, most_ms)));
  if (ready[1].revents != 0) wake->answer();
  if (ready[2].revents != 0) accept_some();
  if (ready[3].revents != 0) pumps.answer();
  if (MHD_run(daemon.get()) != MHD_YES) log::error("http.run", {{"what", "the daemon failed"}});
}

void Loop::State::accept_some() {
  const std::int64_t now = monotonic_ms();
  for (int i = 0; i < kArrivals; ++i) {
    auto arrival = acceptor.next(now);
    if (!arrival) return;
    admit(std::move(*arrival), now);
  }
}

void Loop::State::admit(Arrival arrival, std::int64_t now) {
  arriving_seat = admission->seat(arrival.text);
  if (!arriving_seat || !room_for(arrival, now)) {
    arriving_seat = nullptr;
    ++turned_away;
    return say_full(now);
  }
  arriving = &arrival;
  const int socket = arrival.socket.release();  // from here on the daemon's, even if it fails
  const auto size = arrival.text == "unix" ? 0 : arrival.size;
  if (MHD_add_connection(daemon.get(), socket, reinterpret_cast<sockaddr*>(&arrival.address),
                         size) != MHD_YES) {
    log::warn("http.accept", {{"what", "the daemon takes no connection"}});
  }
  arriving_seat = nullptr;
}

/// Whether it may stay; makes room where that is needed. Sets the reserve's mark
/// when there is none to be made.
bool Loop::State::room_for(const Arrival& arrival, std::int64_t now) {
  const int over = std::max(admission->over(),
                            static_cast<int>(peers.size() + 1) - static_cast<int>(kConnections));
  arriving_reserve = false;
  if (over <= 0 && !arrival.last) return true;
  say_full(now);
  if (Peer* peer = peers.spare(now)) {
    peers.drop(*peer);
    arriving_reserve = arrival.last;
    return true;
  }
  arriving_reserve = true;
  if (over <= kReserve) return true;
  // Nothing is idle and the reserve is full of newcomers: the first of them has
  // had its chance.
  Peer* peer = peers.oldest_head();
  if (peer != nullptr) peers.drop(*peer);
  return peer != nullptr;
}

void Loop::State::say_full(std::int64_t now) {
  if (now < next_full_log) return;
  next_full_log = now + kFullLogMs;
  log::warn("http.full",
            {{"connections", admission->taken()}, {"turned_away", std::exchange(turned_away, 0)}});
}

void Loop::State::sweep() {
  const std::int64_t now = monotonic_ms();
  Census found{};
  peers.each([&](Peer& peer) {
    const Progress& progress = peer.progress;
    ++found[static_cast<std::size_t>(progress.step)];
    const bool waited =
        peer.reserve && progress.step == Step::head && now - progress.since_ms > kReserveHeadMs;
    if (!waited && !overdue(progress, now, dispatch->settings().deadlines) && !peer.has_left(now))
      return;
    log::debug("http.deadline",
               {{"step", static_cast<int>(progress.step)}, {"address", peer.address}});
    ::shutdown(peer.descriptor, SHUT_RDWR);
  });
  dispatch->measures().connections(std::exchange(census, found), found);
}

bool Loop::State::busy() const {
  return peers.has(Step::body) || peers.has(Step::handler) || peers.has(Step::reply);
}

void Loop::State::finish_all() {
  acceptor.end();
  const std::int64_t until = monotonic_ms() + kStopMs;
  while (busy() && monotonic_ms() < until) turn(20);
  peers.each([](Peer& peer) {
    // A connection that still sleeps may not be closed.
    if (peer.progress.step == Step::handler) peer.exchange->abandon();
    if (peer.pump) peer.pump->end();
  });
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

Loop::Loop(Descriptor listener, int index, Parts parts, Executor& executor)
    : state_(std::make_unique<State>(std::move(listener), std::move(parts), executor)) {
  log::debug("http.listen", {{"loop", index}});
  state_->start();
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
