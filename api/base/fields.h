#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/base/clock.h"
#include "api/base/error.h"
#include "api/base/id.h"
#include "api/base/json.h"
#include "api/base/text.h"

/// Field lists: one list of a struct's members parses it with limits, prints it
/// and describes it (JSON Schema 2020-12, for the OpenAPI document).
///
///   constexpr auto fields(const NewMessage*) {
///     return request("NewMessage", field("body", &NewMessage::body).max(16384));
///   }
///
/// Found by argument-dependent lookup. Enums say their names the same way:
///
///   constexpr auto names(Kind) { return std::array{named(Kind::channel, "channel")}; }
namespace confab {

/// One member of a struct on the wire.
template <typename Owner, typename Member>
struct Field {
  std::string_view name;
  Member Owner::*member;
  bool required = true;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::string_view about = {};
  bool is_nullable = false;

  /// Most code points of a string, elements of a list, or value of a number.
  constexpr Field max(std::int64_t value) const {
    return with([&](Field& f) { f.most = value; });
  }
  constexpr Field min(std::int64_t value) const {
    return with([&](Field& f) { f.least = value; });
  }
  /// May be absent from a request; the member keeps its default then.
  constexpr Field optional() const {
    return with([](Field& f) { f.required = false; });
  }
  /// An id that may be none: `null` on the wire.
  constexpr Field nullable() const {
    return with([](Field& f) { f.is_nullable = true; });
  }
  constexpr Field says(std::string_view text) const {
    return with([&](Field& f) { f.about = text; });
  }

 private:
  template <typename Change>
  constexpr Field with(Change change) const {
    Field copy = *this;
    change(copy);
    return copy;
  }
};

template <typename Owner, typename Member>
constexpr Field<Owner, Member> field(std::string_view name, Member Owner::*member) {
  return {.name = name, .member = member};
}

/// A struct's name on the wire with its fields.
template <typename... Fields>
struct Shape {
  std::string_view name;
  bool is_request;
  std::tuple<Fields...> list;
};

template <typename... Fields>
constexpr Shape<Fields...> request(std::string_view name, Fields... list) {
  return {name, true, std::tuple<Fields...>(list...)};
}
template <typename... Fields>
constexpr Shape<Fields...> resource(std::string_view name, Fields... list) {
  return {name, false, std::tuple<Fields...>(list...)};
}
/// The fields of `base` and more: for structs that inherit.
template <typename... Base, typename... Fields>
constexpr Shape<Base..., Fields...> extend(std::string_view name, const Shape<Base...>& base,
                                           Fields... more) {
  return {name, base.is_request, std::tuple_cat(base.list, std::tuple<Fields...>(more...))};
}

template <typename E>
constexpr std::pair<E, std::string_view> named(E value, std::string_view name) {
  return {value, name};
}

/// JSON text that is spliced in as it is.
struct RawJson {
  std::string text = "{}";
};

/// The request or reply has no body.
struct Nothing {};

template <typename T>
concept Described = requires(const T* type) {
  fields(type);
};
template <typename T>
concept NamedEnum = std::is_enum_v<T> && requires(T value) {
  names(value);
};

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <typename T>
inline constexpr bool kIsList = false;
template <typename T>
inline constexpr bool kIsList<std::vector<T>> = true;
template <typename T>
inline constexpr bool kIsId = false;
template <typename Tag>
inline constexpr bool kIsId<Id<Tag>> = true;

template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  for (const auto& [known, name] : names(value)) {
    if (known == value) return name;
  }
  return {};
}

template <NamedEnum E>
std::optional<E> parse_enum(std::string_view text) {
  for (const auto& [value, name] : names(E{})) {
    if (name == text) return value;
  }
  return std::nullopt;
}

/// Where in a document we are; becomes an RFC 6901 pointer only when needed.
struct Path {
  const Path* parent = nullptr;
  std::string_view name = {};
  std::size_t index = 0;
  std::string pointer() const;
};

/// What does not fit, collected so that a caller hears all of it at once.
using Faults = std::vector<FieldError>;

