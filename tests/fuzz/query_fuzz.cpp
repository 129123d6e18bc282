#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/base/text.h"
#include "api/http/call.h"
#include "tests/fuzz/must.h"

using namespace confab;

namespace {

/// A query is refused as malformed, or is a list of different names in UTF-8.
void query(std::string_view text) {
  http::Call call;
  try {
    http::read_query(call, text);
  } catch (const Error& error) {
    must(error.code() == Code::invalid_request);
    return;
  }
  for (const auto& pair : call.query) {
    const std::string& name = pair.first;
    const std::string& value = pair.second;
    must(text::is_utf8(name) && text::is_utf8(value));
    must(std::count_if(call.query.begin(), call.query.end(),
                       [&](const auto& each) { return each.first == name; }) == 1);
    must(call.query_value(name) == value);
  }
  try {
    const auto number = call.query_number("n", 7, -3, 200);
    must(number >= -3 && number <= 200);
  } catch (const Error& error) {
    must(error.code() == Code::invalid_value);
  }
}

/// What a header says is only ever part of it.
void headers(std::string_view text) {
  http::Call call;
  for (const char* name : {"cookie", "idempotency-key", "if-match", "if-none-match"}) {
    call.headers.emplace_back(name, text);
  }
  if (const auto cookie = call.cookie("confab")) must(text.find(*cookie) != text.npos);
  try {
    const auto key = call.idempotency_key();
    must(key && *key == text && !key->empty() && key->size() <= 64);
    must(std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c < '\x7f'; }));
  } catch (const Error& error) {
    must(error.code() == Code::invalid_request);
  }
  const bool names_it = text.find("\"42\"") != text.npos || text.find('*') != text.npos;
  must(names_it || !call.has_copy("\"42\""));
  try {
    call.require_match(42);
    must(names_it);
  } catch (const Error& error) {
    must(error.code() == Code::version_mismatch);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  query(text);
  headers(text);
  for (const bool plus : {false, true}) {
    const auto decoded = text::percent_decode(text, plus);
    if (decoded) must(text::is_utf8(*decoded) && decoded->size() <= text.size());
  }
  return 0;
}
