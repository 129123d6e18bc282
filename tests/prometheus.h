#pragma once

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Reads Prometheus' text format 0.0.4 as strictly as its description goes, and holds names
/// to the conventions that `promtool check metrics` looks for.
namespace confab::test::prometheus {

using Labels = std::map<std::string, std::string>;

struct Sample {
  std::string name;
  Labels labels;
  double value = 0;
};
struct Family {
  std::string type, help;
  std::vector<Sample> samples;
};

[[noreturn]] inline void refuse(const std::string& why, std::string_view line) {
  throw std::runtime_error(why + ": " + std::string(line));
}

/// A text, taken apart from its front.
class Reader {
 public:
  explicit Reader(std::string_view line) : line_(line), rest_(line) {}

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void expect(std::string_view text) {
    if (!take(text)) refuse("`" + std::string(text) + "` is missing", line_);
  }
  std::string name(bool colons) {
    std::size_t size = 0;
    while (size < rest_.size() &&
           (std::isalpha(static_cast<unsigned char>(rest_[size])) != 0 || rest_[size] == '_' ||
            (colons && rest_[size] == ':') ||
            (size > 0 && std::isdigit(static_cast<unsigned char>(rest_[size])) != 0))) {
      ++size;
    }
    if (size == 0) refuse("no name", line_);
    const std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }
  std::string quoted() {
    expect("\"");
    std::string out;
    while (!take("\"")) {
      if (rest_.empty()) refuse("a string has no end", line_);
      if (take("\\\\")) {
        out += '\\';
      } else if (take("\\\"")) {
        out += '"';
      } else if (take("\\n")) {
        out += '\n';
      } else if (rest_.front() == '\\') {
        refuse("an escape that does not exist", line_);
      } else {
        out += rest_.front();
        rest_.remove_prefix(1);
      }
    }
    return out;
  }
  std::string rest() const { return std::string(rest_); }

 private:
  std::string_view line_, rest_;
};

inline Sample read_sample(std::string_view line) {
  Reader reader(line);
  Sample sample{.name = reader.name(true)};
  if (reader.take("{")) {
    while (!reader.take("}")) {
      const std::string label = reader.name(false);
      reader.expect("=");
      if (!sample.labels.emplace(label, reader.quoted()).second) refuse("a label twice", line);
      if (!reader.take(",")) {
        reader.expect("}");
        break;
      }
    }
  }
  reader.expect(" ");
  const std::string number = reader.rest();
  char* end = nullptr;
  sample.value = std::strtod(number.c_str(), &end);
  if (number.empty() || *end != '\0') refuse("not a number", line);
  return sample;
}

/// Buckets of each series ascend, end with +Inf, and agree with the count.
inline void check_histogram(const std::string& name, const Family& family) {
  struct Series {
    std::vector<std::pair<double, double>> buckets;
    std::optional<double> sum, count;
  };
  std::map<Labels, Series> all;
  for (const Sample& sample : family.samples) {
    Labels labels = sample.labels;
    if (sample.name == name + "_bucket") {
      const auto bound = labels.extract("le");
      if (bound.empty()) refuse("a bucket without le", name);
      all[labels].buckets.emplace_back(std::stod(bound.mapped()), sample.value);
    } else if (sample.name == name + "_sum") {
      all[labels].sum = sample.value;
    } else if (sample.name == name + "_count") {
      all[labels].count = sample.value;
    } else {
      refuse("no part of a histogram", sample.name);
    }
  }
  for (const auto& [labels, series] : all) {
    const auto ascends = [](const auto& a, const auto& b) {
      return a.first < b.first && a.second <= b.second;
    };
    if (series.buckets.empty() || !std::isinf(series.buckets.back().first) || !series.sum ||
        series.count != series.buckets.back().second) {
      refuse("a histogram is not whole", name);
    }
    for (std::size_t i = 1; i < series.buckets.size(); ++i) {
      if (!ascends(series.buckets[i - 1], series.buckets[i])) refuse("buckets do not ascend", name);
    }
  }
}

inline void check_family(const std::string& name, const Family& family) {
  if (family.help.empty()) refuse("no help", name);
  std::set<std::pair<std::string, Labels>> seen;
  for (const Sample& sample : family.samples) {
    if (!seen.emplace(sample.name, sample.labels).second) refuse("a series twice", name);
    if (family.type != "histogram" && sample.name != name) refuse("in another family", sample.name);
    if (family.type == "counter" && sample.value < 0) refuse("a counter below zero", name);
  }
  if ((family.type == "counter") != name.ends_with("_total")) refuse("_total means counter", name);
  for (const char* ending :
       {"_ms", "_milliseconds", "_us", "_kb", "_mb", "_minutes", "_count", "_sum", "_bucket"}) {
    if (name.ends_with(ending)) refuse("not a base unit, or kept for histograms", name);
  }
  if (family.type == "histogram") check_histogram(name, family);
}

/// Every family by name. Throws std::runtime_error saying what does not fit.
inline std::map<std::string, Family> parse(std::string_view text) {
  std::map<std::string, Family> families;
  std::string present;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) refuse("the last line has no end", text);
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    Reader reader(line);
    if (reader.take("# HELP ")) {
      present = reader.name(true);
      if (families.contains(present)) refuse("a family twice", line);
      reader.expect(" ");
      families[present].help = reader.rest();
    } else if (reader.take("# TYPE ")) {
      if (reader.name(true) != present || !families[present].type.empty()) {
        refuse("no help before it", line);
      }
      reader.expect(" ");
      families[present].type = reader.rest();
      const std::set<std::string> types = {"counter", "gauge", "histogram"};
      if (!types.contains(reader.rest())) refuse("no such type", line);
    } else {
      if (present.empty() || families[present].type.empty()) refuse("no family", line);
      families[present].samples.push_back(read_sample(line));
    }
  }
  for (const auto& [name, family] : families) check_family(name, family);
  return families;
}

/// The one sample of that name whose labels include these; nothing when there is none.
inline std::optional<double> value(const std::map<std::string, Family>& families,
                                   const std::string& name, const Labels& labels = {}) {
  for (const auto& [family_name, family] : families) {
    for (const Sample& sample : family.samples) {
      if (sample.name == name &&
          std::includes(sample.labels.begin(), sample.labels.end(), labels.begin(), labels.end())) {
        return sample.value;
      }
    }
  }
  return std::nullopt;
}

}  // namespace confab::test::prometheus
