#pragma once

#include <microhttpd.h>

#include "api/base/calls.h"
#include "api/http/listen.h"

namespace confab::http {

using Daemon = std::unique_ptr<MHD_Daemon, Calls<MHD_stop_daemon>>;
using Response = std::unique_ptr<MHD_Response, Calls<MHD_destroy_response>>;

/// How our daemons run: from a thread of ours, and the sockets come from us.
inline constexpr unsigned kDaemonFlags =
    MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;

/// A response of unknown length without chunks, ended by its connection's end.
/// `reader` is called with `cls` once the head is on the wire.
Response stream_response(std::size_t block, MHD_ContentReaderCallback reader, void* cls);

/// A duplicate of a socket whose head was just sent: it has no held-back bytes, and
/// stays open when libmicrohttpd closes its own. Number -1 when there is none left.
Descriptor duplicate(int socket);

/// Proves on a connection to ourselves that a stream's socket can be handed over
/// with the libmicrohttpd installed here: the head is sent before its reader is
/// called, and the duplicate goes on after the daemon closed its own.
bool can_hand_over(bool unix_socket) noexcept;

}  // namespace confab::http
