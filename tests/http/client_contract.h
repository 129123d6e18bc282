#pragma once

#include <string>
#include <vector>

#include "tests/http/client.h"
#include "tests/http/client_schema.h"

namespace confab::test {

/// What the committed API document, api/openapi.json, promises of each reply and
/// event. Read once in a process; used by any thread.
class Contract {
 public:
  static const Contract& committed();

  explicit Contract(Json::Value document);
  Contract(const Contract&) = delete;
  Contract& operator=(const Contract&) = delete;

  /// What of an answer is not as documented: its status, media type, headers,
  /// body, or code. Of addresses outside the API nothing is promised.
  std::vector<std::string> faults(const std::string& method, const std::string& target,
                                  const Answer& answer) const;
  /// The same of an event that a stream carries.
  std::vector<std::string> faults(const StreamEvent& event) const;

 private:
  struct Operation {
    std::string method;
    std::vector<std::string> segments;
    const Json::Value* entry;
  };
  using Faults = std::vector<std::string>;

  const Operation* find(const std::string& method, const std::vector<std::string>& segments) const;
  void check_nowhere(const Answer& answer, Faults& faults) const;
  void check_headers(const Json::Value& response, const Answer& answer, Faults& faults) const;
  void check_body(const Json::Value& response, const Answer& answer, Faults& faults) const;

  const Json::Value document_;
  const SchemaChecker checker_{document_};
  std::vector<Operation> operations_;
};

/// Fails the running test for each thing that is not as documented.
void expect_documented(const std::string& method, const std::string& target, const Answer& answer);
void expect_documented(const StreamEvent& event);

}  // namespace confab::test
