#include "api/base/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <cstring>

#include "api/base/error.h"

namespace confab::text {

namespace {

/// The code point at `at`, which moves past it; negative for ill-formed bytes.
UChar32 next(std::string_view text, std::size_t& at) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::size_t size = text.size();
  UChar32 point = 0;
  U8_NEXT(bytes, at, size, point);
  return point;
}

/// Length of the run of ASCII that begins at `at`, rounded down to words.
std::size_t ascii_words(std::string_view text, std::size_t at) {
  const std::size_t start = at;
  std::uint64_t word = 0;
  for (; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080'8080'8080'8080U) != 0) break;
  }
  return at - start;
}

bool shows(UChar32 point) {
  constexpr UChar32 kBrailleBlank = 0x2800;  // a symbol by category, empty to the eye
  if (u_isUWhiteSpace(point) || point == kBrailleBlank) return false;
  if (u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return false;
  const auto mask = U_GET_GC_MASK(point);
  return (mask & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CN_MASK)) == 0;
}

bool turns_or_breaks(UChar32 point) {
  return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x2028 || point == 0x2029 ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0;;) {
    at += ascii_words(text, at);
    if (at == text.size()) return true;
    if (next(text, at) < 0) return false;
  }
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

void append_code_point(std::string& out, char32_t point) {
  char bytes[U8_MAX_LENGTH];
  std::size_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, point);
  out.append(bytes, size);
}

std::string_view trim(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!u_isUWhiteSpace(next(text, at))) break;
    text.remove_prefix(at);
    at = 0;
  }
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    std::size_t at = last;
    if (!u_isUWhiteSpace(next(text, at))) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

bool is_blank(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (shows(next(text, at))) return false;
  }
  return true;
}

bool has_controls(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (turns_or_breaks(next(text, at))) return true;
  }
  return false;
}

std::string fold(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* folding = icu::Normalizer2::getNFKCCasefoldInstance(status);
  std::string out;
  if (U_SUCCESS(status)) {
    icu::StringByteSink<std::string> sink(&out);
    folding->normalizeUTF8(0, {text.data(), static_cast<std::int32_t>(text.size())}, sink, nullptr,
                           status);
  }
  if (U_FAILURE(status)) {
    throw Error(Code::internal, std::string("Folding failed in ICU: ") + u_errorName(status));
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

}  // namespace confab::text
