#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace confab::log {

/// A named value of a log line.
struct Field {
  std::string_view name;
  std::string value;
  bool number = false;

  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(v) {}
  template <typename T>
  requires std::is_arithmetic_v<T> Field(std::string_view n, T v)
      : name(n), value(std::to_string(v)), number(true) {}
};

using Fields = std::initializer_list<Field>;

enum class Level { debug, info, warn, error, off };

/// One line per event: JSON, or `key=value` on a terminal. `at` is
/// folder.function. Never a message body, password or token. Any thread; none
/// of these throws. Long values are cut, what is not text is made printable.
void debug(std::string_view at, Fields fields = {});
void info(std::string_view at, Fields fields = {});
void warn(std::string_view at, Fields fields = {});
void error(std::string_view at, Fields fields = {});

/// Called once in main. `program` stands in every line.
void start(std::string_view program, Level level, bool json);
/// True when a line of that level would be written.
bool enabled(Level level);

}  // namespace confab::log
