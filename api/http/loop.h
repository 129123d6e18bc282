#pragma once

#include <memory>

#include "api/base/executor.h"
#include "api/http/admission.h"
#include "api/http/dispatch.h"
#include "api/http/listen.h"

namespace confab::http {

/// One libmicrohttpd daemon and the thread that runs it.
///
/// The thread only moves bytes: it collects a request, puts its connection to
/// sleep, and sends what the executor has prepared. libmicrohttpd's own epoll
/// thread hangs when one wait returns exactly 128 events, so it is not used.
class Loop {
 public:
  /// What the loops of a server share.
  struct Parts {
    std::shared_ptr<Dispatch> dispatch;
    std::shared_ptr<Admission> admission;
    bool hand_over = true;  ///< Streams leave libmicrohttpd; else they are pumped through it.
  };

  Loop(Descriptor listener, int index, Parts parts, Executor& executor);
  /// Lets requests under way end (5 s at most), then closes every connection.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Begins to stop without waiting, so that several loops end side by side.
  void stop() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace confab::http
