#include "api/accounts/accounts.h"
#include "api/audit/checkpoint.h"
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
        [&](db::Tx& tx) { return events::prune(tx, oldest, context.config.event_limit, kSlice); },
        db::Growth::none);
  }
}

void tidy_accounts(Context& context, const std::string&) {
  while (accounts::tidy(context.writer, context.clock.now())) {
  }
}

void keep_checkpoint(Context& context, const std::string&) {
  audit::keep_checkpoint(context.pool, context.writer, context.keys, context.config,
                         context.clock.now());
}

}  // namespace

std::vector<Kind> upkeep() {
  return {{.name = "events.prune", .every_ms = 10 * kMinute, .run = prune_events},
          {.name = "accounts.tidy", .every_ms = kHour, .run = tidy_accounts},
          {.name = "audit.checkpoint", .every_ms = kHour, .run = keep_checkpoint}};
}

}  // namespace confab::workers
