#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "tests/audit/support.h"

namespace confab::test {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string refusal(const std::string& line, const crypto::Keys& keys) {
  try {
    audit::Checkpoint::parse(line, keys);
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(AuditCheckpoint, IsReadBackAsItWasWritten) {
  World world;
  world.person("ana");
  const auto made = audit::take_checkpoint(world.pool, world.clock.now());
  const auto line = made.text(world.keys);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto read = audit::Checkpoint::parse(line, world.keys);
  EXPECT_EQ(read.tag, server_tag(world));
  EXPECT_EQ(read.at, world.clock.now());
  ASSERT_EQ(read.heads.size(), 1u);
  EXPECT_EQ(read.heads[0].node, world.writer.node());
  EXPECT_EQ(read.heads[0].pos, 1u);
  EXPECT_EQ(read.heads[0].hash, made.heads[0].hash);
  const audit::Checkpoint empty{.tag = "t", .at = {1000}, .heads = {}};
  EXPECT_TRUE(audit::Checkpoint::parse(empty.text(world.keys), world.keys).heads.empty());
}

TEST(AuditCheckpoint, IsRefusedWhenAnythingOfItWasChanged) {
  World world;
  world.person("ana");
  const auto line = audit::take_checkpoint(world.pool, world.clock.now()).text(world.keys);
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto other = line;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(refusal(other, world.keys), "taken") << i;
    EXPECT_NE(refusal(line.substr(0, i), world.keys), "taken") << i;
  }
  const auto foreign = crypto::Keys::from_seed("another seed for tests, 32 bytes");
  EXPECT_EQ(refusal(line, foreign), "it was signed with another key");
  EXPECT_EQ(refusal("", world.keys), "it is not a checkpoint");
}

TEST(AuditCheckpoint, IsKeptBesideTheDatabaseAndElsewhere) {
  World world;
  world.config.audit_checkpoints = world.config.data + "/elsewhere";
  world.person("ana");
  audit::keep_checkpoint(world.pool, world.writer, world.keys, world.config, world.clock.now());
  world.person("ben");
  audit::keep_checkpoint(world.pool, world.writer, world.keys, world.config, world.clock.now());

  const auto file = audit::checkpoint_file(world.config);
  struct stat facts {};
  ASSERT_EQ(stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_EQ(contents(file), contents(world.config.audit_checkpoints));
  audit::Evidence evidence(world.keys, server_tag(world));
  evidence.read(file);
  EXPECT_EQ(evidence.checkpoints(), 2u);
  EXPECT_EQ(faults(world, file), std::vector<std::string>{});
}

TEST(AuditCheckpoint, IsComparedWithTheOneBefore) {
  World world;
  const auto keep = [&] {
    return audit::keep_checkpoint(world.pool, world.writer, world.keys, world.config,
                                  world.clock.now());
  };
  world.person("ana");
  world.person("ben");
  EXPECT_EQ(keep(), 0u);
  EXPECT_EQ(keep(), 0u);
  tamper(world, "DELETE FROM audit_log WHERE pos = 2");
  EXPECT_EQ(keep(), 1u);
}

TEST(AuditCheckpoint, CutsOffWhatACrashHasLeft) {
  World world;
  const auto file = world.config.data + "/checkpoints";
  const auto line = audit::take_checkpoint(world.pool, world.clock.now()).text(world.keys);
  audit::append_line(file, line);
  write(file, contents(file) + line.substr(0, 40));
  EXPECT_EQ(audit::last_line(file), line);
  EXPECT_EQ(faults(world, file), std::vector<std::string>{});
  audit::append_line(file, line);
  EXPECT_EQ(contents(file), line + '\n' + line + '\n');
  const std::string torn(10'000, 'x');
  write(file, torn);
  audit::append_line(file, line);
  EXPECT_EQ(contents(file), line + '\n');
}

TEST(AuditCheckpoint, LinesThatAreNoneAndOtherHistoriesAreFaults) {
  World world;
  world.person("ana");
  const auto file = world.config.data + "/checkpoints";
  auto checkpoint = audit::take_checkpoint(world.pool, world.clock.now());
  audit::append_line(file, checkpoint.text(world.keys));
  audit::append_line(file, "something else");
  auto foreign = checkpoint;
  foreign.tag = "other";
  audit::append_line(file, foreign.text(world.keys));
  auto other = checkpoint;
  other.heads[0].hash = std::string(32, 'x');
  audit::append_line(file, other.text(world.keys));

  audit::Evidence evidence(world.keys, server_tag(world));
  evidence.read(file);
  ASSERT_EQ(evidence.faults().size(), 3u);
  EXPECT_EQ(evidence.faults()[0], file + ", line 2: it is not a checkpoint");
  EXPECT_EQ(evidence.faults()[1], file + ", line 3: it is of another database");
  EXPECT_NE(evidence.faults()[2].find("row 1 is another than in"), std::string::npos);
  EXPECT_EQ(code_of([&] { evidence.read(file + ".not-there"); }), Code::not_found);
}

}  // namespace
}  // namespace confab::test
