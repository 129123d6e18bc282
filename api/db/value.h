#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/base/clock.h"
#include "api/base/id.h"

namespace confab::db {

/// One value bound to a `?`. Text is borrowed: it must live until the statement ran.
class Value {
 public:
  enum class Kind { null, integer, natural, text };

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : kind_(Kind::integer), integer_(value ? 1 : 0) {}
  template <std::integral T>
  Value(T value)
      : kind_(std::is_signed_v<T> ? Kind::integer : Kind::natural),
        integer_(static_cast<std::int64_t>(value)) {}
  template <typename E>
  requires std::is_enum_v<E> Value(E value)
      : kind_(Kind::integer), integer_(static_cast<std::int64_t>(value)) {}
  /// An id of zero is stored as NULL.
  template <typename Tag>
  Value(Id<Tag> id)
      : kind_(id ? Kind::natural : Kind::null), integer_(static_cast<std::int64_t>(id.value)) {}
  Value(Time time) : kind_(Kind::integer), integer_(time.ms) {}
  Value(std::string_view text) : kind_(Kind::text), text_(text) {}
  Value(const std::string& text) : kind_(Kind::text), text_(text) {}
  Value(const char* text) : kind_(Kind::text), text_(text) {}
  template <typename T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }

  Kind kind() const { return kind_; }
  std::int64_t integer() const { return integer_; }
  std::string_view text() const { return text_; }

 private:
  Kind kind_ = Kind::null;
  std::int64_t integer_ = 0;
  std::string_view text_;
};

using Values = std::vector<Value>;

/// One column of the row just read; text is valid until the next row.
struct Cell {
  bool null = true;
  bool is_text = false;
  std::int64_t integer = 0;
  std::string_view text;
};

/// The row just read. `row.into(message.id, message.seq, message.body)` takes the
/// columns from left to right.
class Row {
 public:
  explicit Row(const std::vector<Cell>& cells) : cells_(cells) {}

  template <typename... T>
  void into(T&... targets) const {
    std::size_t column = 0;
    (put(cells_.at(column++), targets), ...);
  }
  template <typename T>
  T get(std::size_t column = 0) const {
    T value{};
    put(cells_.at(column), value);
    return value;
  }

 private:
  template <typename T>
  static constexpr bool kIsText =
      std::is_same_v<T, std::string> || std::is_same_v<T, std::optional<std::string>>;

  template <typename T>
  static void put(const Cell& cell, T& target) {
    if (!cell.null && cell.is_text != kIsText<T>) {
      throw std::logic_error("a column is read as another type than it has");
    }
    if constexpr (std::is_same_v<T, bool>) {
      target = cell.integer != 0;
    } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      target = static_cast<T>(cell.integer);
    } else if constexpr (std::is_same_v<T, std::string>) {
      target.assign(cell.text);
    } else if constexpr (std::is_same_v<T, Time>) {
      target = {cell.integer};
    } else {
      put_special(cell, target);
    }
  }
  template <typename Tag>
  static void put_special(const Cell& cell, Id<Tag>& target) {
    target = {static_cast<std::uint64_t>(cell.integer)};
  }
  template <typename T>
  static void put_special(const Cell& cell, std::optional<T>& target) {
    if (cell.null) {
      target.reset();
    } else {
      put(cell, target.emplace());
    }
  }

  const std::vector<Cell>& cells_;
};

/// `?,?,?` for a list of `count`. Round `count` up with `padded` so that few
/// different statements are prepared.
std::string placeholders(std::size_t count);

/// The ids as values, the last one repeated up to the next power of two.
template <typename IdType>
Values padded(const std::vector<IdType>& ids) {
  Values values(ids.begin(), ids.end());
  std::size_t size = 1;
  while (size < values.size()) size *= 2;
  if (!values.empty()) values.resize(size, values.back());
  return values;
}

}  // namespace confab::db
