#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace confab::http {

/// A request's head as it came, before anybody believes it.
struct Head {
  std::string_view method;
  std::string_view target;  ///< Path and query, undecoded.
  std::string_view version;
  std::optional<std::string> authority = {};  ///< Of a target in absolute form.
  /// Names as sent, values as libmicrohttpd cut them.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  /// The whole target where it was received, and the head's length.
  std::string_view received_target;
  std::size_t received = 0;
};

/// Makes a target in absolute form (`http://host/path`) one in origin form, and
/// returns its authority; leaves every other as it is.
std::optional<std::string> take_authority(std::string& target);

/// Why this head must be refused and its connection closed, or nothing.
///
/// libmicrohttpd takes both framings together, two lengths, two Hosts and odd
/// codings; behind a proxy that reads them the other way, the rest of the body
/// is somebody else's request (RFC 9112 section 11.2).
std::optional<std::string> why_refuse(const Head& head);

/// Why the bytes of the head are not the plain lines they must be, or nothing:
/// NUL inside a value, a bare LF as a line's end, a folded line. Works because
/// libmicrohttpd leaves the head where it was received and only puts NULs over
/// its separators, so neighbouring lines are exactly CR LF apart.
std::optional<std::string> why_refuse_layout(const Head& head);

}  // namespace confab::http
