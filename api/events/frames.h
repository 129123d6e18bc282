#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace confab::events {

/// A stretch of memory that frames are written into, one behind the other, and
/// that lives as long as somebody still has to send from it.
struct Chunk {
  explicit Chunk(std::size_t size) : data(new char[size]), capacity(size) {}
  std::unique_ptr<char[]> data;
  std::size_t capacity;
  std::size_t used = 0;
};

/// Bytes of one chunk: what a stream still has to send, or where a frame stands.
struct Run {
  std::shared_ptr<const Chunk> chunk;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::string_view text() const { return {chunk->data.get() + offset, length}; }
};

/// The append-only log of frames. One thread writes; runs may be read by any.
class FrameLog {
 public:
  static constexpr std::size_t kChunk = 64 * 1024;

  /// Bytes for one stream only, in a chunk of their own: between the frames of all they would
  /// tear the others' runs apart.
  static Run alone(std::string_view text) {
    auto chunk = std::make_shared<Chunk>(text.size());
    text.copy(chunk->data.get(), text.size());
    return {std::move(chunk), 0, static_cast<std::uint32_t>(text.size())};
  }

  /// The bytes of a frame made of these parts, all in one chunk.
  template <typename... Parts>
  Run append(const Parts&... parts) {
    const std::size_t size = (std::string_view(parts).size() + ...);
    reserve(size);
    const Run run{chunk_, static_cast<std::uint32_t>(chunk_->used),
                  static_cast<std::uint32_t>(size)};
    (copy(parts), ...);
    return run;
  }

 private:
  void reserve(std::size_t size) {
    if (chunk_ && chunk_->capacity - chunk_->used >= size) return;
    chunk_ = std::make_shared<Chunk>(size > kChunk ? size : kChunk);
  }
  void copy(std::string_view text) {
    text.copy(chunk_->data.get() + chunk_->used, text.size());
    chunk_->used += text.size();
  }

  std::shared_ptr<Chunk> chunk_;
};

/// What a stream has still to send. Frames that follow each other in the log
/// become one run, so that a busy room costs one piece in a send.
class Queue {
 public:
  void push(const Run& run) {
    bytes_ += run.length;
    if (first_ < runs_.size()) {
      Run& last = runs_.back();
      if (last.chunk == run.chunk && last.offset + last.length == run.offset) {
        last.length += run.length;
        return;
      }
    }
    runs_.push_back(run);
  }
  bool empty() const { return first_ == runs_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::size_t runs() const { return runs_.size() - first_; }
  const Run& at(std::size_t i) const { return runs_[first_ + i]; }

  /// The first `count` bytes have been sent.
  void sent(std::size_t count) {
    bytes_ -= count;
    while (count > 0) {
      Run& run = runs_[first_];
      if (count < run.length) {
        run.offset += static_cast<std::uint32_t>(count);
        run.length -= static_cast<std::uint32_t>(count);
        break;
      }
      count -= run.length;
      run.chunk.reset();
      ++first_;
    }
    if (first_ == runs_.size()) {
      clear();
    } else if (first_ > kSentKept && first_ > runs_.size() / 2) {
      // A stream that is never quite done would keep all that it has sent.
      runs_.erase(runs_.begin(), runs_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
  }

 private:
  static constexpr std::size_t kSentKept = 64;

  void clear() {
    first_ = 0;
    // An idle stream keeps no memory for what it once had to send.
    constexpr std::size_t kKept = 4;
    if (runs_.capacity() > kKept) {
      std::vector<Run>().swap(runs_);
    } else {
      runs_.clear();
    }
  }

  std::vector<Run> runs_;
  std::size_t first_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace confab::events
