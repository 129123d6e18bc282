#include "api/http/origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace confab::http {

namespace {

bool is_unsafe(std::string_view method) { return method != "GET" && method != "HEAD"; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// `application/json`, alone or with charset utf-8.
bool is_json(std::string_view content_type) {
  std::string text = lower(content_type);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '"'; });
  return text == "application/json" || text == "application/json;charset=utf-8";
}

bool is_own_origin(const Call& call, std::string_view origin) {
  const auto claimed = call.header("origin");
  if (claimed.empty()) return false;
  if (claimed == origin) return true;
  const std::string host(call.header("host"));
  return claimed == "http://" + host || claimed == "https://" + host;
}

[[noreturn]] void reject(const std::string& why) { throw Error(Code::csrf_rejected, why); }

}  // namespace

void require_own_site(const Call& call, std::string_view cookie, std::string_view origin) {
  const bool by_cookie = call.cookie(cookie).has_value();
  const bool by_token = call.has_header("authorization");
  if (by_cookie && by_token) {
    throw Error(Code::ambiguous_auth, "Send the session cookie or a token, not both.");
  }
  if (!is_unsafe(call.method) || by_token) return;

  const auto site = call.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") {
    reject("A page of another site made this request.");
  }
  if (!by_cookie) return;
  if (call.header("x-requested-with") != "confab") {
    reject("A changing request by cookie needs the header X-Requested-With: confab.");
  }
  if (!is_json(call.header("content-type"))) {
    reject("A changing request by cookie needs the header Content-Type: application/json.");
  }
  if (site.empty() && !is_own_origin(call, origin)) {
    reject(
        "A changing request by cookie needs Sec-Fetch-Site: same-origin, or Origin of this site.");
  }
}

void require_json(const Call& call) {
  if (call.has_header("content-encoding")) {
    throw Error(Code::unsupported_media_type, "Send the body without a Content-Encoding.");
  }
  if (!call.body.empty() && !is_json(call.header("content-type"))) {
    throw Error(Code::unsupported_media_type, "Send the body as application/json in UTF-8.");
  }
}

std::string calling_address(const Call& call, const Networks& trusted) {
  if (!call.has_header("x-forwarded-for")) return call.address;
  if (call.address != "unix" && !trusted.contains(call.address)) return call.address;
  std::string_view chain;
  for (const auto& [name, value] : call.headers) {
    if (name == "x-forwarded-for") chain = value;
  }
  const auto comma = chain.rfind(',');
  std::string last(comma == std::string_view::npos ? chain : chain.substr(comma + 1));
  std::erase_if(last, [](char c) { return c == ' ' || c == '\t' || c == '[' || c == ']'; });
  std::array<unsigned char, sizeof(in6_addr)> raw{};
  const bool readable = inet_pton(AF_INET, last.c_str(), raw.data()) == 1 ||
                        inet_pton(AF_INET6, last.c_str(), raw.data()) == 1;
  return readable ? last : "0.0.0.0";
}

}  // namespace confab::http
