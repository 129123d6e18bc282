#include "api/base/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "api/base/error.h"
#include "api/base/log.h"

namespace confab::metrics {

namespace {

bool is_name(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

void require_name(std::string_view name) {
  if (is_name(name)) return;
  throw Error(Code::internal, "No metric may be called " + std::string(name) + ".");
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (quotes && c == '"')) out += '\\';
      out += c;
    }
  }
}

std::string decimal(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

/// `name="value",...`, without braces: a histogram adds `le` to it.
std::string printed(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!is_name(name) || name == "le") {
      throw Error(Code::internal, "No label of a metric may be called " + name + ".");
    }
    if (!out.empty()) out += ',';
    out += name + "=\"";
    append_escaped(out, value, true);
    out += '"';
  }
  return out;
}

void append_sample(std::string& out, const std::string& name, const std::string& labels,
                   const std::string& value) {
  out += name;
  if (!labels.empty()) out += '{' + labels + '}';
  out += ' ' + value + '\n';
}

void append_histogram(std::string& out, const std::string& name, const std::string& labels,
                      const Histogram& histogram) {
  const auto counts = histogram.buckets();
  const std::string before = labels.empty() ? "le=\"" : labels + ",le=\"";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    const auto bound = i < histogram.bounds().size() ? decimal(histogram.bounds()[i]) : "+Inf";
    append_sample(out, name + "_bucket", before + bound + '"', std::to_string(total));
  }
  append_sample(out, name + "_sum", labels, decimal(histogram.sum()));
  append_sample(out, name + "_count", labels, std::to_string(total));
}

std::string head_of(const std::string& name, std::string_view help, std::string_view type) {
  std::string out = "# HELP " + name + ' ';
  append_escaped(out, help, false);
  out += "\n# TYPE " + name + ' ' + std::string(type) + '\n';
  return out;
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::buckets() const {
  std::vector<std::uint64_t> counts;
  counts.reserve(buckets_.size());
  for (const auto& bucket : buckets_) counts.push_back(bucket.load(std::memory_order_relaxed));
  return counts;
}

std::vector<double> latency_bounds() {
  return {0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Registry::Series& Registry::series(std::string_view type, std::string_view name,
                                   std::string_view help, const Labels& labels) {
  require_name(name);
  auto family = families_.find(name);
  if (family == families_.end()) {
    family = families_.emplace(std::string(name), Family{type, std::string(help), {}}).first;
  } else if (family->second.type != type) {
    throw Error(Code::internal, "The metric " + std::string(name) + " is a " +
                                    std::string(family->second.type) + " already.");
  }
  return family->second.series[printed(labels)];
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  std::lock_guard lock(mutex_);
  auto& made = series("counter", name, help, labels).counter;
  if (made == nullptr) made = std::make_unique<Counter>();
  return *made;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  std::lock_guard lock(mutex_);
  auto& made = series("gauge", name, help, labels).gauge;
  if (made == nullptr) made = std::make_unique<Gauge>();
  return *made;
}

Histogram& Registry::histogram(std::string_view name, std::string_view help,
                               std::vector<double> bounds, const Labels& labels) {
  std::lock_guard lock(mutex_);
  auto& made = series("histogram", name, help, labels).histogram;
  if (made == nullptr) made = std::make_unique<Histogram>(std::move(bounds));
  return *made;
}

void Scrape::counter(std::string_view name, std::string_view help, double value,
                     const Labels& labels) {
  add("counter", name, help, value, labels);
}

void Scrape::gauge(std::string_view name, std::string_view help, double value,
                   const Labels& labels) {
  add("gauge", name, help, value, labels);
}

void Scrape::add(std::string_view type, std::string_view name, std::string_view help, double value,
                 const Labels& labels) {
  require_name(name);
  auto family = families_.find(name);
  if (family == families_.end()) {
    family = families_.emplace(std::string(name), Family{type, std::string(help), {}}).first;
  } else if (family->second.type != type) {
    throw Error(Code::internal, "The metric " + std::string(name) + " is of another kind already.");
  }
  family->second.values[printed(labels)] = value;
}

Registry::Collector::~Collector() {
  if (registry_ == nullptr) return;
  std::lock_guard lock(registry_->collectors_mutex_);
  registry_->collectors_.erase(place_);
}

Registry::Collector Registry::on_scrape(Collect collect) {
  Collector collector;
  std::lock_guard lock(collectors_mutex_);
  collector.place_ = collectors_.insert(collectors_.end(), std::move(collect));
  collector.registry_ = this;
  return collector;
}

Scrape Registry::collect() const {
  std::lock_guard lock(collectors_mutex_);
  Scrape all;
  for (const auto& collect : collectors_) {
    try {
      collect(all);
    } catch (const std::exception& bug) {
      log::error("base.scrape", {{"what", bug.what()}});
    }
  }
  return all;
}

void Registry::print_kept(std::map<std::string, Page>& pages) const {
  std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) {
    std::string& out = pages[name].text;
    pages[name].type = family.type;
    out = head_of(name, family.help, family.type);
    for (const auto& [labels, series] : family.series) {
      if (series.counter != nullptr) {
        append_sample(out, name, labels, std::to_string(series.counter->value()));
      } else if (series.gauge != nullptr) {
        append_sample(out, name, labels, std::to_string(series.gauge->value()));
      } else if (series.histogram != nullptr) {
        append_histogram(out, name, labels, *series.histogram);
      }
    }
  }
}

std::string Registry::text() const {
  const Scrape scraped = collect();
  std::map<std::string, Page> pages;
  print_kept(pages);
  for (const auto& [name, family] : scraped.families_) {
    auto& page = pages[name];
    if (page.text.empty()) page = {family.type, head_of(name, family.help, family.type)};
    if (page.type != family.type) {
      log::error("base.scrape", {{"what", "a metric of two kinds"}, {"name", name}});
      continue;
    }
    for (const auto& [labels, value] : family.values) {
      append_sample(page.text, name, labels, decimal(value));
    }
  }
  std::string out;
  for (const auto& [name, page] : pages) out += page.text;
  return out;
}

}  // namespace confab::metrics
