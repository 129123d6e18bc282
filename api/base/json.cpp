#include "api/base/json.h"

#include <json/reader.h>
#include <json/writer.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "api/base/error.h"
#include "api/base/text.h"

namespace confab::json {

namespace {

/// Walks a document once and throws at the first thing RFC 8259, our limits or
/// jsoncpp would trip over. It builds nothing but the names of open objects.
class Scanner {
 public:
  Scanner(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  void document() {
    space();
    value(0);
    space();
    if (at_ != text_.size()) refuse("there is something after the end of the document");
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { refuse_at(at_, why); }

  [[noreturn]] static void refuse_at(std::size_t at, const std::string& why) {
    throw Error(Code::invalid_json, "At byte " + std::to_string(at) + ": " + why + ".");
  }

  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  void space() {
    while (!at_end() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  void count() {
    if (++elements_ > limits_.elements) {
      refuse("the document has more than " + std::to_string(limits_.elements) +
             " values and names; send it in parts");
    }
  }

  void value(int depth) {
    count();
    switch (peek()) {
      case '{':
        return object(depth + 1);
      case '[':
        return array(depth + 1);
      case '"':
        return string(nullptr);
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  void enter(int depth) {
    if (depth > limits_.depth) {
      refuse("nested deeper than " + std::to_string(limits_.depth) + " levels");
    }
    ++at_;
    space();
  }

  void object(int depth) {
    const std::size_t start = at_;
    enter(depth);
    if (peek() == '}') {
      ++at_;
      return;
    }
    std::vector<std::string> names;
    for (;;) {
      if (peek() != '"') refuse("a member name in double quotes is expected");
      count();
      string(&names.emplace_back());
      space();
      if (peek() != ':') refuse("a colon is expected after a member name");
      ++at_;
      space();
      value(depth);
      space();
      if (peek() == '}') break;
      if (peek() != ',') refuse("a comma or a closing brace is expected");
      ++at_;
      space();
    }
    ++at_;
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
      refuse_at(start, "the object has two members of the same name; send each name once");
    }
  }

  void array(int depth) {
    enter(depth);
    if (peek() == ']') {
      ++at_;
      return;
    }
    for (;;) {
      value(depth);
      space();
      if (peek() == ']') break;
      if (peek() != ',') refuse("a comma or a closing bracket is expected");
      ++at_;
      space();
    }
    ++at_;
  }

  void word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) refuse("a JSON value is expected");
    at_ += expected.size();
  }

  std::size_t digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ - start;
  }

  void number() {
    const std::size_t start = at_;
    const bool negative = peek() == '-';
    if (negative) ++at_;
    const bool zero = peek() == '0';
    const std::size_t whole = digits();
    if (whole == 0) refuse(negative ? "a digit is expected" : "a JSON value is expected");
    if (zero && whole > 1) refuse_at(start, "a number must not begin with a zero");
    bool integer = true;
    if (peek() == '.') {
      integer = false;
      ++at_;
      if (digits() == 0) refuse("a digit is expected after the decimal point");
    }
    if (peek() == 'e' || peek() == 'E') {
      integer = false;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (digits() == 0) refuse("a digit is expected in the exponent");
    }
    const char* first = text_.data() + start;
    const char* last = text_.data() + at_;
    if (!integer && !fits<double>(first, last)) {
      refuse_at(start, "the number is out of the range of a double; send it as a string");
    }
    if (integer &&
        !(negative ? fits<std::int64_t>(first, last) : fits<std::uint64_t>(first, last))) {
      refuse_at(start, "the number does not fit in 64 bits; send it as a string");
    }
  }

  template <typename T>
  static bool fits(const char* first, const char* last) {
    T number{};
    const auto [end, error] = std::from_chars(first, last, number);
    return error == std::errc() && end == last;
  }

  /// One string. `name` receives its decoded text: two spellings of a member
  /// name are one name.
  void string(std::string* name) {
    ++at_;
    for (;;) {
      const std::size_t start = at_;
      while (!at_end() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20) {
        ++at_;
      }
      if (name != nullptr) name->append(text_, start, at_ - start);
      if (at_end()) refuse("the string does not end");
      if (text_[at_] == '"') break;
      if (text_[at_] != '\\') refuse("a control character in a string; escape it");
      escape(name);
    }
    ++at_;
  }

  void escape(std::string* name) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
    ++at_;
    if (peek() == 'u') return unicode(name);
    const auto known = at_end() ? std::string_view::npos : kLetters.find(text_[at_]);
    if (known == std::string_view::npos) refuse("no such escape in a string");
    if (name != nullptr) *name += kMeaning[known];
    ++at_;
  }

  void unicode(std::string* name) {
    const std::size_t start = at_ - 1;
    std::uint32_t point = four_hex();
    if (point == 0) refuse_at(start, "U+0000 is not allowed in text");
    if (point >= 0xDC00 && point <= 0xDFFF) refuse_at(start, "half of a surrogate pair");
    if (point >= 0xD800 && point <= 0xDBFF) {
      if (text_.substr(at_, 2) != "\\u") refuse_at(start, "half of a surrogate pair");
      ++at_;
      const std::uint32_t low = four_hex();
      if (low < 0xDC00 || low > 0xDFFF) refuse_at(start, "half of a surrogate pair");
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    if (name != nullptr) text::append_code_point(*name, point);
  }

  /// The four hexadecimal digits after the `u` that we stand on.
  std::uint32_t four_hex() {
    std::uint32_t point = 0;
    const auto hex = text_.substr(at_ + 1, 4);
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), point, 16);
    if (hex.size() != 4 || error != std::errc() || end != hex.data() + 4) {
      refuse("four hexadecimal digits are expected after \\u");
    }
    at_ += 5;
    return point;
  }

