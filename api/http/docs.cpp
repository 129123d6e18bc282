#include "api/http/docs.h"

#include <utility>

#include "api/base/crypto.h"
#include "api/http/assets.h"

namespace confab::http {

Docs::Docs(std::string openapi) {
  const auto add = [&](const char* path, const char* type, std::string bytes) {
    std::string etag = '"' + crypto::hex(crypto::sha256(bytes)).substr(0, 32) + '"';
    files_[path] = {type, std::make_shared<const std::string>(std::move(bytes)), std::move(etag)};
  };
  add("/api/docs", "text/html; charset=utf-8", reader::kPage);
  add("/api/docs/reader.css", "text/css; charset=utf-8", reader::kStyle);
  add("/api/docs/reader.js", "text/javascript; charset=utf-8", reader::kScript);
  add("/api/v1/openapi.json", "application/json", std::move(openapi));
}

std::optional<Reply> Docs::serve(const Call& call) const {
  const auto found = files_.find(call.path);
  if (found == files_.end()) return std::nullopt;
  const File& file = found->second;
  Reply reply{.type = file.type};
  reply.header("ETag", file.etag);
  reply.header("Cache-Control", "no-cache");
  secure_page(reply);
  if (call.has_copy(file.etag)) {
    reply.status = 304;
  } else {
    reply.shared_body = file.bytes;
  }
  return reply;
}

}  // namespace confab::http
