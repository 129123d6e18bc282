#include "api/http/assets.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "api/base/crypto.h"
#include "api/base/log.h"

namespace confab::http {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHowToBuild =
    "Confab's pages have not been built on this server.\n\n"
    "Build them:   cd frontend && npm ci && npm run build\n"
    "then point CONFAB_FRONTEND at frontend/dist and start the server again.\n\n"
    "The API works without them: /api/docs\n";

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".gif", "image/gif"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".wasm", "application/wasm"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".txt", "text/plain; charset=utf-8"},
}};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// `q=0`, `q=0.0`: not acceptable.
bool is_refusal(std::string_view parameters) {
  const auto q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  return trimmed(parameters.substr(q + 2)).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

void secure_page(Reply& reply) {
  reply.header("Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self'; "
               "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; "
               "font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
               "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'");
  reply.header("Cross-Origin-Opener-Policy", "same-origin");
  reply.header("Permissions-Policy",
               "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
               "geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
               "browsing-topics=()");
}

std::string media_type_of(std::string_view path) {
  for (const auto& [extension, type] : kTypes) {
    if (path.ends_with(extension)) return std::string(type);
  }
  return "application/octet-stream";
}

bool accepts_coding(std::string_view header, std::string_view coding) {
  bool by_star = false;
  while (!header.empty()) {
    const auto comma = header.find(',');
    const auto entry = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    const auto semicolon = entry.find(';');
    const auto name = trimmed(entry.substr(0, semicolon));
    const bool taken = semicolon == std::string_view::npos || !is_refusal(entry.substr(semicolon));
    if (name == coding) return taken;
    if (name == "*") by_star = taken;
  }
  return by_star;
}

Assets::Assets(const std::string& directory) {
  std::error_code error;
  if (directory.empty() || !fs::is_directory(directory, error)) return;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::string path = '/' + fs::relative(entry.path(), directory).generic_string();
    std::string coding;
    if (path.ends_with(".br")) coding = "br";
    if (path.ends_with(".gz")) coding = "gzip";
    if (!coding.empty()) path.resize(path.rfind('.'));

    auto bytes = std::make_shared<const std::string>(read_file(entry.path()));
    const std::string hash = crypto::hex(crypto::sha256(*bytes)).substr(0, 32);
    Asset& asset = assets_[path];
    asset.type = media_type_of(path);
    asset.copies[coding] = {std::move(bytes), '"' + hash + '"'};
  }
  // A compressed file alone is a file of its own that nobody asks for.
  std::erase_if(assets_, [](const auto& each) { return !each.second.copies.contains(""); });
  log::info("http.assets", {{"files", assets_.size()}, {"directory", directory}});
}

Reply Assets::serve(const Call& call) const {
  const auto path = text::percent_decode(call.path);
  if (path) {
    const auto found = assets_.find(*path);
    if (found != assets_.end()) return send(call, found->second, path->starts_with("/assets/"));
  }
  const auto name = path ? path->substr(path->rfind('/') + 1) : std::string(".");
  if (name.find('.') != std::string::npos) {
    return problem(Error(Code::not_found, "There is no such file."), call);
  }
  const auto index = assets_.find("/index.html");
  if (index != assets_.end()) return send(call, index->second, false);
  return {.status = 503, .type = "text/plain; charset=utf-8", .body = std::string(kHowToBuild)};
}

Reply Assets::send(const Call& call, const Asset& asset, bool immutable) {
  const auto accepted = call.header("accept-encoding");
  const Copy* copy = &asset.copies.find("")->second;
  std::string_view coding;
  for (const std::string_view each : {"br", "gzip"}) {
    const auto found = asset.copies.find(each);
    if (found == asset.copies.end() || !accepts_coding(accepted, each)) continue;
    copy = &found->second;
    coding = each;
    break;
  }

  Reply reply{.type = asset.type};
  reply.header("ETag", copy->etag);
  reply.header("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (asset.copies.size() > 1) reply.header("Vary", "Accept-Encoding");
  secure_page(reply);
  if (call.has_copy(copy->etag)) {
    reply.status = 304;
    return reply;
  }
  if (!coding.empty()) reply.header("Content-Encoding", std::string(coding));
  reply.shared_body = copy->bytes;
  return reply;
}

}  // namespace confab::http