  const std::string_view text_;
  const Limits limits_;
  std::size_t at_ = 0;
  std::size_t elements_ = 0;
};

/// jsoncpp's reader is costly to make and not safe to share between threads.
Json::CharReader& reader() {
  thread_local const std::unique_ptr<Json::CharReader> made = [] {
    Json::CharReaderBuilder builder;
    Json::CharReaderBuilder::strictMode(&builder.settings_);
    builder["strictRoot"] = false;  // RFC 8259 allows any value at the top
    return std::unique_ptr<Json::CharReader>(builder.newCharReader());
  }();
  return *made;
}

Json::Value build(std::string_view text, Code refusal) {
  Json::Value value;
  std::string faults;
  try {
    if (reader().parse(text.data(), text.data() + text.size(), &value, &faults)) return value;
  } catch (const Json::Exception& refused) {
    faults = refused.what();
  }
  throw Error(refusal, "Not a JSON document: " + faults);
}

}  // namespace

Json::Value parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) {
    throw Error(Code::body_too_large, "At most " + std::to_string(limits.bytes) +
                                          " bytes of JSON are taken; this has " +
                                          std::to_string(text.size()) + ".");
  }
  if (!text::is_utf8(text)) {
    throw Error(Code::invalid_utf8, "The JSON text must be encoded as UTF-8.");
  }
  Scanner(text, limits).document();
  return build(text, Code::invalid_json);
}

Json::Value parse_own(std::string_view text) { return build(text, Code::internal); }

std::string print(const Json::Value& value) {
  thread_local const std::unique_ptr<Json::StreamWriter> writer = [] {
    Json::StreamWriterBuilder builder;
    builder["indentation"] = "";
    builder["emitUTF8"] = true;
    return std::unique_ptr<Json::StreamWriter>(builder.newStreamWriter());
  }();
  std::ostringstream out;
  writer->write(value, &out);
  return std::move(out).str();
}

void append_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  std::size_t from = 0;
  const auto replace = [&](std::size_t at, std::size_t size, std::string_view by) {
    out.append(text, from, at - from);
    out += by;
    from = at + size;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0xE2) continue;
    switch (byte) {
      case '"':
        replace(i, 1, "\\\"");
        break;
      case '\\':
        replace(i, 1, "\\\\");
        break;
      case '\n':
        replace(i, 1, "\\n");
        break;
      case '\r':
        replace(i, 1, "\\r");
        break;
      case '\t':
        replace(i, 1, "\\t");
        break;
      case 0xE2:
        // U+2028 and U+2029 end a line in JavaScript and in some log readers.
        if (text.substr(i, 3) == "\xE2\x80\xA8") replace(i, 3, "\\u2028");
        if (text.substr(i, 3) == "\xE2\x80\xA9") replace(i, 3, "\\u2029");
        break;
      default: {
        const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
        replace(i, 1, {escape, sizeof escape});
      }
    }
  }
  out.append(text, from);
  out += '"';
}

}  // namespace confab::json
