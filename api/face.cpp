#include "api/face.h"

namespace confab {

void add_all_routes(http::Router& router, App& app) {
  accounts::add_routes(router, app);
  audit::add_routes(router, app);
  people::add_routes(router, app);
  rooms::add_routes(router, app);
  messages::add_routes(router, app);
  reads::add_routes(router, app);
  sync::add_routes(router, app);
}

}  // namespace confab
