#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/http/call.h"

namespace confab::http {

/// The API document, and a page to read it: GET /api/docs with its script and
/// style, and GET /api/v1/openapi.json.
class Docs {
 public:
  explicit Docs(std::string openapi);

  /// The reply when the path is one of these, else nothing.
  std::optional<Reply> serve(const Call& call) const;

 private:
  struct File {
    std::string type;
    std::shared_ptr<const std::string> bytes;
    std::string etag;
  };
  std::map<std::string, File, std::less<>> files_;
};

namespace reader {
extern const char* const kPage;
extern const char* const kStyle;
extern const char* const kScript;
}  // namespace reader

}  // namespace confab::http
