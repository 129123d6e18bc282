#pragma once

#include <string>

namespace confab::ctl::run {

/// The port itself when nobody listens on it, a free one for 0.
/// Throws `Failure` (unavailable) when it is taken or may not be used.
int require_free_port(const std::string& address, int port);

struct HttpAnswer {
  int status = 0;  ///< 0: nobody answers.
  std::string body;
};
/// `GET path` from the server at `bind` (an address, or `unix:/path`). Gives up when a second
/// passes without a byte, and reads 64 KiB at most.
HttpAnswer http_get(const std::string& bind, int port, const std::string& path);

/// Status of `GET path` from the server at `bind` (an address, or `unix:/path`), or 0 when it
/// does not answer within a second.
int http_status(const std::string& bind, int port, const std::string& path);

}  // namespace confab::ctl::run
