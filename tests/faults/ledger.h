#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace confab::test {

/// One message as its sender knows it.
struct Entry {
  std::string key, room;
  /// Told by the server, once it has acknowledged.
  std::optional<std::string> id;
  std::int64_t seq = 0;
};

/// What one sender did, on paper before it goes on: the oracle that stands outside.
/// Lines `sent key room` and `acked key id seq`. Used by one thread.
class Ledger {
 public:
  explicit Ledger(const std::filesystem::path& path);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  void sent(const std::string& key, const std::string& room);
  void acked(const std::string& key, const std::string& id, std::int64_t seq);

  /// The entries of a file, in the order they were sent.
  static std::vector<Entry> read(const std::filesystem::path& path);

 private:
  void write(const std::string& line) const;
  int file_ = -1;
};

/// The body that a sender gives the message with that key.
inline std::string body_of(const std::string& key) { return "This is message " + key + "."; }

}  // namespace confab::test
