#include "tests/http/client_schema.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "api/base/clock.h"
#include "api/base/text.h"

namespace confab::test {

namespace {

bool is_type(const Json::Value& value, const std::string& type) {
  if (type == "null") return value.isNull();
  if (type == "boolean") return value.isBool();
  if (type == "string") return value.isString();
  if (type == "array") return value.isArray();
  if (type == "object") return value.isObject();
  if (type == "integer") return value.isInt64() && value.type() != Json::realValue;
  if (type == "number") return value.isNumeric();
  return false;
}

bool fits_type(const Json::Value& value, const Json::Value& types) {
  if (types.isString()) return is_type(value, types.asString());
  return std::any_of(types.begin(), types.end(),
                     [&](const Json::Value& type) { return is_type(value, type.asString()); });
}

/// Exactly the keywords that are understood below.
const std::set<std::string> kKeywords = {"$ref",      "anyOf",      "type",
                                         "enum",      "properties", "required",
                                         "items",     "minItems",   "additionalProperties",
                                         "maxItems",  "minimum",    "maximum",
                                         "minLength", "maxLength",  "pattern",
                                         "format",    "description"};

/// Compiling one takes longer than all the rest of a reply.
const std::regex& compiled(const std::string& pattern) {
  thread_local std::map<std::string, std::regex> known;
  const auto found = known.find(pattern);
  return found != known.end() ? found->second
                              : known.emplace(pattern, std::regex(pattern)).first->second;
}

void check_text(const std::string& text, const Json::Value& schema, const std::string& at,
                std::vector<std::string>& faults) {
  const auto length = static_cast<Json::Int64>(text::code_points(text));
  if (schema.isMember("minLength") && length < schema["minLength"].asInt64()) {
    faults.push_back(at + ": shorter than it may be");
  }
  if (schema.isMember("maxLength") && length > schema["maxLength"].asInt64()) {
    faults.push_back(at + ": longer than it may be");
  }
  if (schema.isMember("pattern") &&
      !std::regex_search(text, compiled(schema["pattern"].asString()))) {
    faults.push_back(at + ": `" + text + "` is not of the pattern");
  }
  if (!schema.isMember("format")) return;
  if (schema["format"].asString() != "date-time") {
    faults.push_back(at + ": a format that the checker does not know");
  } else if (!parse_rfc3339(text)) {
    faults.push_back(at + ": `" + text + "` is not a time");
  }
}

}  // namespace

std::vector<std::string> SchemaChecker::faults(const Json::Value& value,
                                               const Json::Value& schema) const {
  Faults faults;
  check(value, schema, "", faults);
  return faults;
}

void SchemaChecker::check(const Json::Value& value, const Json::Value& schema,
                          const std::string& at, Faults& faults) const {
  for (const auto& keyword : schema.getMemberNames()) {
    if (!kKeywords.contains(keyword)) {
      faults.push_back(at + ": the checker does not know the keyword " + keyword);
    }
  }
  if (schema.isMember("$ref")) {
    constexpr std::string_view kSchemas = "#/components/schemas/";
    const auto ref = schema["$ref"].asString();
    const auto& schemas = document_["components"]["schemas"];
    if (!ref.starts_with(kSchemas) || !schemas.isMember(ref.substr(kSchemas.size()))) {
      faults.push_back(at + ": " + ref + " leads nowhere");
      return;
    }
    check(value, schemas[ref.substr(kSchemas.size())], at, faults);
    return;
  }
  if (schema.isMember("anyOf")) return check_any(value, schema["anyOf"], at, faults);
  if (schema.isMember("type") && !fits_type(value, schema["type"])) {
    faults.push_back(at + ": of another type");
    return;
  }
  if (schema.isMember("enum") &&
      std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
    faults.push_back(at + ": none of the choices");
  }
  if (value.isString()) check_text(value.asString(), schema, at, faults);
  if (value.isInt64()) {
    if (schema.isMember("minimum") && value.asInt64() < schema["minimum"].asInt64()) {
      faults.push_back(at + ": less than it may be");
    }
    if (schema.isMember("maximum") && value.asInt64() > schema["maximum"].asInt64()) {
      faults.push_back(at + ": more than it may be");
    }
  }
  if (value.isArray()) {
    if (schema.isMember("minItems") && value.size() < schema["minItems"].asUInt()) {
      faults.push_back(at + ": too few items");
    }
    if (schema.isMember("maxItems") && value.size() > schema["maxItems"].asUInt()) {
      faults.push_back(at + ": too many items");
    }
    for (Json::ArrayIndex i = 0; i < value.size() && schema.isMember("items"); ++i) {
      check(value[i], schema["items"], at + '/' + std::to_string(i), faults);
    }
  }
  if (value.isObject()) check_object(value, schema, at, faults);
}

void SchemaChecker::check_any(const Json::Value& value, const Json::Value& choices,
                              const std::string& at, Faults& faults) const {
  std::string why;
  for (const auto& choice : choices) {
    Faults found;
    check(value, choice, at, found);
    if (found.empty()) return;
    if (!value.isNull()) why += " [" + found.front() + ']';
  }
  faults.push_back(at + ": fits none of the choices" + why);
}

void SchemaChecker::check_object(const Json::Value& value, const Json::Value& schema,
                                 const std::string& at, Faults& faults) const {
  for (const auto& name : schema["required"]) {
    if (!value.isMember(name.asString())) {
      faults.push_back(at + ": " + name.asString() + " is missing");
    }
  }
  // `{ type: object }` alone takes any object.
  if (!schema.isMember("properties")) return;
  for (const auto& name : value.getMemberNames()) {
    if (schema["properties"].isMember(name)) {
      check(value[name], schema["properties"][name], at + '/' + name, faults);
    } else {
      faults.push_back(at + ": " + name + " is not in the document");
    }
  }
}

}  // namespace confab::test
