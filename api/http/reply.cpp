#include "api/base/json.h"
#include "api/http/call.h"

namespace confab::http {

namespace {

void member(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out += ',';
  json::append_string(out, name);
  out += ':';
  json::append_string(out, value);
}

}  // namespace

Reply problem(const Error& error, const Call& call) {
  const CodeRow& row = row_of(error.code());
  const bool internal = error.code() == Code::internal;
  Reply reply{.status = row.status, .type = "application/problem+json"};

  std::string& out = reply.body;
  out = "{";
  member(out, "type", "/api/docs#errors/" + std::string(row.name));
  member(out, "title", row.title);
  out += ",\"status\":" + std::to_string(row.status);
  member(out, "detail",
         internal ? "The fault is not yours. The server's log has it under this request_id."
                  : error.what());
  // A path that is not UTF-8 cannot be quoted in JSON.
  member(out, "instance", text::is_utf8(call.path) ? call.path : "/");
  member(out, "code", row.name);
  member(out, "request_id", call.request_id);
  if (!error.fields().empty() && !internal) {
    out += ",\"errors\":[";
    for (const FieldError& field : error.fields()) {
      out += out.back() == '[' ? "{" : ",{";
      member(out, "pointer", field.pointer);
      member(out, "code", row_of(field.code).name);
      member(out, "detail", field.detail);
      out += '}';
    }
    out += ']';
  }
  out += '}';

  if (error.retry_after()) reply.header("Retry-After", std::to_string(*error.retry_after()));
  if (row.status == 401) reply.header("WWW-Authenticate", "Bearer realm=\"Confab\"");
  return reply;
}

}  // namespace confab::http
