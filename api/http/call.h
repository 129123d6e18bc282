#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/base/error.h"
#include "api/base/fields.h"
#include "api/base/id.h"

namespace confab::http {

/// Who is calling, as `authenticate` found out.
struct Caller {
  UserId user;            ///< Zero: nobody.
  SessionId session;      ///< The session or token that vouches for the user.
  bool is_admin = false;  ///< Or owner.
  bool is_owner = false;
  bool by_cookie = false;
  explicit operator bool() const { return static_cast<bool>(user); }
};

/// One request, complete: the body has arrived and nothing of it is shared.
struct Call {
  std::string method;
  std::string path;  ///< Decoded nowhere: routing works on the raw path.
  std::vector<std::pair<std::string, std::string>> query;    ///< Decoded.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
  std::string body;
  /// Of the peer, without port; `unix` for a socket in the file system. What a
  /// trusted proxy says in X-Forwarded-For counts instead.
  std::string address;
  std::string request_id;
  /// `{room_id}` -> text, decoded after the path was split.
  std::map<std::string, std::string, std::less<>> params;
  Caller caller;

  /// The first header of that (lower-case) name, or empty.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::optional<std::string> cookie(std::string_view name) const;

  /// The path parameter as an id. A malformed one is `not_found`, like a foreign one.
  template <typename IdType>
  IdType id(std::string_view name) const {
    const auto found = params.find(name);
    const auto id = found == params.end() ? std::nullopt : IdType::parse(found->second);
    if (!id) throw not_found();
    return *id;
  }
  /// The user id in a path, where `me` stands for the caller.
  UserId user_id(std::string_view name) const;
  /// A query number within bounds, or `fallback` when absent. Throws invalid_value.
  std::int64_t query_number(std::string_view name, std::int64_t fallback, std::int64_t least,
                            std::int64_t most) const;
  /// `Idempotency-Key`, validated (1-64 visible ASCII), or nothing.
  std::optional<std::string> idempotency_key() const;
  /// Throws version_mismatch when `If-Match` is there and names another version.
  void require_match(std::int64_t version) const;
  /// True when `If-None-Match` names this ETag: the caller has the bytes already.
  bool has_copy(std::string_view etag) const;
};

/// A counted place; given back when the last holder lets go of it. May outlive
/// the server.
using Seat = std::shared_ptr<const void>;

/// What goes back. `stream` takes the socket over after the head is sent.
struct Reply {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Shared bytes instead of `body`, for static files.
  std::shared_ptr<const std::string> shared_body;
  /// Called once, from the I/O thread, with a descriptor to write to after the
  /// head is on the wire. The callee owns it, and keeps `seat` until it has closed
  /// it: so long the stream counts among its address's connections.
  std::function<void(int descriptor, Seat seat)> stream;

  Reply& header(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

/// The RFC 9457 reply for an error. The detail of an `internal` one stays here.
Reply problem(const Error& error, const Call& call);

/// Decodes `a=1&b=2` into `call.query`. Throws invalid_request for a broken
/// escape, bad UTF-8, or a name that comes twice.
void read_query(Call& call, std::string_view text);

}  // namespace confab::http