template <typename T>
void print_json(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, RawJson>) {
    out += value.text;
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
  } else if constexpr (std::is_floating_point_v<T>) {
    out += json::print(Json::Value(value));
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    json::append_string(out, value);
  } else if constexpr (std::is_same_v<T, Time>) {
    out += '"';
    out += to_rfc3339(value);
    out += '"';
  } else if constexpr (kIsId<T>) {
    if (!value) {
      out += "null";
      return;
    }
    out += '"';
    print_json(out, value.value);
    out += '"';
  } else if constexpr (NamedEnum<T>) {
    json::append_string(out, name_of(value));
  } else if constexpr (kIsOptional<T>) {
    if (value) {
      print_json(out, *value);
    } else {
      out += "null";
    }
  } else if constexpr (kIsList<T>) {
    out += '[';
    bool first = true;
    for (const auto& element : value) {
      if (!std::exchange(first, false)) out += ',';
      print_json(out, element);
    }
    out += ']';
  } else {
    static_assert(Described<T>, "this type has no field list");
    out += '{';
    bool first = true;
    std::apply(
        [&](const auto&... each) {
          ((first ? void(first = false) : void(out += ','), json::append_string(out, each.name),
            out += ':', print_json(out, value.*(each.member))),
           ...);
        },
        fields(static_cast<const T*>(nullptr)).list);
    out += '}';
  }
}

template <typename T>
std::string to_json(const T& value) {
  std::string out;
  print_json(out, value);
  return out;
}

namespace detail {
void fault(Faults& faults, const Path& path, std::string text);
void unknown(Faults& faults, const Path& path, const Json::Value& object,
             const std::vector<std::string_view>& known);
bool in_range(Faults& faults, const Path& path, std::int64_t value, std::int64_t least,
              std::int64_t most, std::string_view unit);
}  // namespace detail

/// Reads `value` into `out`; what does not fit is added to `faults`.
template <typename T>
void read_json(const Json::Value& value, T& out, const Path& path, Faults& faults,
               std::int64_t least = std::numeric_limits<std::int64_t>::min(),
               std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!value.isBool()) return detail::fault(faults, path, "Must be true or false.");
    out = value.asBool();
  } else if constexpr (std::is_integral_v<T>) {
    // Not isDouble(): that is true of every number.
    if (value.type() == Json::realValue || !value.isInt64() || !std::in_range<T>(value.asInt64())) {
      return detail::fault(faults, path, "Must be a whole number.");
    }
    if (!detail::in_range(faults, path, value.asInt64(), least, most, "")) return;
    out = static_cast<T>(value.asInt64());
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!value.isString()) return detail::fault(faults, path, "Must be a string.");
    out = value.asString();
    const auto length = static_cast<std::int64_t>(text::code_points(out));
    detail::in_range(faults, path, length, least, most, "characters");
  } else if constexpr (kIsId<T>) {
    const auto id = value.isString() ? T::parse(value.asString()) : std::nullopt;
    if (!id) return detail::fault(faults, path, "Must be an id: a decimal number in a string.");
    out = *id;
  } else if constexpr (std::is_same_v<T, Time>) {
    const auto time = value.isString() ? parse_rfc3339(value.asString()) : std::nullopt;
    if (!time) return detail::fault(faults, path, "Must be a time like 2026-11-20T07:39:58.123Z.");
    out = *time;
  } else if constexpr (NamedEnum<T>) {
    const auto known = value.isString() ? parse_enum<T>(value.asString()) : std::nullopt;
    if (!known) {
      std::string choices;
      for (const auto& [each, name] : names(T{}))
        choices += (choices.empty() ? "" : ", ") + std::string(name);
      return detail::fault(faults, path, "Must be one of: " + choices + ".");
    }
    out = *known;
  } else if constexpr (kIsOptional<T>) {
    if (value.isNull()) {
      out.reset();
    } else {
      read_json(value, out.emplace(), path, faults, least, most);
    }
  } else if constexpr (kIsList<T>) {
    if (!value.isArray()) return detail::fault(faults, path, "Must be a list.");
    if (!detail::in_range(faults, path, value.size(), least, most, "entries")) return;
    out.resize(value.size());
    for (Json::ArrayIndex i = 0; i < value.size(); ++i) {
      read_json(value[i], out[i], Path{.parent = &path, .index = i}, faults);
    }
  } else if constexpr (std::is_same_v<T, Nothing>) {
    if (!value.isNull() && !(value.isObject() && value.empty())) {
      detail::unknown(faults, path, value, {});
    }
  } else {
    static_assert(Described<T>, "this type has no field list");
    if (!value.isObject()) return detail::fault(faults, path, "Must be an object.");
    constexpr auto shape = fields(static_cast<const T*>(nullptr));
    std::apply(
        [&](const auto&... each) {
          detail::unknown(faults, path, value, {each.name...});
          (
              [&] {
                const Path here{.parent = &path, .name = each.name};
                const auto* member =
                    value.find(each.name.data(), each.name.data() + each.name.size());
                using Member = std::remove_reference_t<decltype(out.*(each.member))>;
                if (member != nullptr && each.is_nullable && member->isNull()) {
                  out.*(each.member) = {};
                } else if (member != nullptr) {
                  read_json(*member, out.*(each.member), here, faults, each.least, each.most);
                } else if (each.required && !kIsOptional<Member>) {
                  detail::fault(faults, here, "Is required.");
                }
              }(),
              ...);
        },
        shape.list);
  }
}

