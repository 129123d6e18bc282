#include "api/base/fields.h"

#include <algorithm>

namespace confab {

std::string Path::pointer() const {
  if (parent == nullptr) return {};
  std::string out = parent->pointer() + '/';
  if (name.empty()) return out + std::to_string(index);
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

void throw_faults(Faults faults) {
  const bool unknown = std::any_of(faults.begin(), faults.end(), [](const FieldError& fault) {
    return fault.code == Code::unknown_field;
  });
  throw Error(unknown ? Code::unknown_field : Code::invalid_value,
              unknown ? "Leave out the fields listed in `errors`." : "See `errors` for each field.",
              std::move(faults));
}

namespace detail {

void fault(Faults& faults, const Path& path, std::string text) {
  faults.push_back({path.pointer(), Code::invalid_value, std::move(text)});
}

void unknown(Faults& faults, const Path& path, const Json::Value& object,
             const std::vector<std::string_view>& known) {
  if (!object.isObject()) return fault(faults, path, "Must be an object.");
  for (const auto& name : object.getMemberNames()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      faults.push_back({Path{.parent = &path, .name = name}.pointer(), Code::unknown_field,
                        "This server knows no such field."});
    }
  }
}

bool in_range(Faults& faults, const Path& path, std::int64_t value, std::int64_t least,
              std::int64_t most, std::string_view unit) {
  const auto words = unit.empty() ? std::string() : " " + std::string(unit);
  if (value < least) {
    fault(faults, path, "Must be at least " + std::to_string(least) + words + ".");
    return false;
  }
  if (value > most) {
    fault(faults, path, "Must be at most " + std::to_string(most) + words + ".");
    return false;
  }
  return true;
}

Json::Value text_schema(std::string_view type, std::string_view format, std::string_view pattern) {
  Json::Value schema(Json::objectValue);
  schema["type"] = std::string(type);
  if (!format.empty()) schema["format"] = std::string(format);
  if (!pattern.empty()) schema["pattern"] = std::string(pattern);
  return schema;
}

Json::Value nullable(Json::Value schema) {
  Json::Value out(Json::objectValue);
  if (schema.isMember("$ref") || schema.isMember("enum")) {
    out["anyOf"].append(std::move(schema));
    out["anyOf"].append(text_schema("null", "", ""));
    return out;
  }
  const Json::Value type = schema["type"];
  schema["type"] = Json::Value(Json::arrayValue);
  schema["type"].append(type);
  schema["type"].append("null");
  return schema;
}

}  // namespace detail

}  // namespace confab
