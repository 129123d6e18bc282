#include "api/accounts/accounts.h"
#include "api/events/log.h"
#include "workers/worker.h"

namespace confab::workers {

namespace {

void prune_events(Context& context, const std::string&) {
  const Time oldest = context.clock.now() - context.config.event_days * kDay;
  constexpr int kSlice = 1000;
  bool more = true;
  while (more) {
    more = context.writer.run(
        [&](db::Tx& tx) { return events::prune(tx, oldest, context.config.event_limit, kSlice); });
  }
}

void tidy_accounts(Context& context, const std::string&) {
  while (accounts::tidy(context.writer, context.clock.now())) {
  }
}

}  // namespace

std::vector<Kind> upkeep() {
  return {{.name = "events.prune", .every_ms = 10 * kMinute, .run = prune_events},
          {.name = "accounts.tidy", .every_ms = kHour, .run = tidy_accounts}};
}

}  // namespace confab::workers
