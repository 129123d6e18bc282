#pragma once

#include <memory>

#include "api/base/executor.h"
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
  Loop(Descriptor listener, int index, std::shared_ptr<Dispatch> dispatch, Executor& executor);
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
