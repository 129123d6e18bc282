#pragma once

#include <microhttpd.h>

namespace confab::http {

struct Peer;
class Pumps;

/// Queues the reply of the peer's exchange. A stream's socket is handed over once
/// the head is sent; with `pumps`, libmicrohttpd keeps it and the stream's bytes
/// are pumped through.
MHD_Result send(Peer& peer, Pumps* pumps);

}  // namespace confab::http
