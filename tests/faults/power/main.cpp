// confab-power-fs: a mounted disk whose power can be cut. See disk.h for what it forgets.
//
//   confab-power-fs PLATTER MOUNTPOINT [--size=BYTES] [--sync-us=N] [--seed=N]
//
// It stays in the foreground. SIGUSR1 cuts the power: chance decides by the seed over what was
// not synced (without a seed all of it is lost), the process ends, and the mount answers
// ENOTCONN until it is detached. SIGTERM unmounts after syncing everything.
#define FUSE_USE_VERSION 35

#include <fuse_lowlevel.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

#include "tests/faults/power/disk.h"

namespace confab::test::power {
namespace {

/// Nobody but the kernel changes anything, so what it has seen stays true.
constexpr double kForEver = 86400;

struct Mount {
  std::uint64_t sync_us = 0;  ///< What a sync takes, at the least.
  int signals = -1;
  std::optional<Disk> disk;
  std::optional<std::mt19937_64> chance;

  /// True when the power is to be cut, which is looked at for `microseconds`.
  bool is_cut(std::uint64_t microseconds) const {
    constexpr std::uint64_t kMillion = 1'000'000;
    const timespec patience{.tv_sec = static_cast<time_t>(microseconds / kMillion),
                            .tv_nsec = static_cast<long>(microseconds % kMillion * 1000)};
    pollfd watched{.fd = signals, .events = POLLIN, .revents = 0};
    if (::ppoll(&watched, 1, &patience, nullptr) <= 0) return false;
    sigset_t waiting;
    ::sigpending(&waiting);
    return sigismember(&waiting, SIGUSR1) == 1;
  }

