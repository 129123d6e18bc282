#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include <microhttpd.h>

#include "api/base/guarded.h"
#include "api/http/deadlines.h"
#include "api/http/dispatch.h"

namespace confab::http {

/// One request and its reply. The I/O thread owns it, except while `plan` is
/// worked on: then only the executor's thread touches `call` and `reply`.
struct Exchange {
  MHD_Connection* connection = nullptr;
  std::int64_t started_ms = 0;
  std::string target;  ///< Path and query as received.
  std::string query;
  Call call;
  bool begun = false;      ///< The head was read.
  bool asked = false;      ///< The request is complete and was planned.
  bool head = false;       ///< The method was HEAD.
  bool too_large = false;  ///< The body is read but not kept.
  bool close = false;      ///< No further request on this connection.
  std::size_t dropped = 0;
  Dispatch::Plan plan;
  Reply reply;

  /// Who comes last: the executor with the reply, or the loop giving up on it.
  struct End {
    bool done = false;
    bool abandoned = false;
  };
  Guarded<End> end;

  /// The reply is there: wakes the connection, unless nobody waits any more.
  void finish() {
    end.with([&](End& state) {
      state.done = true;
      // Under the lock: an abandoned connection may be gone already.
      if (!state.abandoned) MHD_resume_connection(connection);
    });
  }
  /// Wakes a sleeping connection without its reply.
  void abandon() {
    end.with([&](End& state) {
      if (state.done || state.abandoned) return;
      state.abandoned = true;
      MHD_resume_connection(connection);
    });
  }
  bool abandoned() {
    return end.with([](End& state) { return state.abandoned; });
  }
};

/// One connection.
struct Peer {
  int descriptor = -1;
  std::string address;
  Progress progress;
  std::shared_ptr<Exchange> exchange;
  std::list<Peer>::iterator self;
};

}  // namespace confab::http
