#include "api/base/request.h"

namespace confab {

namespace {

thread_local Request current;

}  // namespace

RequestScope::RequestScope(Request request) noexcept : outer_(current) { current = request; }
RequestScope::~RequestScope() { current = outer_; }
Request RequestScope::present() noexcept { return current; }

}  // namespace confab
