#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace confab::ctl::doctor {

enum class Verdict { pass, warn, fail };

/// One thing that was looked at.
struct Line {
  std::string check;  ///< `data folder`
  Verdict verdict = Verdict::pass;
  std::string found;
  std::string advice;  ///< What to do; empty when it passes.
};

/// What the doctor has found so far, in the order of looking.
class Report {
 public:
  void pass(std::string check, std::string found);
  void warn(std::string check, std::string found, std::string advice);
  void fail(std::string check, std::string found, std::string advice);

  const std::vector<Line>& lines() const { return lines_; }
  std::size_t failures() const;

 private:
  std::vector<Line> lines_;
};

/// A line for each check; below those that did not pass, what to do.
void print_text(std::ostream& out, const Report& report);
/// `{"ok", "version", "checks": [{"check", "verdict", "found", "advice"}]}`
void print_json(std::ostream& out, const Report& report);

}  // namespace confab::ctl::doctor
