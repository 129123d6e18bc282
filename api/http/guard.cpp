#include "api/http/guard.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "api/base/text.h"

namespace confab::http {

namespace {

constexpr std::size_t kMaxHeaders = 100;

/// Headers that steer us and would mean two things if they came twice.
constexpr std::array<std::string_view, 9> kOnce = {
    "host",   "content-length",  "transfer-encoding", "content-type",  "authorization",
    "origin", "idempotency-key", "x-requested-with",  "sec-fetch-site"};

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
  });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < '\x7f' &&
                  std::string_view("#\"<>\\^`{|}").find(c) == std::string_view::npos;
         });
}

std::size_t count(const Head& head, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(head.headers.begin(), head.headers.end(),
                    [&](const auto& each) { return same_name(each.first, name); }));
}

std::string_view without_blanks(std::string_view text) {
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string_view value_of(const Head& head, std::string_view name) {
  for (const auto& [known, value] : head.headers) {
    if (same_name(known, name)) return without_blanks(value);
  }
  return {};
}

}  // namespace

std::optional<std::string> take_authority(std::string& target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_name(std::string_view(target).substr(0, scheme.size()), scheme)) continue;
    const auto end = std::min(target.find_first_of("/?#", scheme.size()), target.size());
    std::string authority = target.substr(scheme.size(), end - scheme.size());
    target.erase(0, end);
    if (!target.starts_with('/')) target.insert(0, 1, '/');
    return authority;
  }
  return std::nullopt;
}

std::optional<std::string> why_refuse(const Head& head) {
  if (!is_token(head.method)) return "The method is not a token.";
  if (head.version != "HTTP/1.1" && head.version != "HTTP/1.0") return "Only HTTP/1.1 is spoken.";
  if (head.authority && !is_host(*head.authority)) {
    return "The request target is a full address without a plain host.";
  }
  if (!is_target(head.target)) {
    return "The request target must be a path, with everything unusual percent-encoded.";
  }
  if (head.headers.size() > kMaxHeaders) return "There are more than 100 headers.";
  for (const auto& [name, value] : head.headers) {
    if (!is_token(name)) return "A header's name is not a token.";
    if (has_control(value)) return "A header holds a control character.";
    if (!text::is_utf8(value)) return "A header is not UTF-8.";
  }
  for (const auto name : kOnce) {
    if (count(head, name) > 1) return "The header " + std::string(name) + " comes twice.";
  }
  if (!is_host(value_of(head, "host"))) return "There must be one Host header with a host in it.";

  const auto length = value_of(head, "content-length");
  const auto coding = value_of(head, "transfer-encoding");
  const bool has_length = count(head, "content-length") != 0;
  const bool has_coding = count(head, "transfer-encoding") != 0;
  if (has_length && has_coding) return "Content-Length and Transfer-Encoding exclude each other.";
  if (has_length && (length.empty() || length.size() > 18 ||
                     length.find_first_not_of("0123456789") != std::string_view::npos)) {
    return "Content-Length is not a number.";
  }
  if (has_coding && (!same_name(coding, "chunked") || head.version != "HTTP/1.1")) {
    return "The only Transfer-Encoding taken is `chunked`.";
  }
  return std::nullopt;
}

std::optional<std::string> why_refuse_layout(const Head& head) {
  const auto end_of = [](std::string_view text) { return text.data() + text.size(); };
  // Method, target and version have one space between them.
  if (head.received_target.data() != end_of(head.method) + 1 ||
      head.version.data() != end_of(head.received_target) + 1) {
    return "The request line is not three words with single spaces.";
  }
  const char* line_end = end_of(head.version);
  for (const auto& [name, value] : head.headers) {
    if (name.data() != line_end + 2) return "A line of the head does not end where it should.";
    line_end = value.data() == nullptr ? end_of(name) + 1 : end_of(value);
  }
  // CR LF, and the empty line.
  if (line_end + 4 != head.method.data() + head.received) {
    return "The head does not end where it should.";
  }
  return std::nullopt;
}

}  // namespace confab::http
