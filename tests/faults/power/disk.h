#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <system_error>
#include <unordered_map>

/// A disk that forgets what was not synced when its power is cut.
///
/// The platter is an ordinary folder. It only ever holds what is durable; all else is kept in
/// memory. What it promises is the least that POSIX and ext4 promise, and no more:
///
/// * Bytes written, and the size they give a file, are durable after fsync or fdatasync of that
///   file, or as written when it was opened with O_SYNC or O_DSYNC. O_DIRECT alone makes nothing
///   durable (a disk has a cache of its own), nor do close, sync_file_range, sync and syncfs.
/// * Names (create, mkdir, symlink, rename, unlink, rmdir, chmod) stand in a journal in
///   their order. fsync of a folder commits it up to the last change in that folder; fsync or
///   fdatasync of a file up to the last change of that file. So a new file that was synced has
///   its name without a sync of its folder, and everything earlier is durable with it: this is
///   what ext4 does. A rename or unlink that nothing was synced after may or may not have happened.
/// * Bytes do not follow names: a new file whose name became durable by somebody else's sync is
///   empty. (ext4 with data=ordered, its default, writes them first.)
/// * Times and owners are not kept; sockets and pipes never are. There are no hard links and no
///   shared writable mappings.
///
/// When the power goes, either all that is not durable is gone, or, as on a real disk, chance
/// decides: some further steps of the journal in their order, truncations or not, and each
/// page of 4 KiB by itself, some torn at 512 bytes.
namespace confab::test::power {

/// A file, folder, link or socket: what is durable of it, and what is not yet.
struct Node {
  using Page = std::array<char, 4096>;

  ino_t number = 0;
  struct stat status {};
  std::string target = {};                                     ///< Of a symbolic link.
  std::map<std::string, std::shared_ptr<Node>> children = {};  ///< Of a folder.
  std::map<std::uint64_t, Page> dirty = {};
  /// What the platter has is true below this; above it, and outside dirty pages, are zeros.
  std::uint64_t floor = 0;
  bool resized = false;         ///< The platter does not know the size.
  int platter = -1;             ///< Its durable self, open; none while it has none.
  std::uint64_t last_step = 0;  ///< Of the journal, that it was part of.
  std::uint64_t lookups = 0;    ///< References that the kernel holds.

  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  bool is_file() const { return S_ISREG(status.st_mode); }
  bool is_folder() const { return S_ISDIR(status.st_mode); }
  std::uint64_t size() const { return static_cast<std::uint64_t>(status.st_size); }
};
using NodePtr = std::shared_ptr<Node>;

/// Thrown out of a sync when the power goes in its midst.
struct PowerCut {};

/// The disk itself, used by one thread. Refusals are thrown as std::system_error.
class Disk {
 public:
  struct Settings {
    std::filesystem::path platter;
    std::uint64_t capacity = 0;  ///< In bytes; 0: that of the platter.
    /// Called before each page that a sync writes; true cuts the power there.
    std::function<bool()> is_cut = {};
  };

  explicit Disk(Settings settings);

  NodePtr root() const { return root_; }
  NodePtr node(ino_t number) const;
  NodePtr child(const Node& folder, const std::string& name) const;
  /// The kernel gives back references.
  void forget(ino_t number, std::uint64_t lookups);

  NodePtr make(const NodePtr& folder, const std::string& name, mode_t mode, uid_t uid, gid_t gid,
               const std::string& target = {});
  void remove(const NodePtr& folder, const std::string& name);
  void rename(const NodePtr& from, const std::string& name, const NodePtr& to,
              const std::string& new_name, unsigned flags);
  void change_owner_or_mode(const NodePtr& node, mode_t mode, uid_t uid, gid_t gid);

  std::string read(const Node& node, std::uint64_t offset, std::size_t length) const;
  void write(Node& node, std::uint64_t offset, const char* data, std::size_t length);
  void resize(Node& node, std::uint64_t size);
  void sync(Node& node);
  void sync_all();

  /// Total and free bytes.
  std::pair<std::uint64_t, std::uint64_t> space() const;

  /// The power goes; `chance` decides over what was not synced, all of which is lost without it.
  void cut(std::mt19937_64* chance);

 private:
  struct Step {
    std::uint64_t number;
    std::function<void()> apply;
  };

  NodePtr add(const std::shared_ptr<Node>& node);
  void load(Node& folder);
  void note(std::initializer_list<Node*> nodes, std::function<void()> apply);
  void commit(std::uint64_t up_to);
  void flush(Node& node);
  void grow(Node& node, std::uint64_t size);
  void set_size(Node& node, std::uint64_t size);
  Node::Page page(const Node& node, std::uint64_t index) const;
  static void keep_by_chance(Node& node, std::mt19937_64& chance, unsigned percent);

  const Settings settings_;
  std::uint64_t used_ = 0;
  ino_t last_number_ = 0;
  std::uint64_t last_step_ = 0;
  std::unordered_map<ino_t, NodePtr> nodes_;
  std::deque<Step> journal_;
  NodePtr root_;
};

}  // namespace confab::test::power
