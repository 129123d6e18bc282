#include "api/base/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "api/base/error.h"
#include "api/base/text.h"

namespace confab {

namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr int kMapped = 96;  // bits before an IPv4 address within IPv6

struct Parsed {
  Bytes bytes{};
  bool v4 = false;
};

std::optional<Parsed> address_of(std::string_view text) {
  const std::string copy(text);
  Parsed parsed;
  if (inet_pton(AF_INET6, copy.c_str(), parsed.bytes.data()) == 1) return parsed;
  parsed.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  parsed.v4 = true;
  if (inet_pton(AF_INET, copy.c_str(), parsed.bytes.data() + kMapped / 8) != 1) return std::nullopt;
  return parsed;
}

bool same_bits(const Bytes& a, const Bytes& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || (a[whole] >> (8 - rest)) == (b[whole] >> (8 - rest));
}

[[noreturn]] void refuse() {
  throw Error(Code::invalid_value,
              "IP addresses and networks with commas between them, such as 10.0.0.0/8; the word "
              "loopback for this machine; or none");
}

}  // namespace

void Networks::add(std::string_view word) {
  if (word == "loopback") {
    add("127.0.0.0/8");
    return add("::1");
  }
  const auto slash = word.find('/');
  const auto address = address_of(word.substr(0, slash));
  if (!address) refuse();
  int bits = address->v4 ? 32 : 128;
  if (slash != std::string_view::npos) {
    const auto length = word.substr(slash + 1);
    int given = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), given);
    if (error != std::errc() || end != length.data() + length.size() || given < 0 || given > bits) {
      refuse();
    }
    bits = given;
  }
  networks_.push_back({address->bytes, bits + (address->v4 ? kMapped : 0)});
}

Networks Networks::parse(std::string_view text) {
  Networks all;
  if (text::trim(text) == "none") return all;
  while (true) {
    const auto comma = text.find(',');
    all.add(text::trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return all;
    text.remove_prefix(comma + 1);
  }
}

bool Networks::contains(std::string_view address) const {
  const auto found = address_of(address);
  return found && std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
           return same_bits(found->bytes, network.base, network.bits);
         });
}

}  // namespace confab
