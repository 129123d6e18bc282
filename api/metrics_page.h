#pragma once

#include <optional>
#include <string>

#include "api/base/clock.h"
#include "api/base/config.h"
#include "api/base/executor.h"
#include "api/base/metrics.h"
#include "api/db/pool.h"
#include "api/events/hub.h"
#include "api/http/server.h"

namespace confab {

/// GET /metrics: what the parts count themselves, what is looked up for each answer, and
/// what the worker has left in its file. Also the port of its own, which an overloaded
/// server still answers.
class MetricsPage {
 public:
  /// Everything handed in outlives the page. Throws Error(invalid_value) for a token file
  /// that cannot be used, and what http::Server throws for the port.
  MetricsPage(metrics::Registry& registry, const Config& config, const Clock& clock,
              const db::Address& database, Executor& work, const events::Hub& hub);

  /// For the main port.
  http::Server::Settings::MetricsPage settings() const { return {.text = text_, .token = token_}; }

 private:
  void collect_server(metrics::Scrape& scrape);
  void collect_database(metrics::Scrape& scrape);

  const Config& config_;
  const Clock& clock_;
  Executor& work_;
  const events::Hub& hub_;
  /// A connection of its own: it must not stand in the line that it measures.
  db::Pool pool_;
  metrics::Registry::Collector server_, database_;
  std::function<std::string()> text_;  ///< Null when nobody may ask on the main port.
  std::string token_;
  const http::Router no_routes_;
  std::optional<Executor> port_work_;
  std::optional<http::Server> port_;
};

}  // namespace confab
