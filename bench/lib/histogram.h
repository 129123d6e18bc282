#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace confab::bench {

using Steady = std::chrono::steady_clock;

/// Times from 1 ns to hours at a precision of 1.6 %, in a fixed amount of memory.
class Histogram {
 public:
  void add(Steady::duration time, std::uint64_t count = 1) {
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
    const auto value = static_cast<std::uint64_t>(ns > 0 ? ns : 0);
    counts_[bucket_of(value)] += count;
    total_ += count;
    most_ = value > most_ ? value : most_;
  }

  void add(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    total_ += other.total_;
    most_ = other.most_ > most_ ? other.most_ : most_;
  }

  std::uint64_t count() const { return total_; }
  double most_ms() const { return static_cast<double>(most_) / 1e6; }

  /// The time that `part` of all (0.99, say) did not exceed; 0 when there are none.
  double ms(double part) const {
    const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(total_));
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      passed += counts_[i];
      if (passed > wanted) return static_cast<double>(middle_of(i)) / 1e6;
    }
    return most_ms();
  }

 private:
  static constexpr unsigned kBits = 6;
  static constexpr std::uint64_t kSteps = 1U << kBits;
  static constexpr unsigned kLongest = 44;  // 2^44 ns are nearly five hours

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < kSteps) return value;
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width > kLongest) return kBuckets - 1;
    const unsigned shift = width - kBits - 1;
    return (shift + 1) * kSteps + (value >> shift) - kSteps;
  }
  static std::uint64_t middle_of(std::size_t bucket) {
    if (bucket < kSteps) return bucket;
    const auto shift = static_cast<unsigned>(bucket / kSteps - 1);
    const std::uint64_t least = (kSteps + bucket % kSteps) << shift;
    return least + ((std::uint64_t{1} << shift) >> 1);
  }

  static constexpr std::size_t kBuckets = (kLongest - kBits + 1) * kSteps;
  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t most_ = 0;
};

inline double seconds(Steady::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace confab::bench
