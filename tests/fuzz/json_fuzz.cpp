#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/base/error.h"
#include "api/base/json.h"
#include "api/base/text.h"
#include "tests/fuzz/must.h"

/// Whatever comes in is refused with one of three codes, or is a document that
/// survives being printed and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Json::Value value;
  try {
    value = json::parse(text, {.bytes = 64 * 1024, .depth = 32, .elements = 2000});
  } catch (const Error& error) {
    must(error.code() == Code::invalid_json || error.code() == Code::invalid_utf8 ||
         error.code() == Code::body_too_large);
    return 0;
  }
  must(text::is_utf8(text));
  const std::string printed = json::print(value);
  const Json::Value again = json::parse(printed, {.bytes = 1024 * 1024});
  must(json::print(again) == printed);
  if (value.isString()) {
    std::string quoted;
    json::append_string(quoted, value.asString());
    must(json::parse(quoted) == value);
  }
  return 0;
}
