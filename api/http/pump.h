#pragma once

#include <microhttpd.h>
#include <sys/types.h>

#include <cstddef>

#include "api/http/listen.h"

namespace confab::http {

/// The way of a stream when the installed libmicrohttpd does not let go of a
/// socket: the stream's owner gets one end of a socket pair, and what it writes
/// goes out through libmicrohttpd, whose connection sleeps in between.
class Pump;

/// The sleeping pumps of one loop.
class Pumps {
 public:
  /// Readable when one of them must go on: see answer().
  int descriptor() const { return epoll_.get(); }
  /// Wakes the connections that have bytes to send, or whose reader has left.
  void answer();

 private:
  friend class Pump;
  const Descriptor epoll_{make()};
  static int make();
};

class Pump {
 public:
  /// For a connection and its socket. `pumps` must outlive it.
  Pump(Pumps& pumps, MHD_Connection* connection, int socket);
  ~Pump();
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  /// The end for the stream's owner, once; -1 when there are no descriptors.
  int release_outer() { return outer_.release(); }
  /// What libmicrohttpd asks for: bytes, or none after putting the connection to
  /// sleep, or its mark for the end.
  ssize_t read(char* to, std::size_t most);
  /// Wakes the connection, to end it.
  void end();

 private:
  friend class Pumps;
  void wake();
  bool reader_left() const;

  Pumps& pumps_;
  MHD_Connection* const connection_;
  const int socket_;
  Descriptor inner_;
  Descriptor outer_;
  bool asleep_ = false;
  bool ended_ = false;
};

}  // namespace confab::http
