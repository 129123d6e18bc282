#pragma once

#include <cstddef>
#include <cstdint>

namespace confab::http {

/// How long a connection may take over each step, however busy it looks.
/// libmicrohttpd knows an idle timeout only, and a byte every two seconds resets
/// that for ever.
struct Deadlines {
  std::int64_t head_ms = 10'000;
  std::int64_t body_ms = 60'000;
  /// After this long a body must have come at `body_rate` bytes a second on average.
  std::int64_t body_grace_ms = 15'000;
  std::int64_t body_rate = 500;
  /// A reply has this long, and as much again as it takes at `reply_rate`.
  std::int64_t reply_ms = 60'000;
  std::int64_t reply_rate = 4'000;
  std::int64_t idle_ms = 75'000;
};

/// What a connection is doing.
enum class Step {
  head,  ///< The head of its first request, or of one that has begun.
  body,
  handler,  ///< Ours: no deadline.
  reply,
  idle,    ///< Between two requests.
  handed,  ///< The socket belongs to somebody else now.
};

/// One step of one connection.
struct Progress {
  Step step = Step::head;
  std::int64_t since_ms = 0;
  std::int64_t bytes = 0;  ///< Received of the body; the size of the reply.
  bool probed = false;     ///< In this step the peer was asked whether it has left.

  void enter(Step next, std::int64_t now_ms, std::int64_t size = 0) {
    *this = {next, now_ms, size, false};
  }
};

/// True when the connection must be shut down.
bool overdue(const Progress& progress, std::int64_t now_ms, const Deadlines& deadlines);

}  // namespace confab::http
