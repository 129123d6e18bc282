#include "api/http/admission.h"

#include "api/http/limits.h"

namespace confab::http {

class Admission::Place {
 public:
  Place(std::shared_ptr<Book> book, std::string network, bool in_total)
      : book_(std::move(book)), network_(std::move(network)), in_total_(in_total) {}
  ~Place() {
    book_->counts.with([&](Book::Counts& counts) {
      if (in_total_) --counts.all;
      const auto mine = counts.by_network.find(network_);
      if (mine != counts.by_network.end() && --mine->second == 0) counts.by_network.erase(mine);
    });
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  const std::shared_ptr<Book> book_;
  const std::string network_;  ///< Empty: counted in the total only.
  const bool in_total_;
};

Seat Admission::take(const std::string& network, bool in_total) {
  const bool free = book_->counts.with([&](Book::Counts& counts) {
    if (!network.empty()) {
      const auto mine = counts.by_network.try_emplace(network, 0).first;
      if (mine->second >= settings_.per_network) return false;
      ++mine->second;
    }
    if (in_total) ++counts.all;
    return true;
  });
  return free ? std::make_shared<const Place>(book_, network, in_total) : nullptr;
}

Seat Admission::seat(const std::string& address) {
  return take(trusts(address) ? "" : network_of(address), true);
}

Seat Admission::seat_behind_proxy(const std::string& address) {
  return take(network_of(address), false);
}

bool Admission::trusts(const std::string& address) const {
  return address == "unix" || settings_.trusted.contains(address);
}

int Admission::over() const { return taken() - settings_.total; }

int Admission::taken() const {
  return book_->counts.with([](const Book::Counts& counts) { return counts.all; });
}

}  // namespace confab::http