/// The whole document as a `T`. Throws Error: unknown_field when the document
/// has a member that `T` has not, else invalid_value with every fault.
template <typename T>
T from_json(const Json::Value& value);

void throw_faults(Faults faults);

template <typename T>
T from_json(const Json::Value& value) {
  T out{};
  Faults faults;
  read_json(value, out, Path{}, faults);
  if (!faults.empty()) throw_faults(std::move(faults));
  return out;
}

/// Named shapes met while describing others: `components/schemas`.
using Schemas = std::map<std::string, Json::Value, std::less<>>;

namespace detail {
Json::Value text_schema(std::string_view type, std::string_view format, std::string_view pattern);
Json::Value nullable(Json::Value schema);
}  // namespace detail

/// JSON Schema of a type; named shapes become a `$ref` and are put in `named`.
template <typename T>
Json::Value schema_of(Schemas& named, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                      std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
  const bool has_least = least != std::numeric_limits<std::int64_t>::min();
  const bool has_most = most != std::numeric_limits<std::int64_t>::max();
  Json::Value schema(Json::objectValue);
  if constexpr (std::is_same_v<T, RawJson>) {
    schema["type"] = "object";
  } else if constexpr (std::is_same_v<T, bool>) {
    schema["type"] = "boolean";
  } else if constexpr (std::is_integral_v<T>) {
    schema["type"] = "integer";
    if (has_least) schema["minimum"] = Json::Int64(least);
    if (has_most) schema["maximum"] = Json::Int64(most);
  } else if constexpr (std::is_floating_point_v<T>) {
    schema["type"] = "number";
  } else if constexpr (std::is_same_v<T, std::string>) {
    schema["type"] = "string";
    if (has_least) schema["minLength"] = Json::Int64(least);
    if (has_most) schema["maxLength"] = Json::Int64(most);
  } else if constexpr (std::is_same_v<T, Time>) {
    schema = detail::text_schema("string", "date-time", "");
  } else if constexpr (kIsId<T>) {
    schema = detail::text_schema("string", "", "^[1-9][0-9]{0,19}$");
  } else if constexpr (NamedEnum<T>) {
    schema["type"] = "string";
    for (const auto& [value, name] : names(T{})) schema["enum"].append(std::string(name));
  } else if constexpr (kIsOptional<T>) {
    schema = detail::nullable(schema_of<typename T::value_type>(named, least, most));
  } else if constexpr (kIsList<T>) {
    schema["type"] = "array";
    schema["items"] = schema_of<typename T::value_type>(named);
    if (has_least) schema["minItems"] = Json::Int64(least);
    if (has_most) schema["maxItems"] = Json::Int64(most);
  } else {
    static_assert(Described<T>, "this type has no field list");
    // Static, because g++ 12 loses a constant captured two lambdas deep.
    static constexpr auto shape = fields(static_cast<const T*>(nullptr));
    const std::string name(shape.name);
    schema["$ref"] = "#/components/schemas/" + name;
    if (named.contains(name)) return schema;
    named[name];  // claimed first: shapes may refer to themselves
    Json::Value object(Json::objectValue);
    object["type"] = "object";
    object["properties"] = Json::Value(Json::objectValue);
    if (shape.is_request) object["additionalProperties"] = false;
    std::apply(
        [&](const auto&... each) {
          (
              [&] {
                using Member = std::remove_cvref_t<decltype(std::declval<T&>().*(each.member))>;
                const std::string key(each.name);
                auto property = schema_of<Member>(named, each.least, each.most);
                if (each.is_nullable) property = detail::nullable(std::move(property));
                if (!each.about.empty()) property["description"] = std::string(each.about);
                object["properties"][key] = std::move(property);
                if (!shape.is_request || (each.required && !kIsOptional<Member>)) {
                  object["required"].append(key);
                }
              }(),
              ...);
        },
        shape.list);
    named[name] = std::move(object);
  }
  return schema;
}

}  // namespace confab
