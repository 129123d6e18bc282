#include "ops/ctl/migrate/statements.h"

#include <cctype>
#include <regex>

#include "ops/ctl/failure.h"

namespace confab::ctl::migrate {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

Failure unfinished(std::string_view what) {
  return {Exit::data, "a migration has " + std::string(what) + " that does not end",
          "complete it: the file cannot be split into statements"};
}

/// Reads SQL from one end to the other, one lexical piece at a time.
class Reader {
 public:
  explicit Reader(std::string_view sql) : sql_(sql) {}

  bool at_end() const { return at_ >= sql_.size(); }

  /// The next string, quoted name, comment or single character.
  /// `comment` is set when the piece means nothing to the database.
  std::string_view next(bool& comment) {
    const std::size_t start = at_;
    comment = true;
    const std::string_view rest = sql_.substr(at_);
    const bool dashes = rest.starts_with("--") && (rest.size() == 2 || is_space(rest[2]));
    if (rest.front() == '#' || dashes) {
      at_ = std::min(sql_.find('\n', at_), sql_.size());
    } else if (rest.starts_with("/*")) {
      // What stands in /*! */ is run by the database, so it stays in the statement.
      comment = !rest.starts_with("/*!") && !rest.starts_with("/*M!");
      const auto end = sql_.find("*/", at_ + 2);
      if (end == std::string_view::npos) throw unfinished("a comment");
      at_ = end + 2;
    } else {
      comment = false;
      if (rest.front() == '\'' || rest.front() == '"' || rest.front() == '`') {
        skip_quoted(rest.front());
      } else {
        ++at_;
      }
    }
    return sql_.substr(start, at_ - start);
  }

 private:
  /// A doubled quote reads as the end of one string and the start of the next: the same pieces.
  void skip_quoted(char quote) {
    for (++at_; at_ < sql_.size(); ++at_) {
      if (sql_[at_] == '\\' && quote != '`') {
        ++at_;
      } else if (sql_[at_] == quote) {
        ++at_;
        return;
      }
    }
    throw unfinished(quote == '`' ? "a quoted name" : "a string");
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

std::string trimmed(const std::string& text) {
  std::size_t first = 0;
  std::size_t last = text.size();
  while (first < last && is_space(text[first])) ++first;
  while (last > first && is_space(text[last - 1])) --last;
  return text.substr(first, last - first);
}

/// Capital letters, single spaces, the contents of strings blanked: for looking at keywords.
std::string skeleton(std::string_view statement) {
  std::string out;
  Reader reader(statement);
  while (!reader.at_end()) {
    bool comment = false;
    const std::string_view piece = reader.next(comment);
    if (comment || (piece.size() == 1 && is_space(piece[0]))) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (piece.front() == '\'' || piece.front() == '"') {
      out += "''";
    } else if (piece.size() == 1) {
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(piece[0])));
    } else {
      out += piece;
    }
  }
  return out;
}

/// The clauses of ALTER TABLE: split at commas outside parentheses.
std::vector<std::string> clauses(const std::string& text) {
  std::vector<std::string> out(1);
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == ',' && depth == 0) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  for (std::string& clause : out) clause = trimmed(clause);
  return out;
}

bool begins(const std::string& text, const char* pattern) {
  return std::regex_search(text, std::regex(pattern), std::regex_constants::match_continuous);
}

std::string why_not_alter(const std::string& text) {
  std::smatch head;
  static const std::regex kHead(R"(ALTER( ONLINE)? TABLE( IF EXISTS)? (\S+) )");
  if (!std::regex_search(text, head, kHead, std::regex_constants::match_continuous)) {
    return "only ALTER TABLE is known";
  }
  for (const std::string& clause : clauses(head.suffix().str())) {
    if (begins(
            clause,
            R"(ADD (COLUMN |INDEX |KEY |UNIQUE (INDEX |KEY )?|CONSTRAINT |FOREIGN KEY |PARTITION )?IF NOT EXISTS )") ||
        begins(clause,
               R"(DROP (COLUMN |INDEX |KEY |CONSTRAINT |FOREIGN KEY |PARTITION )?IF EXISTS )") ||
        begins(clause, R"((MODIFY|CHANGE|ALTER|RENAME)( COLUMN| INDEX| KEY)? IF EXISTS )") ||
        begins(clause, R"(MODIFY )") ||
        begins(clause,
               R"((ENGINE|ROW_FORMAT|COMMENT|ALGORITHM|LOCK|KEY_BLOCK_SIZE|AUTO_INCREMENT)\b)") ||
        begins(clause, R"((DEFAULT )?(CHARACTER SET|CHARSET|COLLATE)\b)") ||
        begins(clause, R"(CONVERT TO )")) {
      continue;
    }
    return "the clause \"" + clause + "\" lacks IF [NOT] EXISTS";
  }
  return "";
}

}  // namespace

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements;
  std::string current;
  const auto finish = [&] {
    std::string statement = trimmed(current);
    current.clear();
    if (statement.empty()) return;
    if (begins(skeleton(statement), "DELIMITER ")) {
      throw Failure(Exit::data, "a migration changes the DELIMITER",
                    "write statements that end with a semicolon and have none inside");
    }
    statements.push_back(std::move(statement));
  };
  Reader reader(sql);
  while (!reader.at_end()) {
    bool comment = false;
    const std::string_view piece = reader.next(comment);
    if (piece == ";") {
      finish();
    } else if (!comment) {
      current += piece;
    } else if (!current.empty()) {
      current += ' ';
    }
  }
  finish();
  return statements;
}

std::string why_not_repeatable(std::string_view statement) {
  const std::string text = skeleton(statement) + " ";
  if (begins(text, "ALTER ")) return why_not_alter(text);
  if (begins(text,
             R"(CREATE (OR REPLACE )(\S+ )?(TABLE|VIEW|INDEX|FUNCTION|PROCEDURE|TRIGGER)\b)") ||
      begins(text, R"(CREATE (TABLE|VIEW|DATABASE|SEQUENCE) IF NOT EXISTS )") ||
      begins(text, R"(CREATE (UNIQUE |FULLTEXT )?INDEX IF NOT EXISTS )") ||
      begins(text, R"(DROP (TABLE|VIEW|INDEX|SEQUENCE|TRIGGER) IF EXISTS )") ||
      begins(text, R"(INSERT IGNORE )") || begins(text, R"(REPLACE )") ||
      begins(text, R"(DELETE )")) {
    return "";
  }
  if (begins(text, "INSERT ")) {
    return text.find(" ON DUPLICATE KEY UPDATE ") != std::string::npos
               ? ""
               : "INSERT needs IGNORE or ON DUPLICATE KEY UPDATE";
  }
  if (begins(text, "UPDATE ")) {
    return text.find(" WHERE ") != std::string::npos
               ? ""
               : "UPDATE needs a WHERE that a changed row no longer meets";
  }
  if (begins(text, "CREATE ")) return "CREATE needs IF NOT EXISTS";
  if (begins(text, "DROP ")) return "DROP needs IF EXISTS";
  return "this kind of statement is not known to bear a repetition";
}

}  // namespace confab::ctl::migrate
