#include "api/base/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>

#include "api/base/clock.h"
#include "api/base/guarded.h"
#include "api/base/json.h"
#include "api/base/text.h"

namespace confab::log {

namespace {

struct Style {
  std::string program = "confab";
  bool json = true;
};

std::atomic<Level>& threshold() {
  static std::atomic<Level> level = Level::info;
  return level;
}

Guarded<Style>& style() {
  static Guarded<Style> style;
  return style;
}

/// Serialises the lines; spdlog ends each with a newline and writes it at once.
spdlog::logger& output() {
  static spdlog::logger logger = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    spdlog::logger made("confab", std::move(sink));
    made.set_level(spdlog::level::trace);
    return made;
  }();
  return logger;
}

constexpr std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    default:
      return "error";
  }
}

/// What others made may be long or not be text at all; a log line must stay one.
std::string presentable(const std::string& value) {
  constexpr std::size_t kLongest = 4096;
  std::string out = value.substr(0, kLongest);
  if (out.size() < value.size()) {
    while (!out.empty() && (static_cast<unsigned char>(value[out.size()]) & 0xC0) == 0x80) {
      out.pop_back();
    }
    out += "...";
  }
  const bool utf8 = text::is_utf8(out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    // C1 controls are two bytes from C2 80 to C2 9F; terminals obey them.
    const bool control = byte == 0xC2 && static_cast<unsigned char>(out[i + 1]) < 0xA0;
    if (utf8 && control) out[i + 1] = '?';
    if (byte == 0 || byte == 0x7F || (byte >= 0x80 && (!utf8 || control))) out[i] = '?';
  }
  return out;
}

/// `std::to_string` of a double may say nan or inf, which JSON has not.
bool is_json_number(const Field& field) {
  return field.number && field.value.find_first_not_of("-0123456789.") == std::string::npos;
}

bool is_plain(std::string_view value) {
  for (const char c : value) {
    if ((c >= 0 && c <= ' ') || c == '"' || c == '=' || c == '\\' || c == 0x7F) return false;
  }
  return !value.empty();
}

void add_json(std::string& line, const Field& field) {
  if (line.size() > 1) line += ',';
  json::append_string(line, field.name);
  line += ':';
  if (is_json_number(field)) {
    line += field.value;
  } else {
    json::append_string(line, presentable(field.value));
  }
}

void add_pair(std::string& line, const Field& field) {
  if (!line.empty()) line += ' ';
  line += field.name;
  line += '=';
  const std::string value = presentable(field.value);
  if (is_plain(value)) {
    line += value;
  } else {
    json::append_string(line, value);
  }
}

void write(Level level, std::string_view at, Fields fields) noexcept {
  if (!enabled(level)) return;
  try {
    const auto [program, as_json] = style().with([](const Style& now) { return now; });
    const auto add = as_json ? add_json : add_pair;
    std::string line = as_json ? "{" : "";
    add(line, {"at", at});
    add(line, {"level", name_of(level)});
    add(line, {"time", to_rfc3339(SystemClock().now())});
    add(line, {"program", program});
    for (const auto& field : fields) add(line, field);
    if (as_json) line += '}';
    output().log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nowhere left to say it
  }
}

}  // namespace

void debug(std::string_view at, Fields fields) { write(Level::debug, at, fields); }
void info(std::string_view at, Fields fields) { write(Level::info, at, fields); }
void warn(std::string_view at, Fields fields) { write(Level::warn, at, fields); }
void error(std::string_view at, Fields fields) { write(Level::error, at, fields); }

void start(std::string_view program, Level level, bool json) {
  style().with([&](Style& now) { now = {std::string(program), json}; });
  threshold() = level;
}

bool enabled(Level level) { return level != Level::off && level >= threshold().load(); }

}  // namespace confab::log
