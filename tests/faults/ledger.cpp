#include "tests/faults/ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace confab::test {

Ledger::Ledger(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (file_ < 0) throw std::runtime_error("cannot write " + path.string());
}

Ledger::~Ledger() { ::close(file_); }

void Ledger::write(const std::string& line) const {
  if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw std::runtime_error("the ledger's disk is full");
  }
}

void Ledger::sent(const std::string& key, const std::string& room) {
  write("sent " + key + ' ' + room + '\n');
}

void Ledger::acked(const std::string& key, const std::string& id, std::int64_t seq) {
  write("acked " + key + ' ' + id + ' ' + std::to_string(seq) + '\n');
}

std::vector<Entry> Ledger::read(const std::filesystem::path& path) {
  std::vector<Entry> entries;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string verb, key;
    words >> verb >> key;
    if (verb == "sent") {
      words >> entries.emplace_back(Entry{.key = key}).room;
    } else {
      // A sender goes on only once it is acknowledged.
      if (entries.empty() || entries.back().key != key) throw std::runtime_error("torn: " + line);
      words >> entries.back().id.emplace() >> entries.back().seq;
    }
  }
  return entries;
}

}  // namespace confab::test
