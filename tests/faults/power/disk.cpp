#include "tests/faults/power/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>

namespace confab::test::power {
namespace {

constexpr std::uint64_t kPage = std::tuple_size_v<Node::Page>;
constexpr std::uint64_t kSector = 512;

[[noreturn]] void refuse(int code) { throw std::system_error(code, std::generic_category()); }

int checked(int result) {
  if (result < 0) refuse(errno);
  return result;
}

std::uint64_t rounded(std::uint64_t size) { return (size + kPage - 1) / kPage * kPage; }

void write_all(int file, const char* data, std::size_t length, std::uint64_t offset) {
  while (length > 0) {
    const ssize_t done = ::pwrite(file, data, length, static_cast<off_t>(offset));
    if (done < 0) refuse(errno);
    data += done;
    offset += static_cast<std::uint64_t>(done);
    length -= static_cast<std::size_t>(done);
  }
}

void touch(Node& node) {
  ::clock_gettime(CLOCK_REALTIME, &node.status.st_mtim);
  node.status.st_ctim = node.status.st_mtim;
}

}  // namespace

Node::~Node() {
  if (platter >= 0) ::close(platter);
}

Disk::Disk(Settings settings) : settings_(std::move(settings)) {
  auto root = std::make_shared<Node>();
  root->platter = checked(::open(settings_.platter.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  checked(::fstat(root->platter, &root->status));
  root_ = add(root);
  load(*root_);
}

NodePtr Disk::add(const std::shared_ptr<Node>& node) {
  node->number = ++last_number_;
  node->status.st_ino = node->number;
  nodes_[node->number] = node;
  return node;
}

void Disk::load(Node& folder) {
  const int again = checked(::openat(folder.platter, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(again), ::closedir);
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    auto node = std::make_shared<Node>();
    checked(::fstatat(folder.platter, name.c_str(), &node->status, AT_SYMLINK_NOFOLLOW));
    if (S_ISLNK(node->status.st_mode)) {
      std::string target(static_cast<std::size_t>(node->status.st_size), '\0');
      checked(static_cast<int>(
          ::readlinkat(folder.platter, name.c_str(), target.data(), target.size())));
      node->target = target;
    } else {
      const int flags = node->is_folder() ? O_RDONLY | O_DIRECTORY : O_RDWR;
      node->platter = checked(::openat(folder.platter, name.c_str(), flags | O_CLOEXEC));
    }
    node->floor = node->size();
    if (node->is_file()) used_ += rounded(node->size());
    folder.children[name] = add(node);
    if (node->is_folder()) load(*node);
  }
}

NodePtr Disk::node(ino_t number) const {
  const auto found = nodes_.find(number);
  if (found == nodes_.end()) refuse(ESTALE);
  return found->second;
}

NodePtr Disk::child(const Node& folder, const std::string& name) const {
  const auto found = folder.children.find(name);
  if (found == folder.children.end()) refuse(ENOENT);
  return found->second;
}

void Disk::forget(ino_t number, std::uint64_t lookups) {
  const auto found = nodes_.find(number);
  if (found == nodes_.end()) return;
  Node& node = *found->second;
  node.lookups -= std::min(node.lookups, lookups);
  if (node.lookups != 0 || node.status.st_nlink != 0) return;
  // The journal may still refer to it.
  if (node.is_file()) used_ -= rounded(node.size());
  node.dirty.clear();
  nodes_.erase(found);
}

void Disk::note(std::initializer_list<Node*> nodes, std::function<void()> apply) {
  journal_.push_back({++last_step_, std::move(apply)});
  for (Node* node : nodes) node->last_step = last_step_;
}

void Disk::commit(std::uint64_t up_to) {
  while (!journal_.empty() && journal_.front().number <= up_to) {
    const auto apply = std::move(journal_.front().apply);
    journal_.pop_front();
    apply();
  }
}

NodePtr Disk::make(const NodePtr& folder, const std::string& name, mode_t mode, uid_t uid,
                   gid_t gid, const std::string& target) {
  if (folder->children.contains(name)) refuse(EEXIST);
  auto node = std::make_shared<Node>();
  node->status.st_mode = mode;
  node->status.st_nlink = S_ISDIR(mode) ? 2 : 1;
  node->status.st_uid = uid;
  node->status.st_gid = gid;
  node->target = target;
  node->status.st_size = static_cast<off_t>(target.size());
  touch(*node);
  touch(*folder);
  folder->children[name] = add(node);
  const mode_t bits = mode & 07777U;
  if (S_ISREG(mode)) {
    note({folder.get(), node.get()}, [folder, name, node, bits] {
      node->platter = checked(
          ::openat(folder->platter, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, bits));
    });
  } else if (S_ISDIR(mode)) {
    note({folder.get(), node.get()}, [folder, name, node, bits] {
      checked(::mkdirat(folder->platter, name.c_str(), bits));
      node->platter =
          checked(::openat(folder->platter, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    });
  } else if (S_ISLNK(mode)) {
    note({folder.get()}, [folder, name, target] {
      checked(::symlinkat(target.c_str(), folder->platter, name.c_str()));
    });
  }
  return node;
}

void Disk::remove(const NodePtr& folder, const std::string& name) {
  const NodePtr gone = child(*folder, name);
  if (!gone->children.empty()) refuse(ENOTEMPTY);
  folder->children.erase(name);
  touch(*folder);
  gone->status.st_nlink = 0;
  const mode_t kind = gone->status.st_mode;
  if (S_ISREG(kind) || S_ISDIR(kind) || S_ISLNK(kind)) {
    note({folder.get(), gone.get()}, [folder, name, kind] {
      checked(::unlinkat(folder->platter, name.c_str(), S_ISDIR(kind) ? AT_REMOVEDIR : 0));
    });
  }
  forget(gone->number, 0);
}

void Disk::rename(const NodePtr& from, const std::string& name, const NodePtr& to,
                  const std::string& new_name, unsigned flags) {
  if ((flags & ~static_cast<unsigned>(RENAME_NOREPLACE)) != 0) refuse(EINVAL);
  const NodePtr moved = child(*from, name);
  const auto taken = to->children.find(new_name);
  if (taken != to->children.end()) {
    if (flags != 0) refuse(EEXIST);
    if (taken->second == moved) return;
    const NodePtr replaced = taken->second;
    if (replaced->is_folder() != moved->is_folder()) refuse(moved->is_folder() ? ENOTDIR : EISDIR);
    if (!replaced->children.empty()) refuse(ENOTEMPTY);
    to->children.erase(taken);
    replaced->status.st_nlink = 0;
    forget(replaced->number, 0);
  }
  from->children.erase(name);
  to->children[new_name] = moved;
  touch(*from);
  touch(*to);
  const mode_t kind = moved->status.st_mode;
  if (!S_ISREG(kind) && !S_ISDIR(kind) && !S_ISLNK(kind)) return;
  note({from.get(), to.get(), moved.get()}, [from, name, to, new_name] {
    checked(::renameat(from->platter, name.c_str(), to->platter, new_name.c_str()));
  });
}

void Disk::change_owner_or_mode(const NodePtr& node, mode_t mode, uid_t uid, gid_t gid) {
  node->status.st_mode = (node->status.st_mode & static_cast<mode_t>(S_IFMT)) | (mode & 07777U);
  node->status.st_uid = uid;
  node->status.st_gid = gid;
  ::clock_gettime(CLOCK_REALTIME, &node->status.st_ctim);
  if (!node->is_file() && !node->is_folder()) return;
  note({node.get()}, [node, mode] { checked(::fchmod(node->platter, mode & 07777U)); });
}

Node::Page Disk::page(const Node& node, std::uint64_t index) const {
  if (const auto found = node.dirty.find(index); found != node.dirty.end()) return found->second;
  Node::Page page{};
  const std::uint64_t start = index * kPage;
  if (node.platter < 0 || start >= node.floor) return page;
  const auto wanted = std::min(kPage, node.floor - start);
  std::size_t done = 0;
  while (done < wanted) {
    const ssize_t got =
        ::pread(node.platter, page.data() + done, wanted - done, static_cast<off_t>(start + done));
    if (got < 0) refuse(errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return page;
}

std::string Disk::read(const Node& node, std::uint64_t offset, std::size_t length) const {
  if (offset >= node.size()) return {};
  length = std::min<std::uint64_t>(length, node.size() - offset);
  std::string out;
  out.reserve(length);
  while (out.size() < length) {
    const std::uint64_t at = offset + out.size();
    const Node::Page source = page(node, at / kPage);
    const auto part = std::min<std::uint64_t>(kPage - at % kPage, length - out.size());
    out.append(source.data() + at % kPage, part);
  }
  return out;
}

void Disk::grow(Node& node, std::uint64_t size) {
  if (size <= node.size()) return;
  const std::uint64_t more = rounded(size) - rounded(node.size());
  if (more > space().second) refuse(ENOSPC);
  set_size(node, size);
}

void Disk::set_size(Node& node, std::uint64_t size) {
  used_ += rounded(size);
  used_ -= rounded(node.size());
  node.status.st_size = static_cast<off_t>(size);
  node.status.st_blocks = static_cast<blkcnt_t>(rounded(size) / kSector);
  node.resized = true;
}

void Disk::write(Node& node, std::uint64_t offset, const char* data, std::size_t length) {
  grow(node, offset + length);
  std::size_t done = 0;
  while (done < length) {
    const std::uint64_t at = offset + done;
    const auto part = std::min<std::uint64_t>(kPage - at % kPage, length - done);
    auto found = node.dirty.find(at / kPage);
    if (found == node.dirty.end()) {
      found = node.dirty.emplace(at / kPage, page(node, at / kPage)).first;
    }
    std::memcpy(found->second.data() + at % kPage, data + done, part);
    done += part;
  }
  touch(node);
}

void Disk::resize(Node& node, std::uint64_t size) {
  touch(node);
  if (size > node.size()) {
    grow(node, size);
    return;
  }
  node.dirty.erase(node.dirty.lower_bound(rounded(size) / kPage), node.dirty.end());
  if (const auto last = node.dirty.find(size / kPage); last != node.dirty.end()) {
    std::fill(last->second.begin() + static_cast<std::ptrdiff_t>(size % kPage), last->second.end(),
              '\0');
  }
  node.floor = std::min(node.floor, size);
  set_size(node, size);
}

void Disk::sync(Node& node) {
  commit(node.last_step);
  if (node.is_file()) flush(node);
}

void Disk::sync_all() {
  commit(last_step_);
  for (const auto& [number, node] : nodes_) sync(*node);
}

void Disk::flush(Node& node) {
  const auto look = [&] {
    if (settings_.is_cut && settings_.is_cut()) throw PowerCut{};
  };
  look();
  if (node.resized) {
    struct stat platter {};
    checked(::fstat(node.platter, &platter));
    if (static_cast<std::uint64_t>(platter.st_size) > node.floor) {
      checked(::ftruncate(node.platter, static_cast<off_t>(node.floor)));
    }
  }
  while (!node.dirty.empty()) {
    const auto first = node.dirty.begin();
    const std::uint64_t start = first->first * kPage;
    write_all(node.platter, first->second.data(), std::min(kPage, node.size() - start), start);
    node.floor = std::max(node.floor, std::min(node.size(), start + kPage));
    node.dirty.erase(first);
    look();
  }
  if (node.resized) checked(::ftruncate(node.platter, node.status.st_size));
  node.resized = false;
  node.floor = node.size();
}

std::pair<std::uint64_t, std::uint64_t> Disk::space() const {
  if (settings_.capacity != 0) {
    return {settings_.capacity, settings_.capacity - std::min(used_, settings_.capacity)};
  }
  struct statvfs disk {};
  checked(::fstatvfs(root_->platter, &disk));
  return {disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize};
}

void Disk::keep_by_chance(Node& node, std::mt19937_64& chance, unsigned percent) {
  const auto happens = [&](unsigned in_hundred) { return chance() % 100 < in_hundred; };
  if (node.resized && happens(percent)) {
    struct stat platter {};
    checked(::fstat(node.platter, &platter));
    if (static_cast<std::uint64_t>(platter.st_size) > node.floor) {
      checked(::ftruncate(node.platter, static_cast<off_t>(node.floor)));
    }
    if (happens(percent)) checked(::ftruncate(node.platter, node.status.st_size));
  }
  constexpr unsigned kTorn = 10, kHalf = 50;
  for (const auto& [index, page] : node.dirty) {
    if (!happens(percent)) continue;
    const bool torn = happens(kTorn);
    const std::uint64_t start = index * kPage;
    const std::uint64_t length = std::min(kPage, node.size() - start);
    for (std::uint64_t at = 0; at < length; at += kSector) {
      if (torn && happens(kHalf)) continue;
      write_all(node.platter, page.data() + at, std::min(kSector, length - at), start + at);
    }
  }
}

void Disk::cut(std::mt19937_64* chance) {
  if (chance == nullptr) return;
  constexpr std::array<unsigned, 5> kPercent = {0, 10, 50, 90, 100};
  const unsigned percent = kPercent.at((*chance)() % kPercent.size());
  if (!journal_.empty()) {
    const std::size_t steps = (*chance)() * percent / 100 % (journal_.size() + 1);
    for (std::size_t i = 0; i < steps; ++i) commit(journal_.front().number);
  }
  for (const auto& [number, node] : nodes_) {
    if (node->is_file() && node->platter >= 0) keep_by_chance(*node, *chance, percent);
  }
}

}  // namespace confab::test::power
