#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace confab {

/// A set of IP networks, as an operator writes it.
class Networks {
 public:
  /// Reads `10.0.0.0/8, 2001:db8::1, loopback`, or `none`. Throws
  /// Error(invalid_value) saying what would fit.
  static Networks parse(std::string_view text);

  /// False for what is not an IP address. An IPv4 address mapped into IPv6 is
  /// the IPv4 address.
  bool contains(std::string_view address) const;

 private:
  struct Network {
    std::array<std::uint8_t, 16> base;
    int bits;  ///< Of 128: IPv4 is kept as mapped into IPv6.
  };
  void add(std::string_view word);

  std::vector<Network> networks_;
};

}  // namespace confab
