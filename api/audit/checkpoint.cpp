#include "api/audit/checkpoint.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "api/audit/store.h"
#include "api/base/error.h"
#include "api/base/log.h"

namespace confab::audit {

namespace {

constexpr std::string_view kStart = "confab-audit-checkpoint v1 ";
constexpr std::size_t kHash = 32;

[[noreturn]] void refuse(const std::string& why) { throw Error(Code::invalid_value, why); }

/// Takes what stands before `end` off the front of `rest`.
std::string_view take(std::string_view& rest, char end) {
  const auto at = rest.find(end);
  const auto part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

template <typename T>
T number(std::string_view text) {
  T out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) refuse("it is damaged");
  return out;
}

std::string bytes_of(std::string_view hex) {
  if (hex.size() != 2 * kHash) refuse("it is damaged");
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned char byte = 0;
    const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    if (error != std::errc() || end != hex.data() + i + 2) refuse("it is damaged");
    out += static_cast<char>(byte);
  }
  return out;
}

[[noreturn]] void cannot_write(const std::string& path) {
  throw Error(Code::internal, "The audit checkpoint cannot be written to " + path + ": " +
                                  std::strerror(errno) + ".");
}

/// An open file, closed with the object.
class File {
 public:
  explicit File(const std::string& path)
      : number_(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  const int number_;
};

/// Where the last complete line ends.
off_t end_of_lines(int file) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0) return -1;
  std::array<char, 4096> bytes{};
  off_t end = facts.st_size;
  while (end > 0) {
    const auto from = std::max<off_t>(0, end - static_cast<off_t>(bytes.size()));
    const auto got = ::pread(file, bytes.data(), static_cast<std::size_t>(end - from), from);
    if (got <= 0) return -1;
    for (auto i = got; i > 0; --i) {
      if (bytes[static_cast<std::size_t>(i - 1)] == '\n') return from + static_cast<off_t>(i);
    }
    end = from;
  }
  return 0;
}

/// How many chains contradict the last checkpoint of the file.
std::size_t check_last(db::Pool& pool, const crypto::Keys& keys, const std::string& path) {
  const auto line = last_line(path);
  if (!line) return 0;
  Checkpoint before;
  try {
    before = Checkpoint::parse(*line, keys);
  } catch (const Error& error) {
    log::error("audit.checkpoint", {{"file", path}, {"what", error.what()}});
    return 0;
  }
  return pool.read([&](db::Tx& tx) {
    std::size_t faults = 0;
    for (const auto& head : before.heads) {
      if (store::hash_at(tx, head.node, head.pos) == head.hash) continue;
      ++faults;
      log::error("audit.tampered", {{"node", head.node},
                                    {"pos", head.pos},
                                    {"checkpoint", to_rfc3339(before.at)},
                                    {"what", "run `confab audit verify`"}});
    }
    return faults;
  });
}

}  // namespace

std::string Checkpoint::text(const crypto::Keys& keys) const {
  std::string out = std::string(kStart) + tag + ' ' + to_rfc3339(at) + ' ' + keys.key_id() + ' ';
  if (heads.empty()) out += '-';
  for (const Head& head : heads) {
    if (&head != &heads.front()) out += ',';
    out +=
        std::to_string(head.node) + ':' + std::to_string(head.pos) + ':' + crypto::hex(head.hash);
  }
  return out + ' ' + crypto::base64url(keys.sign(out));
}

Checkpoint Checkpoint::parse(std::string_view line, const crypto::Keys& keys) {
  const auto space = line.rfind(' ');
  if (!line.starts_with(kStart) || space < kStart.size()) refuse("it is not a checkpoint");
  std::string_view rest = line.substr(0, space);
  rest.remove_prefix(kStart.size());
  Checkpoint out;
  out.tag = take(rest, ' ');
  const auto at = parse_rfc3339(take(rest, ' '));
  if (take(rest, ' ') != keys.key_id()) refuse("it was signed with another key");
  const auto signature = crypto::base64url_decode(line.substr(space + 1));
  if (!signature || !keys.verify(line.substr(0, space), *signature)) {
    refuse("its signature does not fit");
  }
  if (!at) refuse("it is damaged");
  out.at = *at;
  if (rest == "-") return out;
  while (!rest.empty()) {
    auto part = take(rest, ',');
    Head head;
    head.node = number<std::uint32_t>(take(part, ':'));
    head.pos = number<std::uint64_t>(take(part, ':'));
    head.hash = bytes_of(part);
    out.heads.push_back(std::move(head));
  }
  return out;
}

Checkpoint take_checkpoint(db::Pool& pool, Time now) {
  return pool.snapshot([&](db::Tx& tx) {
    Checkpoint out{.tag = tx.value<std::string>("SELECT tag FROM server WHERE id = 1").value_or(""),
                   .at = now,
                   .heads = {}};
    for (auto& head : store::heads(tx)) {
      out.heads.push_back({.node = head.node, .pos = head.pos, .hash = std::move(head.hash)});
    }
    return out;
  });
}

void append_line(const std::string& path, const std::string& line) {
  const File file(path);
  if (!file || ::flock(file.number(), LOCK_EX) != 0) cannot_write(path);
  const auto end = end_of_lines(file.number());
  const std::string whole = line + '\n';
  const bool done =
      end >= 0 && ::ftruncate(file.number(), end) == 0 &&
      ::write(file.number(), whole.data(), whole.size()) == static_cast<ssize_t>(whole.size()) &&
      ::fsync(file.number()) == 0;
  if (!done) cannot_write(path);
}

void each_line(const std::string& path,
               const std::function<void(const std::string&, std::size_t)>& use) {
  std::ifstream file(path);
  if (!file) throw Error(Code::not_found, "The file " + path + " cannot be read.");
  std::string line;
  // Without its newline, the last one is not complete.
  for (std::size_t number = 1; std::getline(file, line) && !file.eof(); ++number) {
    use(line, number);
  }
}

std::optional<std::string> last_line(const std::string& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  std::optional<std::string> last;
  each_line(path, [&](const std::string& line, std::size_t) { last = line; });
  return last;
}

std::string checkpoint_file(const Config& config) { return config.data + "/audit/checkpoints.log"; }

std::size_t keep_checkpoint(db::Pool& pool, db::Writer& writer, const crypto::Keys& keys,
                            const Config& config, Time now) {
  const auto path = checkpoint_file(config);
  const auto folder = std::filesystem::path(path).parent_path();
  if (std::filesystem::create_directory(folder)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  }
  const auto faults = check_last(pool, keys, path);
  const auto line = take_checkpoint(pool, now).text(keys);
  // Rows can be seen a moment before they are on the disk; a commit after them takes them along.
  // Signed and then lost in a power cut, they would look like rows that somebody deleted.
  writer.run([](db::Tx&) {}, db::Growth::none);
  append_line(path, line);
  if (!config.audit_checkpoints.empty()) append_line(config.audit_checkpoints, line);
  return faults;
}

}  // namespace confab::audit
