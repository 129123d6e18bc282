#pragma once

#include <json/value.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace confab::json {

/// What a document from outside may cost us at most.
struct Limits {
  std::size_t bytes = 256 * 1024;
  int depth = 32;
  std::size_t elements = 20'000;  ///< Values and member names, all levels together.
};

/// Parses one JSON text (RFC 8259) from outside.
/// Refuses, before jsoncpp sees a byte: invalid UTF-8, raw control characters,
/// numbers in another than JSON's form or past 64 bits / double, duplicate
/// member names, unpaired surrogate escapes, U+0000, and anything past `limits`.
/// Throws Error: invalid_utf8, invalid_json, body_too_large.
Json::Value parse(std::string_view text, const Limits& limits = {});

/// Parses text that we printed ourselves.
Json::Value parse_own(std::string_view text);

/// Compact text of a value, members in alphabetical order.
std::string print(const Json::Value& value);

/// Appends `text` as a JSON string with quotes. `text` must be valid UTF-8.
void append_string(std::string& out, std::string_view text);

}  // namespace confab::json
