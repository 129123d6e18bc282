#pragma once

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>

/// A reader of HTTP/1.1 requests that believes in RFC 9112 and nothing else. What
/// it does not take, no server behind a proxy may take for a request either.
namespace confab::fuzz {

inline std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes a line with its CR LF off `text`; nothing when there is none that is whole and plain.
inline std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  for (const char c : line) {
    if (c == '\r' || c == '\n' || c == '\0') return std::nullopt;
  }
  text.remove_prefix(end + 2);
  return line;
}

/// The same inside a chunked body, where libmicrohttpd 0.9.75 takes a bare LF for a line's end too
/// and has no switch against it. Proxies in front must not pass such bodies on.
inline std::optional<std::string_view> take_chunk_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  auto line = text.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  text.remove_prefix(end + 1);
  return line;
}

/// Takes a chunked body with its trailers off; false when it is not whole.
inline bool take_chunks(std::string_view& text) {
  while (true) {
    const auto line = take_chunk_line(text);
    if (!line) return false;
    const auto digits = trimmed(line->substr(0, line->find(';')));
    if (digits.empty() || digits.size() > 8 ||
        digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
      return false;
    }
    const auto size = static_cast<std::size_t>(std::stoull(std::string(digits), nullptr, 16));
    if (size == 0) break;
    if (text.size() < size) return false;
    text.remove_prefix(size);
    const auto end = take_chunk_line(text);
    if (!end || !end->empty()) return false;
  }
  while (const auto line = take_chunk_line(text)) {
    if (line->empty() || line->front() == '\0') return true;
  }
  return false;
}

/// In a head, libmicrohttpd 0.9.75 takes NUL LF for CR LF, and overwrites both alike: afterwards
/// nobody can tell.
inline bool is_line_end(std::string_view text) {
  return text.starts_with("\r\n") || text.starts_with(std::string_view("\0\n", 2));
}

/// For libmicrohttpd a line that begins with NUL is empty, in heads and in trailers.
inline bool take_nul_line(std::string_view& text) {
  if (!text.starts_with('\0') || text.starts_with(std::string_view("\0\n", 2))) return false;
  const auto end = text.find_first_of("\r\n");
  if (end == std::string_view::npos) return false;
  text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  return true;
}

inline std::optional<std::string_view> take_head_line(std::string_view& text) {
  if (take_nul_line(text)) return std::string_view();
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_line_end(text.substr(at))) {
      const auto line = text.substr(0, at);
      text.remove_prefix(at + 2);
      return line;
    }
    if (text[at] == '\r' || text[at] == '\n' || text[at] == '\0') return std::nullopt;
  }
  return std::nullopt;
}

/// Before a request line an empty line is nothing, however it ends (RFC 9112, 2.2). For
/// libmicrohttpd 0.9.75 a line that begins with NUL is empty too.
inline void skip_empty_lines(std::string_view& text) {
  while (!text.empty() && (text.front() == '\r' || text.front() == '\n' || text.front() == '\0')) {
    const auto end = text.find_first_of("\r\n");
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  }
}

inline bool is_request_line(const std::optional<std::string_view>& line) {
  return line && std::count(line->begin(), line->end(), ' ') == 2 && !line->starts_with(' ');
}

/// Takes what follows a request line off `text`; false when it is not whole.
inline bool take_headers_and_body(std::string_view& text) {
  std::optional<std::string> length;
  std::optional<std::string> coding;
  while (true) {
    const auto line = take_head_line(text);
    if (!line) return false;
    if (line->empty()) break;
    const auto colon = line->find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto name = lower(line->substr(0, colon));
    if (name.find_first_of(" \t") != std::string::npos) return false;
    auto* const framing = name == "content-length"      ? &length
                          : name == "transfer-encoding" ? &coding
                                                        : nullptr;
    if (framing == nullptr) continue;
    if (*framing) return false;
    *framing = trimmed(line->substr(colon + 1));
  }
  if (length && coding) return false;
  if (coding) return lower(*coding) == "chunked" && take_chunks(text);
  if (!length) return true;
  if (length->empty() || length->size() > 18 ||
      length->find_first_not_of("0123456789") != std::string::npos) {
    return false;
  }
  const auto size = std::stoull(*length);
  if (text.size() < size) return false;
  text.remove_prefix(size);
  return true;
}

/// How many whole requests a connection's bytes are, up to the first that is none.
struct Requests {
  int whole = 0;
  /// Something else stands where a request line should: libmicrohttpd goes on behind some of it,
  /// and no proxy passes it on. What follows cannot be counted.
  bool garbage = false;
};
inline Requests requests_in(std::string_view text) {
  Requests requests;
  while (true) {
    skip_empty_lines(text);
    if (text.empty()) return requests;
    if (!is_request_line(take_head_line(text))) {
      requests.garbage = true;
      return requests;
    }
    if (!take_headers_and_body(text)) return requests;
    ++requests.whole;
  }
}

/// How many replies these bytes are, or nothing when they are not whole, well-formed
/// replies and nothing else. `heads[i]`: reply i answers a HEAD.
inline std::optional<int> replies_in(std::string_view text) {
  int count = 0;
  while (!text.empty()) {
    const auto status = take_line(text);
    if (!status || !(status->starts_with("HTTP/1.1 ") || status->starts_with("HTTP/1.0 ")) ||
        status->size() < 12) {
      return std::nullopt;
    }
    const std::string code(status->substr(9, 3));
    if (code.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    std::optional<std::size_t> length;
    while (true) {
      const auto line = take_line(text);
      if (!line) return std::nullopt;
      if (line->empty()) break;
      const auto colon = line->find(':');
      if (colon == std::string_view::npos) return std::nullopt;
      if (lower(line->substr(0, colon)) != "content-length") continue;
      if (length) return std::nullopt;
      length = std::stoull(std::string(trimmed(line->substr(colon + 1))));
    }
    if (code.front() == '1') continue;
    ++count;
    const bool bodiless = code == "204" || code == "304";
    // The reply to a HEAD says how long its body would be: the next reply or the end follows.
    const std::size_t size = length.value_or(0);
    const bool is_head = size != 0 && (text.empty() || text.starts_with("HTTP/1."));
    if (bodiless || is_head) continue;
    if (text.size() < size) return std::nullopt;
    text.remove_prefix(size);
  }
  return count;
}

}  // namespace confab::fuzz
