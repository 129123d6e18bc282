#include "api/base/metrics_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "api/base/error.h"

namespace confab::metrics {

namespace fs = std::filesystem;

std::string worker_file(const std::string& data) { return data + "/run/worker.prom"; }

void write_file(const std::string& path, const std::string& text) {
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  const std::string unfinished = path + ".new";
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) fs::rename(unfinished, path, failed);
  if (!file || failed) throw Error(Code::unavailable, "cannot write " + path);
}

std::optional<std::string> read_file(const std::string& path) {
  std::error_code missing;
  const auto written = fs::last_write_time(path, missing);
  if (missing || fs::file_time_type::clock::now() - written > 4 * kFileEvery) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || !text.ends_with('\n')) return std::nullopt;
  return text;
}

}  // namespace confab::metrics
