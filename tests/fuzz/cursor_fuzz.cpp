#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/base/page.h"
#include "api/events/position.h"
#include "tests/fuzz/must.h"

using namespace confab;

namespace {

/// A cursor is refused with `cursor_invalid`, or means what its own text means.
void cursor(std::string_view text) {
  try {
    const Cursor read = Cursor::parse(text);
    must(!read.key.empty() && text::is_utf8(read.key) && !text::has_controls(read.key));
    const Cursor again = Cursor::parse(read.text());
    must(again.back == read.back && again.key == read.key);
  } catch (const Error& error) {
    must(error.code() == Code::cursor_invalid);
  }
}

/// The same of a position, whose nodes are in order, and of ids.
void position(std::string_view text) {
  const auto read = events::Position::parse(text);
  if (!read) return;
  must(!read->tag.empty() && read->tag.size() <= 16);
  std::uint32_t last = 0;
  for (const auto& each : read->position.nodes()) {
    must(each.node > last && each.node <= 1023);
    last = each.node;
    must(read->position.of(each.node) == each.pos);
  }
  const auto again = events::Position::parse(read->position.text(read->tag));
  must(again && again->tag == read->tag && again->position == read->position);
  must(read->position.covers(again->position));
}

void id(std::string_view text) {
  const auto read = UserId::parse(text);
  if (read) must(read->value != 0 && read->text() == text);
}

}  // namespace

/// Texts that clients hand back to us, and may have changed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cursor(text);
  cursor(crypto::base64url(text));
  position(text);
  id(text);
  return 0;
}
