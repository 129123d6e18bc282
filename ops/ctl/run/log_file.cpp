#include "ops/ctl/run/log_file.h"

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ops/ctl/failure.h"

namespace confab::ctl::run {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargest = 16U * 1024 * 1024;
constexpr int kKept = 3;

fs::path numbered(const fs::path& path, int number) {
  return path.string() + "." + std::to_string(number);
}

}  // namespace

int open_log(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) {
    throw Failure(Exit::cannot_create, with_errno("cannot open the log " + path.string()),
                  "give this user the right to write there");
  }
  return fd;
}

void rotate_log(const fs::path& path) {
  std::error_code error;
  if (fs::file_size(path, error) <= kLargest || error) return;
  for (int number = kKept; number > 1; --number) {
    fs::rename(numbered(path, number - 1), numbered(path, number), error);
  }
  fs::copy_file(path, numbered(path, 1), fs::copy_options::overwrite_existing, error);
  if (!error) fs::resize_file(path, 0, error);
}

std::string last_lines(const fs::path& path, std::size_t lines) {
  constexpr std::streamoff kWindow = 16 * 1024;
  std::ifstream file(path, std::ios::binary);
  file.seekg(0, std::ios::end);
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kWindow));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto start = text.size();
  for (std::size_t seen = 0; start > 0; --start) {
    if (text[start - 1] == '\n' && start != text.size() && ++seen == lines) break;
  }
  return text.substr(start, text.find_last_not_of('\n') + 1 - start);
}

}  // namespace confab::ctl::run
