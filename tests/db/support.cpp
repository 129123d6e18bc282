#include "tests/db/support.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "api/base/error.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

constexpr int kTickMs = 50;

sockaddr_un name_of(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  return name;
}

std::string make_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "confab-proxy-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  return pattern;
}

}  // namespace

void make_things(const db::Address& address) {
  db::Connection(address, {})
      .command(
          "CREATE TABLE IF NOT EXISTS things (id BIGINT UNSIGNED NOT NULL PRIMARY KEY) "
          "ENGINE=InnoDB");
}

std::vector<std::uint64_t> things(const db::Address& address) {
  std::vector<std::uint64_t> ids;
  db::Connection(address, {})
      .each("SELECT id FROM things ORDER BY id", {},
            [&](const db::Row& row) { ids.push_back(row.get<std::uint64_t>()); });
  return ids;
}

void insert_thing(db::Tx& tx, std::uint64_t id) {
  tx.run("INSERT INTO things (id) VALUES (?)", id);
}

bool has_thing(db::Tx& tx, std::uint64_t id) {
  return tx.value<std::uint64_t>("SELECT id FROM things WHERE id = ?", id).has_value();
}

std::vector<std::uint64_t> Things::handed_on() {
  std::lock_guard lock(mutex_);
  return handed_on_;
}

void Things::flush(db::Connection& connection) {
  const db::Values values(pending_.begin() + static_cast<std::ptrdiff_t>(written_), pending_.end());
  connection.bulk("INSERT INTO things (id) VALUES (?)", 1, values);
  written_ = pending_.size();
}

void Things::committed() noexcept {
  std::lock_guard lock(mutex_);
  handed_on_.insert(handed_on_.end(), pending_.begin(), pending_.end());
  pending_.clear();
  written_ = unit_start_ = 0;
}

void Things::rolled_back() noexcept {
  pending_.clear();
  written_ = unit_start_ = 0;
}

OneBatch::OneBatch(db::Writer& writer) : writer_(writer) {
  first_ = std::thread([this] {
    writer_.run([this](db::Tx&) {
      held_.release();
      go_.acquire();
    });
    db::thread_end();
  });
  held_.acquire();
}

void OneBatch::add(Unit unit) {
  const auto index = threads_.size();
  const auto before = writer_.waiting();
  failures_.emplace_back();
  threads_.emplace_back([this, index, unit = std::move(unit)] {
    std::exception_ptr failure;
    try {
      writer_.run(unit);
    } catch (...) {
      failure = std::current_exception();
    }
    failures_[index] = failure;
    db::thread_end();
  });
  while (writer_.waiting() == before) std::this_thread::sleep_for(1ms);
}

std::vector<std::exception_ptr> OneBatch::run() {
  go_.release();
  first_.join();
  for (auto& thread : threads_) thread.join();
  return failures_;
}

Proxy::Proxy(const std::string& socket)
    : server_(socket), folder_(make_folder()), path_(folder_ + "/db.sock") {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto name = name_of(path_);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
      ::listen(listener_, 16) != 0) {
    throw std::runtime_error("cannot listen at " + path_);
  }
  thread_ = std::thread([this] { listen(); });
}

Proxy::~Proxy() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
  std::filesystem::remove_all(folder_);
}

void Proxy::listen() {
  std::vector<std::thread> connections;
  while (!stopping_) {
    pollfd wait{.fd = listener_, .events = POLLIN};
    if (::poll(&wait, 1, kTickMs) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (open_) {
      connections.emplace_back([this, client] { serve(client); });
    } else {
      ::close(client);
    }
  }
  for (auto& connection : connections) connection.join();
}

void Proxy::serve(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto name = name_of(server_);
  bool alive = ::connect(server, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  while (alive && !stopping_) {
    std::array<pollfd, 2> wait{pollfd{.fd = client, .events = POLLIN},
                               pollfd{.fd = server, .events = POLLIN}};
    if (::poll(wait.data(), wait.size(), kTickMs) <= 0) continue;
    if (wait[0].revents != 0) alive = pass(client, server, true);
    if (alive && wait[1].revents != 0) alive = pass(server, client, false);
  }
  ::close(server);
  ::close(client);
}

bool Proxy::pass(int from, int to, bool from_client) {
  std::array<char, 65536> buffer{};
  const auto size = ::read(from, buffer.data(), buffer.size());
  if (size <= 0) return false;
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
  // A text query begins with its command byte, 3.
  const bool commits = from_client && bytes.find(
                                          "\x03"
                                          "COMMIT") != std::string_view::npos;
  const Cut cut = commits ? cut_.exchange(Cut::none) : Cut::none;
  if (cut != Cut::none) ++cuts_;
  if (cut == Cut::before_commit) return false;
  if (::write(to, bytes.data(), bytes.size()) != size) return false;
  if (cut == Cut::none) return true;
  // The server's answer means that it has committed; nobody gets to hear it.
  pollfd answer{.fd = to, .events = POLLIN};
  ::poll(&answer, 1, -1);
  return false;
}

std::string name_of_failure(const std::exception_ptr& failure) {
  if (!failure) return {};
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return std::string(row_of(error.code()).name);
  } catch (const std::exception& other) {
    return other.what();
  }
}

}  // namespace confab::test
