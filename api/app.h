#pragma once

#include <memory>

namespace confab {

struct Config;
class Clock;
class IdMaker;

namespace crypto {
class Keys;
}
namespace db {
class Pool;
class Writer;
}  // namespace db
namespace events {
class Hub;
}
namespace accounts {
class Access;
}

/// The parts that main built, handed down to the features.
struct App {
  const Config& config;
  const Clock& clock;
  IdMaker& ids;
  const crypto::Keys& keys;
  db::Pool& pool;      ///< Reads.
  db::Writer& writer;  ///< Changes.
  events::Hub* hub;    ///< Open streams; null in the worker and the command line.
  /// What checking credentials remembers; made by accounts::add_routes.
  std::shared_ptr<accounts::Access> access = {};
};

}  // namespace confab
