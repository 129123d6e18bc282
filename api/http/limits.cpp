#include "api/http/limits.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

namespace confab::http {

namespace {

const Quota& quota_of(const Quotas& quotas, Rate rate) {
  return quotas[static_cast<std::size_t>(rate)];
}

std::int64_t seconds_up(std::int64_t ms) { return (ms + 999) / 1000; }

}  // namespace

std::string_view name_of(Rate rate) {
  constexpr std::array<std::string_view, 6> kNames = {"read",    "write",   "post",
                                                      "sign_in", "sign_up", "search"};
  return kNames[static_cast<std::size_t>(rate)];
}

std::string network_of(const std::string& address) {
  in6_addr raw{};
  if (address.find(':') == std::string::npos || inet_pton(AF_INET6, address.c_str(), &raw) != 1) {
    return address;
  }
  char text[INET6_ADDRSTRLEN];
  if (IN6_IS_ADDR_V4MAPPED(&raw)) {
    inet_ntop(AF_INET, &raw.s6_addr[12], text, sizeof text);
    return text;
  }
  std::fill(raw.s6_addr + 8, raw.s6_addr + 16, std::uint8_t{0});
  inet_ntop(AF_INET6, &raw, text, sizeof text);
  return std::string(text) + "/64";
}

void Limits::Table::make_room(std::int64_t now) {
  if (full_at.size() < kCapacity) return;
  // Looking through all of it takes milliseconds: not for every request.
  if (now >= next_clearing) {
    std::erase_if(full_at, [&](const auto& each) { return each.second <= now; });
    next_clearing = now + 1'000'000;
  }
  if (full_at.size() >= kCapacity) full_at.erase(full_at.begin());
}

Limits::Verdict Limits::take(Rate rate, std::string_view key, std::int64_t now_ms) {
  const Quota& quota = quota_of(quotas_, rate);
  const std::int64_t now = now_ms * 1000;
  const std::int64_t window = quota.window_ms * 1000;
  const std::int64_t step = window / quota.burst;
  std::string name(1, static_cast<char>('0' + static_cast<int>(rate)));
  name += key;

  return table_.with([&](Table& table) {
    if (!table.full_at.contains(name)) table.make_room(now);
    std::int64_t& full_at = table.full_at[name];
    const std::int64_t next = std::max(full_at, now) + step;
    Verdict verdict;
    if (next - now > window) {
      verdict.allowed = false;
      verdict.retry_ms = (next - now - window + 999) / 1000;
    } else {
      full_at = next;
    }
    verdict.remaining = std::max<std::int64_t>(0, (window - (full_at - now)) / step);
    verdict.reset_ms = (full_at - now + 999) / 1000;
    return verdict;
  });
}

void Limits::describe(Rate rate, const Verdict& verdict, Reply& reply) const {
  const Quota& quota = quota_of(quotas_, rate);
  const std::string name = '"' + std::string(name_of(rate)) + '"';
  reply.header("RateLimit-Policy", name + ";q=" + std::to_string(quota.burst) +
                                       ";w=" + std::to_string(seconds_up(quota.window_ms)));
  reply.header("RateLimit", name + ";r=" + std::to_string(verdict.remaining) +
                                ";t=" + std::to_string(seconds_up(verdict.reset_ms)));
  if (!verdict.allowed) {
    reply.header("Retry-After",
                 std::to_string(std::max<std::int64_t>(1, seconds_up(verdict.retry_ms))));
  }
}

}  // namespace confab::http