  [[noreturn]] void cut() {
    disk->cut(chance ? &*chance : nullptr);
    ::_exit(0);
  }
};

Mount& mount_of(fuse_req_t request) { return *static_cast<Mount*>(fuse_req_userdata(request)); }
Disk& disk_of(fuse_req_t request) { return *mount_of(request).disk; }

/// Runs the body, and answers with the refusal when there is one.
template <typename F>
void answer(fuse_req_t request, F&& body) noexcept {
  try {
    body(disk_of(request));
  } catch (const std::system_error& refusal) {
    fuse_reply_err(request, refusal.code().value());
  } catch (const PowerCut&) {
    mount_of(request).cut();
  }
}

/// The kernel now holds a reference to the node.
fuse_entry_param entry_of(Node& node) {
  ++node.lookups;
  fuse_entry_param entry{};
  entry.ino = node.number;
  entry.attr = node.status;
  entry.attr_timeout = kForEver;
  entry.entry_timeout = kForEver;
  return entry;
}

bool syncs_itself(const fuse_file_info* info) { return (info->flags & O_DSYNC) != 0; }

/// Nothing is kept in the kernel's page cache, which would be a second truth.
void open_directly(fuse_file_info* info) { info->direct_io = 1; }

void lookup(fuse_req_t request, fuse_ino_t parent, const char* name) {
  answer(request, [&](Disk& disk) {
    const auto entry = entry_of(*disk.child(*disk.node(parent), name));
    fuse_reply_entry(request, &entry);
  });
}

void forget(fuse_req_t request, fuse_ino_t number, std::uint64_t lookups) {
  disk_of(request).forget(number, lookups);
  fuse_reply_none(request);
}

void forget_many(fuse_req_t request, std::size_t count, fuse_forget_data* forgotten) {
  for (std::size_t i = 0; i < count; ++i) {
    disk_of(request).forget(forgotten[i].ino, forgotten[i].nlookup);
  }
  fuse_reply_none(request);
}

void reply_status(fuse_req_t request, const Node& node) {
  fuse_reply_attr(request, &node.status, kForEver);
}

void getattr(fuse_req_t request, fuse_ino_t number, fuse_file_info*) {
  answer(request, [&](Disk& disk) { reply_status(request, *disk.node(number)); });
}

void setattr(fuse_req_t request, fuse_ino_t number, struct stat* wanted, int which,
             fuse_file_info*) {
  answer(request, [&](Disk& disk) {
    const NodePtr node = disk.node(number);
    const auto has = [&](int flag) { return (which & flag) != 0; };
    if (has(FUSE_SET_ATTR_SIZE)) disk.resize(*node, static_cast<std::uint64_t>(wanted->st_size));
    if (has(FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) {
      const auto& now = node->status;
      disk.change_owner_or_mode(node, has(FUSE_SET_ATTR_MODE) ? wanted->st_mode : now.st_mode,
                                has(FUSE_SET_ATTR_UID) ? wanted->st_uid : now.st_uid,
                                has(FUSE_SET_ATTR_GID) ? wanted->st_gid : now.st_gid);
    }
    if (has(FUSE_SET_ATTR_ATIME)) node->status.st_atim = wanted->st_atim;
    if (has(FUSE_SET_ATTR_MTIME)) node->status.st_mtim = wanted->st_mtim;
    if (has(FUSE_SET_ATTR_MTIME_NOW)) ::clock_gettime(CLOCK_REALTIME, &node->status.st_mtim);
    reply_status(request, *node);
  });
}

void make(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode,
          const char* target = "") {
  answer(request, [&](Disk& disk) {
    const fuse_ctx* caller = fuse_req_ctx(request);
    const auto node = disk.make(disk.node(parent), name, mode, caller->uid, caller->gid, target);
    const auto entry = entry_of(*node);
    fuse_reply_entry(request, &entry);
  });
}

void mknod(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, dev_t) {
  make(request, parent, name, mode);
}

void mkdir(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode) {
  make(request, parent, name, mode | S_IFDIR);
}

void symlink(fuse_req_t request, const char* target, fuse_ino_t parent, const char* name) {
  make(request, parent, name, S_IFLNK | 0777, target);
}

void readlink(fuse_req_t request, fuse_ino_t number) {
  answer(request,
         [&](Disk& disk) { fuse_reply_readlink(request, disk.node(number)->target.c_str()); });
}

void remove(fuse_req_t request, fuse_ino_t parent, const char* name) {
  answer(request, [&](Disk& disk) {
    disk.remove(disk.node(parent), name);
    fuse_reply_err(request, 0);
  });
}

void rename(fuse_req_t request, fuse_ino_t from, const char* name, fuse_ino_t to,
            const char* new_name, unsigned flags) {
  answer(request, [&](Disk& disk) {
    disk.rename(disk.node(from), name, disk.node(to), new_name, flags);
    fuse_reply_err(request, 0);
  });
}

void open(fuse_req_t request, fuse_ino_t number, fuse_file_info* info) {
  answer(request, [&](Disk& disk) {
    const NodePtr node = disk.node(number);
    if ((info->flags & O_TRUNC) != 0) disk.resize(*node, 0);
    open_directly(info);
    fuse_reply_open(request, info);
  });
}

void create(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode,
            fuse_file_info* info) {
  answer(request, [&](Disk& disk) {
    const fuse_ctx* caller = fuse_req_ctx(request);
    const auto node = disk.make(disk.node(parent), name, mode | S_IFREG, caller->uid, caller->gid);
    const auto entry = entry_of(*node);
    open_directly(info);
    fuse_reply_create(request, &entry, info);
  });
}

void read(fuse_req_t request, fuse_ino_t number, std::size_t length, off_t offset,
          fuse_file_info*) {
  answer(request, [&](Disk& disk) {
    const std::string data =
        disk.read(*disk.node(number), static_cast<std::uint64_t>(offset), length);
    fuse_reply_buf(request, data.data(), data.size());
  });
}

void write(fuse_req_t request, fuse_ino_t number, const char* data, std::size_t length,
           off_t offset, fuse_file_info* info) {
  answer(request, [&](Disk& disk) {
    const NodePtr node = disk.node(number);
    disk.write(*node, static_cast<std::uint64_t>(offset), data, length);
    if (syncs_itself(info)) disk.sync(*node);
    fuse_reply_write(request, length);
  });
}

void fsync(fuse_req_t request, fuse_ino_t number, int, fuse_file_info*) {
  answer(request, [&](Disk& disk) {
    const Mount& mount = mount_of(request);
    if (mount.is_cut(mount.sync_us)) throw PowerCut{};
    disk.sync(*disk.node(number));
    fuse_reply_err(request, 0);
  });
}

void fallocate(fuse_req_t request, fuse_ino_t number, int mode, off_t offset, off_t length,
               fuse_file_info*) {
  answer(request, [&](Disk& disk) {
    const NodePtr node = disk.node(number);
    if (mode != 0) throw std::system_error(EOPNOTSUPP, std::generic_category());
    const auto end = static_cast<std::uint64_t>(offset + length);
    if (end > node->size()) disk.resize(*node, end);
    fuse_reply_err(request, 0);
  });
}

/// The names of a folder as they are when it is opened.
using Listing = std::vector<std::pair<std::string, struct stat>>;

void opendir(fuse_req_t request, fuse_ino_t number, fuse_file_info* info) {
  answer(request, [&](Disk& disk) {
    const NodePtr folder = disk.node(number);
    auto listing = std::make_unique<Listing>();
    listing->emplace_back(".", folder->status);
    listing->emplace_back("..", folder->status);
    for (const auto& [name, node] : folder->children) listing->emplace_back(name, node->status);
    info->fh = reinterpret_cast<std::uint64_t>(listing.release());
    fuse_reply_open(request, info);
  });
}

void readdir(fuse_req_t request, fuse_ino_t, std::size_t room, off_t offset, fuse_file_info* info) {
  const auto& listing = *reinterpret_cast<Listing*>(info->fh);
  std::string out;
  for (auto i = static_cast<std::size_t>(offset); i < listing.size(); ++i) {
    const auto& [name, status] = listing[i];
    const std::size_t before = out.size();
    const auto next = static_cast<off_t>(i + 1);
    const std::size_t needed = fuse_add_direntry(request, nullptr, 0, name.c_str(), &status, next);
    if (before + needed > room) break;
    out.resize(before + needed);
    fuse_add_direntry(request, out.data() + before, needed, name.c_str(), &status, next);
  }
  fuse_reply_buf(request, out.data(), out.size());
}

void releasedir(fuse_req_t request, fuse_ino_t, fuse_file_info* info) {
  delete reinterpret_cast<Listing*>(info->fh);
  fuse_reply_err(request, 0);
}

void statfs(fuse_req_t request, fuse_ino_t) {
  answer(request, [&](Disk& disk) {
    constexpr std::uint64_t kBlock = 4096;
    const auto [total, free] = disk.space();
    struct statvfs status {};
    status.f_bsize = status.f_frsize = kBlock;
    status.f_blocks = total / kBlock;
    status.f_bfree = status.f_bavail = free / kBlock;
    status.f_files = status.f_ffree = 1'000'000;
    status.f_namemax = NAME_MAX;
    fuse_reply_statfs(request, &status);
  });
}

fuse_lowlevel_ops operations() {
  fuse_lowlevel_ops all{};
  all.lookup = lookup;
  all.forget = forget;
  all.forget_multi = forget_many;
  all.getattr = getattr;
  all.setattr = setattr;
  all.mknod = mknod;
  all.mkdir = mkdir;
  all.symlink = symlink;
  all.readlink = readlink;
  all.unlink = remove;
  all.rmdir = remove;
  all.rename = rename;
  all.open = open;
  all.create = create;
  all.read = read;
  all.write = write;
  all.fsync = fsync;
  all.fsyncdir = fsync;
  all.fallocate = fallocate;
  all.opendir = opendir;
  all.readdir = readdir;
  all.releasedir = releasedir;
  all.statfs = statfs;
  return all;
}

std::optional<std::uint64_t> number_after(std::string_view argument, std::string_view option) {
  if (!argument.starts_with(option)) return std::nullopt;
  argument.remove_prefix(option.size());
  std::uint64_t value = 0;
  const char* end = argument.data() + argument.size();
  if (std::from_chars(argument.data(), end, value).ptr != end) return std::nullopt;
  return value;
}

int serve(Mount& mount, fuse_session* session) {
  fuse_buf buffer{};
  int code = 0;
  while (fuse_session_exited(session) == 0) {
    std::array<pollfd, 2> watched{
        pollfd{.fd = mount.signals, .events = POLLIN, .revents = 0},
        pollfd{.fd = fuse_session_fd(session), .events = POLLIN, .revents = 0}};
    ::poll(watched.data(), watched.size(), -1);
    if (mount.is_cut(0)) mount.cut();
    if (watched[0].revents != 0) {
      mount.disk->sync_all();
      break;
    }
    const int got = fuse_session_receive_buf(session, &buffer);
    if (got == -EINTR || got == -EAGAIN) continue;
    if (got <= 0) {
      code = got < 0 ? 1 : 0;
      break;
    }
    fuse_session_process_buf(session, &buffer);
  }
  std::free(buffer.mem);
  return code;
}

int run(int count, char** arguments) {
  Mount mount;
  Disk::Settings settings;
  std::vector<std::string> places;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (const auto size = number_after(argument, "--size=")) {
      settings.capacity = *size;
    } else if (const auto sync_us = number_after(argument, "--sync-us=")) {
      mount.sync_us = *sync_us;
    } else if (const auto seed = number_after(argument, "--seed=")) {
      mount.chance.emplace(*seed);
    } else {
      places.push_back(argument);
    }
  }
  if (places.size() != 2 || places[0].starts_with('-') || places[1].starts_with('-')) {
    std::fputs("usage: confab-power-fs PLATTER MOUNTPOINT [--size=N] [--sync-us=N] [--seed=N]\n",
               stderr);
    return 64;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGUSR1);
  sigaddset(&watched, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  mount.signals = ::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  settings.platter = places[0];
  settings.is_cut = [&mount] { return mount.is_cut(0); };
  mount.disk.emplace(std::move(settings));

  std::string program = arguments[0], option = "-o", name = "fsname=confab-power-fs";
  std::array<char*, 3> given{program.data(), option.data(), name.data()};
  fuse_args fuse_arguments = FUSE_ARGS_INIT(static_cast<int>(given.size()), given.data());
  const auto all = operations();
  fuse_session* session = fuse_session_new(&fuse_arguments, &all, sizeof all, &mount);
  fuse_opt_free_args(&fuse_arguments);
  if (session == nullptr) return 1;
  if (fuse_session_mount(session, places[1].c_str()) != 0) {
    fuse_session_destroy(session);
    return 1;
  }
  const int code = serve(mount, session);
  fuse_session_unmount(session);
  fuse_session_destroy(session);
  return code;
}

}  // namespace
}  // namespace confab::test::power

int main(int count, char** arguments) {
  try {
    return confab::test::power::run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "confab-power-fs: %s\n", error.what());
    return 1;
  }
}
