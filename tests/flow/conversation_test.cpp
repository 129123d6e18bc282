#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "api/base/json.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"

namespace confab::test {
namespace {

namespace fs = std::filesystem;

struct Line {
  std::string ts;  ///< Seconds with six decimals: unique in a channel, and its order.
  std::string author;
  std::string text;
};

/// An unpacked Slack export: `slack` in the folder that CONFAB_SAMPLES names, or in a folder
/// `samples` one level down beside the checkout. Empty when there is none.
fs::path slack_export() {
  const std::string chosen = choice("CONFAB_SAMPLES");
  if (!chosen.empty()) return fs::path(chosen) / "slack";
  const auto beside = fs::path(CONFAB_SOURCE_FOLDER).parent_path();
  for (const auto& neighbour :
       fs::directory_iterator(beside, fs::directory_options::skip_permission_denied)) {
    const auto found = neighbour.path() / "samples" / "slack";
    std::error_code unreadable;
    if (fs::is_directory(found, unreadable)) return found;
  }
  return {};
}

Json::Value read_json(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return json::parse_own(text);
}

/// Every message with text of an unpacked Slack export, in the order of `ts`, by channel.
std::map<std::string, std::vector<Line>> conversations(const fs::path& slack) {
  std::map<std::string, std::vector<Line>> all;
  for (const auto& day : fs::recursive_directory_iterator(slack)) {
    if (day.path().extension() != ".json" || day.path().parent_path() == slack) continue;
    for (const auto& message : read_json(day.path())) {
      const std::string author = message.isMember("user") && message["user"].isString()
                                     ? message["user"].asString()
                                     : message["bot_id"].asString();
      const std::string text = message["text"].asString();
      if (author.empty() || text.empty()) continue;
      all[day.path().parent_path().filename()].push_back({message["ts"].asString(), author, text});
    }
  }
  for (auto& [channel, lines] : all) {
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return a.ts < b.ts; });
  }
  return all;
}

std::string username_of(const std::string& slack_id) {
  std::string name;
  for (const char c : slack_id) {
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name.substr(0, 32);
}

TEST(RealConversation, IsReadBackWholeAndHeardInOrder) {
  const fs::path slack = slack_export();
  if (slack.empty()) {
    GTEST_SKIP() << "no Slack export found; CONFAB_SAMPLES names the folder above `slack`";
  }
  ASSERT_TRUE(fs::is_directory(slack)) << slack;
  const auto channels = conversations(slack);
  ASSERT_FALSE(channels.empty());

  Instance instance;
  instance.start();
  Person reader(instance.port(), "reader");
  std::map<std::string, std::unique_ptr<Person>> authors;
  for (const auto& [channel, lines] : channels) {
    for (const Line& line : lines) {
      auto& author = authors[line.author];
      if (!author) author = std::make_unique<Person>(instance.port(), username_of(line.author));
    }
  }
  for (const auto& [channel, lines] : channels) {
    std::vector<const Person*> members;
    for (const auto& [id, author] : authors) members.push_back(author.get());
    const auto room = reader.room(channel, "public", members);
    Stream stream = reader.listen();
    next_of(stream, "hello");
    std::vector<Json::Value> posted;
    for (const Line& line : lines) {
      posted.push_back(authors[line.author]->say(room, line.text, line.ts));
    }

    const auto read = reader.history(room);
    ASSERT_EQ(read.size(), lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(read[i], posted[i]);
      EXPECT_EQ(read[i]["body"], lines[i].text);
      EXPECT_EQ(read[i]["author_id"], authors[lines[i].author]->id());
      EXPECT_EQ(read[i]["seq"].asInt64(), static_cast<std::int64_t>(i + 1));
      EXPECT_EQ(json::parse_own(next_of(stream, "message.created").data)["data"], read[i]);
    }
  }
}

}  // namespace
}  // namespace confab::test
