#include "ops/ctl/run/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "ops/ctl/failure.h"

namespace confab::ctl::run {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(20);
constexpr auto kPause = std::chrono::milliseconds(50);

void make_private_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (!error && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    error.assign(errno, std::generic_category());
  }
  if (error || !fs::is_directory(path)) {
    throw Failure(Exit::cannot_create,
                  "cannot create the folder " + path.string() +
                      (error ? ": " + error.message() : ": something else has that name"),
                  "choose another CONFAB_DATA, or give this user the right to write there");
  }
}

int open_lock(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    throw Failure(Exit::permission, with_errno("cannot open " + path.string()),
                  "run Confab as the user who owns " + path.parent_path().string());
  }
  return fd;
}

bool take(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

}  // namespace

DataFolder::DataFolder(const fs::path& path) : path_(path) {
  make_private_folder(path_);
  lock_ = open_lock(path_ / "lock");
  if (!take(lock_)) {
    ::close(lock_);
    throw Failure(Exit::temporary, "another Confab is running on the data in " + path_.string(),
                  "stop it first, or set CONFAB_DATA (and CONFAB_PORT) to run a second one");
  }
  processes_lock_ = open_lock(path_ / "processes.lock");
  const auto deadline = steady_clock::now() + kPatience;
  while (!take(processes_lock_)) {
    if (steady_clock::now() > deadline) {
      ::close(processes_lock_);
      ::close(lock_);
      throw Failure(Exit::temporary,
                    "processes of an earlier run still use the data in " + path_.string(),
                    "see `fuser " + (path_ / "processes.lock").string() + "` and end them");
    }
    std::this_thread::sleep_for(kPause);
  }
  make_private_folder(path_ / "log");
  make_private_folder(path_ / "tmp");
}

DataFolder::~DataFolder() {
  ::close(processes_lock_);
  ::close(lock_);
}

}  // namespace confab::ctl::run
