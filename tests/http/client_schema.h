#pragma once

#include <string>
#include <vector>

#include "api/base/json.h"

namespace confab::test {

/// Checks JSON values against the schemas of an API document: that part of JSON
/// Schema 2020-12 which the server prints. A keyword it does not know is a fault,
/// and so is a member that the schema does not name.
class SchemaChecker {
 public:
  explicit SchemaChecker(const Json::Value& document) : document_(document) {}

  /// What does not fit, each with its JSON pointer; empty when all does.
  std::vector<std::string> faults(const Json::Value& value, const Json::Value& schema) const;

 private:
  using Faults = std::vector<std::string>;

  void check(const Json::Value& value, const Json::Value& schema, const std::string& at,
             Faults& faults) const;
  void check_any(const Json::Value& value, const Json::Value& choices, const std::string& at,
                 Faults& faults) const;
  void check_object(const Json::Value& value, const Json::Value& schema, const std::string& at,
                    Faults& faults) const;

  const Json::Value& document_;
};

}  // namespace confab::test
