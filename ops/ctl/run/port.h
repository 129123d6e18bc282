#pragma once

#include <string>

namespace confab::ctl::run {

/// The port itself when nobody listens on it, a free one for 0.
/// Throws `Failure` (unavailable) when it is taken or may not be used.
int require_free_port(const std::string& address, int port);

/// Status of `GET path` from the server at `bind` (an address, or `unix:/path`), or 0 when it
/// does not answer within a second.
int http_status(const std::string& bind, int port, const std::string& path);

}  // namespace confab::ctl::run
