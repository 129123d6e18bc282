#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "api/base/guarded.h"
#include "api/base/network.h"
#include "api/http/call.h"

namespace confab::http {

/// Who may have how many connections. A stream counts until its socket closes,
/// whoever owns that. Any thread.
class Admission {
 public:
  struct Settings {
    int total = 19'000;  ///< Of all connections, streams included.
    int per_network = 512;
    /// Proxies: many people behind one address, which is not counted by itself.
    Networks trusted;
  };

  explicit Admission(Settings settings)
      : settings_(std::move(settings)), book_(std::make_shared<Book>()) {}

  /// A seat for a connection from `address`, or null when its network has as many
  /// as it may. The total is the caller's to keep: see over().
  Seat seat(const std::string& address);
  /// A seat for a stream that a proxy carries for `address`; the connection that
  /// carries it has one already. Null as above.
  Seat seat_behind_proxy(const std::string& address);

  /// True for a proxy's address and for a unix socket.
  bool trusts(const std::string& address) const;
  /// How many connections there are beyond the total; negative while there is room.
  int over() const;
  int taken() const;

 private:
  struct Book {
    struct Counts {
      int all = 0;
      std::unordered_map<std::string, int> by_network;
    };
    Guarded<Counts> counts;
  };
  class Place;

  Seat take(const std::string& network, bool in_total);

  const Settings settings_;
  const std::shared_ptr<Book> book_;
};

}  // namespace confab::http
