#pragma once

#include <microhttpd.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/base/guarded.h"
#include "api/http/admission.h"
#include "api/http/dispatch.h"
#include "api/http/listen.h"

namespace confab::http {

/// Wakes a loop from its poll. libmicrohttpd's own channel (MHD_USE_ITC) exists
/// only with its internal threads. Shared, because the last to ring may do so
/// after the loop has ended.
class Wake {
 public:
  void ring() noexcept {
    if (rung_.exchange(true)) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto put = ::write(event_.get(), &one, sizeof one);
  }
  /// Before looking at what there is to do.
  void answer() noexcept {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(event_.get(), &count, sizeof count);
    rung_ = false;
  }
  int descriptor() const { return event_.get(); }

 private:
  const Descriptor event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::atomic<bool> rung_{false};
};

/// One request and its reply. The I/O thread owns it, except while `plan` is
/// worked on: then only the executor's thread touches `call` and `reply`.
struct Exchange {
  MHD_Connection* connection = nullptr;
  std::shared_ptr<Wake> wake;
  std::int64_t started_ms = 0;
  std::string target;                     ///< Path and query, undecoded.
  std::optional<std::string> authority;   ///< Of a target in absolute form.
  const char* received_target = nullptr;  ///< Where it was received; while the head is read.
  std::size_t received_size = 0;
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
  Seat seat;  ///< For the reply's stream.

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
      if (!state.abandoned) resume();
    });
  }
  /// Wakes a sleeping connection without its reply.
  void abandon() {
    end.with([&](End& state) {
      if (state.done || state.abandoned) return;
      state.abandoned = true;
      resume();
    });
  }
  bool abandoned() {
    return end.with([](End& state) { return state.abandoned; });
  }

 private:
  void resume() {
    MHD_resume_connection(connection);
    wake->ring();
  }
};

}  // namespace confab::http
