#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace confab::metrics {

/// Counts up only. Any thread, without a lock.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// Goes up and down. Any thread, without a lock.
class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

/// How often a measure fell below each bound. Any thread, without a lock.
class Histogram {
 public:
  /// `bounds` ascend; what is past the last one counts under +Inf only.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  /// Observations in each bucket alone, the one past the last bound included.
  std::vector<std::uint64_t> buckets() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> buckets_;
  std::atomic<double> sum_ = 0;
};

/// Names with values, such as `{"route", "/rooms"}`. Every combination is kept
/// for ever: never put anything into one that users choose.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Bounds for the seconds a request takes.
std::vector<double> latency_bounds();

/// Values that somebody else keeps, looked up for one text.
class Scrape {
 public:
  /// Both throw Error(internal) as the Registry does.
  void counter(std::string_view name, std::string_view help, double value,
               const Labels& labels = {});
  void gauge(std::string_view name, std::string_view help, double value, const Labels& labels = {});

 private:
  friend class Registry;
  struct Family {
    std::string_view type;
    std::string help;
    std::map<std::string, double> values;  ///< By their labels as they are printed.
  };
  void add(std::string_view type, std::string_view name, std::string_view help, double value,
           const Labels& labels);

  std::map<std::string, Family, std::less<>> families_;
};

/// Every measure of a process, by name and labels. Asking again for one gives
/// the same; ask once and keep the reference, which lives as long as the registry.
class Registry {
 public:
  using Collect = std::function<void(Scrape&)>;
  /// A collector's place in its registry; leaving it waits for a text under way.
  class Collector {
   public:
    Collector() = default;
    Collector(Collector&& other) noexcept { *this = std::move(other); }
    Collector& operator=(Collector&& other) noexcept {
      std::swap(registry_, other.registry_);
      std::swap(place_, other.place_);
      return *this;
    }
    ~Collector();

   private:
    friend class Registry;
    Registry* registry_ = nullptr;
    std::list<Collect>::iterator place_;
  };

  /// All throw Error(internal) for a name or label Prometheus does not take, and
  /// for a name that stands for another kind of measure already.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                       const Labels& labels = {});

  /// Calls `collect` for every text, until what is returned is destroyed; the registry
  /// outlives it. It must not ask this registry for text. What it throws is logged, and
  /// the text goes without its values.
  [[nodiscard]] Collector on_scrape(Collect collect);

  /// Everything in Prometheus' text format 0.0.4.
  std::string text() const;

 private:
  /// A family as it is printed.
  struct Page {
    std::string_view type;
    std::string text;
  };
  struct Series {
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
  };
  struct Family {
    std::string_view type;
    std::string help;
    std::map<std::string, Series> series;  ///< By its labels as they are printed.
  };

  Series& series(std::string_view type, std::string_view name, std::string_view help,
                 const Labels& labels);
  Scrape collect() const;
  void print_kept(std::map<std::string, Page>& pages) const;

  /// Collectors may take their time, in which nobody must wait for a measure.
  mutable std::mutex collectors_mutex_;
  std::list<Collect> collectors_;
  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

/// `<prefix>process_...`: memory, processor time, threads, descriptors and the start of
/// this process, as Prometheus' own libraries name them.
void collect_process(Scrape& scrape, std::string_view prefix = "");

}  // namespace confab::metrics
