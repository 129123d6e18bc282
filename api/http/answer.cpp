#include "api/http/answer.h"

#include <utility>

#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/http/exchange.h"
#include "api/http/handover.h"
#include "api/http/peers.h"

namespace confab::http {

namespace {

constexpr std::size_t kPumpBlock = 8 * 1024;

/// Gives `socket` to the reply's stream, with the seat it counts under.
void give(Exchange& exchange, int socket) {
  if (const auto stream = std::exchange(exchange.reply.stream, nullptr)) {
    stream(socket, std::move(exchange.seat));
  }
}

/// Hands the socket to the reply's `stream`, once the head is on the wire.
ssize_t hand_over(void* cls, std::uint64_t, char*, std::size_t) noexcept {
  try {
    Peer& peer = *static_cast<Peer*>(cls);
    peer.enter(Step::handed, monotonic_ms());
    Descriptor copy = duplicate(peer.descriptor);
    if (copy.get() >= 0) give(*peer.exchange, copy.release());
  } catch (const std::exception& bug) {
    log::error("http.hand_over", {{"what", bug.what()}});
  } catch (...) {
    log::error("http.hand_over");
  }
  return MHD_CONTENT_READER_END_OF_STREAM;
}

ssize_t pump_out(void* cls, std::uint64_t, char* to, std::size_t most) noexcept {
  try {
    Peer& peer = *static_cast<Peer*>(cls);
    if (peer.progress.step != Step::handed) {
      peer.enter(Step::handed, monotonic_ms());
      const int outer = peer.pump->release_outer();
      if (outer >= 0) give(*peer.exchange, outer);
    }
    return peer.pump->read(to, most);
  } catch (const std::exception& bug) {
    log::error("http.pump", {{"what", bug.what()}});
  } catch (...) {
    log::error("http.pump");
  }
  return MHD_CONTENT_READER_END_WITH_ERROR;
}

/// libmicrohttpd does not visit a connection again whose response's reader has
/// ended it, and keeps it until all older ones have gone; except those with a
/// timeout of their own, which it visits at every turn.
void set_own_timeout(MHD_Connection* connection) {
  const auto* common = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_TIMEOUT);
  const unsigned own = common->connection_timeout + 1;
  MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, own);
}

Response make_response(Peer& peer, Exchange& exchange, Pumps* pumps) {
  const Reply& reply = exchange.reply;
  if (reply.stream && !exchange.head) {
    set_own_timeout(exchange.connection);
    if (pumps == nullptr) return stream_response(16, &hand_over, &peer);
    peer.pump = std::make_unique<Pump>(*pumps, exchange.connection, peer.descriptor);
    return stream_response(kPumpBlock, &pump_out, &peer);
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

}  // namespace

MHD_Result send(Peer& peer, Pumps* pumps) {
  Exchange& exchange = *peer.exchange;
  Reply& reply = exchange.reply;
  const Response response = make_response(peer, exchange, pumps);
  if (!response) return MHD_NO;
  const std::size_t size = reply.shared_body ? reply.shared_body->size() : reply.body.size();
  if (size != 0 || reply.stream) add_header(response, "Content-Type", reply.type);
  for (const auto& [name, value] : reply.headers) add_header(response, name, value);
  if (exchange.close) add_header(response, "Connection", "close");
  peer.enter(Step::reply, monotonic_ms(), static_cast<std::int64_t>(size));
  return MHD_queue_response(exchange.connection, static_cast<unsigned>(reply.status),
                            response.get());
}

}  // namespace confab::http
