#include "ops/ctl/doctor/report.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

#include "api/base/json.h"
#include "api/base/version.h"

namespace confab::ctl::doctor {

namespace {

const char* name_of(Verdict verdict) {
  constexpr std::array<const char*, 3> kNames = {"pass", "warn", "fail"};
  return kNames[static_cast<std::size_t>(verdict)];
}

}  // namespace

void Report::pass(std::string check, std::string found) {
  lines_.push_back({std::move(check), Verdict::pass, std::move(found), ""});
}

void Report::warn(std::string check, std::string found, std::string advice) {
  lines_.push_back({std::move(check), Verdict::warn, std::move(found), std::move(advice)});
}

void Report::fail(std::string check, std::string found, std::string advice) {
  lines_.push_back({std::move(check), Verdict::fail, std::move(found), std::move(advice)});
}

std::size_t Report::failures() const {
  return static_cast<std::size_t>(std::count_if(lines_.begin(), lines_.end(), [](const Line& line) {
    return line.verdict == Verdict::fail;
  }));
}

void print_text(std::ostream& out, const Report& report) {
  for (const Line& line : report.lines()) {
    out << name_of(line.verdict) << "  " << line.check << ": " << line.found << '\n';
    if (!line.advice.empty()) out << "      to mend: " << line.advice << '\n';
  }
}

void print_json(std::ostream& out, const Report& report) {
  Json::Value all(Json::objectValue);
  all["ok"] = report.failures() == 0;
  all["version"] = std::string(kVersion);
  Json::Value& checks = all["checks"] = Json::Value(Json::arrayValue);
  for (const Line& line : report.lines()) {
    Json::Value one(Json::objectValue);
    one["check"] = line.check;
    one["verdict"] = name_of(line.verdict);
    one["found"] = line.found;
    one["advice"] = line.advice;
    checks.append(std::move(one));
  }
  out << json::print(all) << '\n';
}

}  // namespace confab::ctl::doctor
