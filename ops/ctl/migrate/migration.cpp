#include "ops/ctl/migrate/migration.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

#include "api/base/crypto.h"
#include "ops/ctl/failure.h"
#include "ops/ctl/migrate/statements.h"

namespace confab::ctl::migrate {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad() || !file.is_open()) {
    throw Failure(Exit::data, "cannot read " + path.string(),
                  "give this user the right to read it");
  }
  return text;
}

Migration load_one(const fs::path& path) {
  static const std::regex kName(R"((\d{4})_[a-z0-9_]+)");
  Migration migration{.name = path.stem().string()};
  std::smatch match;
  if (!std::regex_match(migration.name, match, kName)) {
    throw Failure(Exit::data, "the migration " + path.string() + " has an odd name",
                  "name it like 0007_subject.sql");
  }
  migration.version = static_cast<unsigned>(std::stoul(match[1].str()));
  try {
    migration.statements = split_statements(read_file(path));
  } catch (const Failure& failure) {
    throw Failure(failure.exit(), path.string() + ": " + failure.what(), failure.mend());
  }
  for (const std::string& statement : migration.statements) {
    const std::string why = why_not_repeatable(statement);
    if (why.empty()) continue;
    throw Failure(Exit::data,
                  path.string() + ": a statement could not be repeated after a kill: " + why +
                      "\n  " + statement.substr(0, statement.find('\n')),
                  "write it so that running it twice does no harm");
  }
  if (migration.statements.empty()) {
    throw Failure(Exit::data, path.string() + " holds no statement", "complete or remove it");
  }
  return migration;
}

}  // namespace

std::string Migration::checksum(std::size_t count) const {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += statements[i] + ";\n";
  return crypto::hex(crypto::sha256(text));
}

fs::path migrations_folder() {
  if (const char* given = std::getenv("CONFAB_MIGRATIONS"); given != nullptr && *given != '\0') {
    return given;
  }
  const fs::path installed =
      fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "share/confab/migrations";
  return fs::exists(installed) ? installed : fs::path(CONFAB_MIGRATIONS_FOLDER);
}

std::vector<Migration> load_migrations(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".sql") paths.push_back(entry.path());
  }
  if (error || paths.empty()) {
    throw Failure(Exit::config, "there are no migrations in " + folder.string(),
                  "set CONFAB_MIGRATIONS to the folder that came with this release");
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Migration> migrations;
  for (const fs::path& path : paths) {
    migrations.push_back(load_one(path));
    if (migrations.back().version != migrations.size()) {
      throw Failure(Exit::data,
                    "the migrations in " + folder.string() + " do not count 1, 2, 3 ... at " +
                        path.filename().string(),
                    "give the newest the next number; never renumber one that has been run");
    }
  }
  return migrations;
}

}  // namespace confab::ctl::migrate
