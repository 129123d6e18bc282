#pragma once

#include <string_view>

namespace confab {

/// The request that a thread works for. Empty: none, or not known.
struct Request {
  std::string_view id;
  std::string_view address;
};

/// Says which request this thread works for, for as long as it lives. What
/// `request` points to must live as long.
class RequestScope {
 public:
  explicit RequestScope(Request request) noexcept;
  ~RequestScope();
  RequestScope(const RequestScope&) = delete;
  RequestScope& operator=(const RequestScope&) = delete;

  /// Of this thread.
  static Request present() noexcept;

 private:
  const Request outer_;
};

}  // namespace confab
