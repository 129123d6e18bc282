#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/base/crypto.h"
#include "api/base/error.h"
#include "api/base/fields.h"
#include "api/base/text.h"

/// Lists that are read a page at a time.
namespace confab {

/// A part of a list, with the cursors that lead on and back.
template <typename T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;
  std::optional<std::string> prev;
};

namespace detail {
template <typename T>
struct PageName {
  static constexpr std::string_view item = fields(static_cast<const T*>(nullptr)).name;
  static constexpr auto letters = [] {
    constexpr std::string_view ending = "Page";
    std::array<char, item.size() + ending.size()> out{};
    std::copy(item.begin(), item.end(), out.begin());
    std::copy(ending.begin(), ending.end(), out.begin() + item.size());
    return out;
  }();
  static constexpr std::string_view value{letters.data(), letters.size()};
};
}  // namespace detail

template <typename T>
constexpr auto fields(const Page<T>*) {
  return resource(
      detail::PageName<T>::value, field("items", &Page<T>::items),
      field("next", &Page<T>::next).says("Cursor of the next page; null at the end."),
      field("prev", &Page<T>::prev).says("Cursor of the page before; null at the start."));
}

inline Error cursor_invalid() {
  return {Code::cursor_invalid, "Take cursors only from `next` and `prev` of a page."};
}

/// A place in a list: what follows the item of that key or, going back, what
/// comes before it. Opaque to clients.
struct Cursor {
  bool back = false;
  std::string key;

  std::string text() const { return crypto::base64url((back ? "<" : ">") + key); }

  /// Throws cursor_invalid for a text that `text()` does not give.
  static Cursor parse(std::string_view text) {
    const auto plain = text.size() <= 1000 ? crypto::base64url_decode(text) : std::nullopt;
    const bool fits = plain && plain->size() > 1 &&
                      (plain->front() == '<' || plain->front() == '>') && text::is_utf8(*plain) &&
                      !text::has_controls(*plain);
    if (!fits) throw cursor_invalid();
    return {.back = plain->front() == '<', .key = plain->substr(1)};
  }
};

/// The page made of `rows`: up to `limit` + 1 items read from the cursor on, in
/// the direction that it goes. `key_of(item)` is the key that a cursor holds.
template <typename T, typename KeyOf>
Page<T> page_of(std::vector<T> rows, std::size_t limit, const std::optional<Cursor>& cursor,
                KeyOf key_of) {
  const bool more = rows.size() > limit;
  if (more) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(limit), rows.end());
  const bool back = cursor && cursor->back;
  if (back) std::reverse(rows.begin(), rows.end());

  Page<T> page;
  page.items = std::move(rows);
  if (page.items.empty()) return page;
  if (back || more) page.next = Cursor{.back = false, .key = key_of(page.items.back())}.text();
  if (back ? more : cursor.has_value()) {
    page.prev = Cursor{.back = true, .key = key_of(page.items.front())}.text();
  }
  return page;
}

/// The `Link` header (RFC 8288) of a page that was asked for with `query`; empty
/// when the page is the whole list.
template <typename T>
std::string links_of(const Page<T>& page,
                     const std::vector<std::pair<std::string, std::string>>& query) {
  const auto encoded = [](std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
      if (plain) {
        out += c;
      } else {
        out += {'%', digits[byte >> 4], digits[byte & 15]};
      }
    }
    return out;
  };
  std::string links;
  const auto add = [&](const std::optional<std::string>& cursor, std::string_view relation) {
    if (!cursor) return;
    links += (links.empty() ? "<?cursor=" : ", <?cursor=") + *cursor;
    for (const auto& [name, value] : query) {
      if (name != "cursor") links += '&' + encoded(name) + '=' + encoded(value);
    }
    links += ">; rel=\"" + std::string(relation) + '"';
  };
  add(page.next, "next");
  add(page.prev, "prev");
  return links;
}

}  // namespace confab
