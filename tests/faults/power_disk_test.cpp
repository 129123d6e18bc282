#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/faults/load.h"
#include "tests/faults/power.h"

namespace confab::test {
namespace {

namespace fs = std::filesystem;

class PowerDiskTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = PowerDisk::why_not(); !why.empty()) GTEST_SKIP() << why;
    std::string pattern = (fs::temp_directory_path() / "confab-power-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    home = pattern;
    disk = std::make_unique<PowerDisk>(home / "disk", PowerDisk::Options{.size = kSize});
  }
  void TearDown() override {
    disk.reset();
    if (!home.empty()) fs::remove_all(home);
  }

  fs::path at(const std::string& name) const { return disk->folder() / name; }

  /// Writes at an offset of a file that may be new, and syncs when told.
  void put(const std::string& name, const std::string& text, bool synced, off_t offset = 0,
           int flags = 0) const {
    const int file = ::open(at(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
    ASSERT_GE(file, 0);
    EXPECT_EQ(::pwrite(file, text.data(), text.size(), offset), static_cast<ssize_t>(text.size()));
    if (synced) {
      EXPECT_EQ(::fsync(file), 0);
    }
    ::close(file);
  }

  void sync(const std::string& name) const {
    const int file = ::open(at(name).c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(::fsync(file), 0);
    ::close(file);
  }

  std::string text(const std::string& name) const {
    std::ifstream file(at(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void lose_power() const {
    disk->cut();
    disk->mount();
  }

  static constexpr std::uint64_t kSize = 4 << 20;
  fs::path home;
  std::unique_ptr<PowerDisk> disk;
};

TEST_F(PowerDiskTest, WhatWasSyncedSurvivesAndNothingElse) {
  put("synced", "before", true);
  put("synced", "AFTER", false);
  put("never", "text", false);
  EXPECT_EQ(text("synced"), "AFTERe");
  lose_power();
  EXPECT_EQ(text("synced"), "before");
  EXPECT_FALSE(fs::exists(at("never")));
}

TEST_F(PowerDiskTest, EachWriteToASyncFileIsDurable) {
  put("log", "one", false, 0, O_DSYNC);
  put("log", " two", false, 3, O_SYNC);
  put("log", " three", false, 7);
  lose_power();
  EXPECT_EQ(text("log"), "one two");
}

TEST_F(PowerDiskTest, SizesAreLostAndKeptWithTheirFile) {
  put("file", std::string(10'000, 'a'), true);
  fs::resize_file(at("file"), 5'000);
  EXPECT_EQ(text("file"), std::string(5'000, 'a'));
  lose_power();
  EXPECT_EQ(text("file"), std::string(10'000, 'a'));

  // What was cut off does not come back when the file grows again.
  fs::resize_file(at("file"), 5'000);
  fs::resize_file(at("file"), 9'000);
  const std::string expected = std::string(5'000, 'a') + std::string(4'000, '\0');
  EXPECT_EQ(text("file"), expected);
  sync("file");
  lose_power();
  EXPECT_EQ(text("file"), expected);
}

TEST_F(PowerDiskTest, RenameIsDurableWithItsFolder) {
  put("old", "text", true);
  fs::rename(at("old"), at("new"));
  lose_power();
  EXPECT_EQ(text("old"), "text");
  EXPECT_FALSE(fs::exists(at("new")));

  fs::rename(at("old"), at("new"));
  sync("");
  lose_power();
  EXPECT_EQ(text("new"), "text");
  EXPECT_FALSE(fs::exists(at("old")));
}

TEST_F(PowerDiskTest, RemovingIsDurableWithItsFolder) {
  put("file", "text", true);
  fs::remove(at("file"));
  lose_power();
  EXPECT_EQ(text("file"), "text");
  fs::remove(at("file"));
  sync("");
  lose_power();
  EXPECT_FALSE(fs::exists(at("file")));
}

TEST_F(PowerDiskTest, SyncingAFileMakesItsNameAndAllEarlierOnesDurable) {
  fs::create_directories(at("a/b"));
  put("a/b/earlier", "text", false);
  put("a/b/file", "text", true);
  put("a/b/later", "text", false);
  lose_power();
  EXPECT_EQ(text("a/b/file"), "text");
  EXPECT_TRUE(fs::exists(at("a/b/earlier")));
  EXPECT_EQ(text("a/b/earlier"), "") << "bytes do not follow names";
  EXPECT_FALSE(fs::exists(at("a/b/later")));
}

TEST_F(PowerDiskTest, OpenFilesOutliveTheirNames) {
  put("file", "text", true);
  const int file = ::open(at("file").c_str(), O_RDWR | O_CLOEXEC);
  fs::remove(at("file"));
  std::string read(4, '\0');
  EXPECT_EQ(::pread(file, read.data(), read.size(), 0), 4);
  EXPECT_EQ(read, "text");
  EXPECT_EQ(::pwrite(file, "more", 4, 4), 4);
  ::close(file);
  EXPECT_FALSE(fs::exists(at("file")));
}

TEST_F(PowerDiskTest, NothingGetsThroughAfterTheCut) {
  put("file", "text", true);
  const int file = ::open(at("file").c_str(), O_RDWR | O_CLOEXEC);
  disk->cut();
  EXPECT_LT(::pwrite(file, "late", 4, 0), 0);
  EXPECT_LT(::fsync(file), 0);
  EXPECT_LT(::open(at("new").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 0);
  ::close(file);
  disk->mount();
  EXPECT_EQ(text("file"), "text");
}

TEST_F(PowerDiskTest, AFullDiskRefusesGrowthAndNothingElse) {
  put("small", "text", true);
  const int big = ::open(at("big").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  EXPECT_EQ(::posix_fallocate(big, 0, kSize), ENOSPC);
  EXPECT_EQ(::posix_fallocate(big, 0, kSize - 4096), 0);
  ::close(big);
  EXPECT_EQ(fs::space(disk->folder()).available, 0u);
  put("small", "TEXT", true);
  const int small = ::open(at("small").c_str(), O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(::pwrite(small, "x", 1, 5'000), -1);
  EXPECT_EQ(errno, ENOSPC);
  ::close(small);
  fs::remove(at("big"));
  EXPECT_TRUE(eventually(std::chrono::seconds(5),
                         [&] { return fs::space(disk->folder()).available == kSize - 4096; }));
  put("small", "x", true, 5'000);
}

/// Chance keeps whole sectors of 512 bytes, each as it was before or as it was written last.
TEST_F(PowerDiskTest, ChanceKeepsSectorsOfUnsyncedPages) {
  constexpr std::size_t kLength = 64 * 4096;
  std::mt19937_64 random(seed());
  bool some_old = false, some_new = false, torn = false;
  for (int round = 0; round < 20; ++round) {
    put("file", std::string(kLength, 'a'), true);
    disk->cut();
    disk->mount(random());
    put("file", std::string(kLength, 'b'), false);
    lose_power();
    const auto found = text("file");
    ASSERT_EQ(found.size(), kLength);
    for (std::size_t page = 0; page < kLength; page += 4096) {
      for (std::size_t sector = page; sector < page + 4096; sector += 512) {
        ASSERT_TRUE(std::all_of(found.begin() + static_cast<std::ptrdiff_t>(sector),
                                found.begin() + static_cast<std::ptrdiff_t>(sector + 512),
                                [&](char c) { return c == found[sector]; }));
        (found[sector] == 'a' ? some_old : some_new) = true;
        torn = torn || found[sector] != found[page];
      }
    }
  }
  EXPECT_TRUE(some_old);
  EXPECT_TRUE(some_new);
  EXPECT_TRUE(torn);
}

}  // namespace
}  // namespace confab::test
