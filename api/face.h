#pragma once

#include "api/app.h"
#include "api/http/router.h"

/// The HTTP face of every feature, in the order of the features.
namespace confab {

/// Adds every endpoint and event type of the server.
void add_all_routes(http::Router& router, App& app);

/// Who makes this call: nobody, or the user of its cookie or bearer token.
/// Throws ambiguous_auth, token_expired, token_revoked, account_disabled.
http::Caller authenticate(App& app, const http::Call& call);
/// The same as far as it is in memory and nothing else is to be done about it; else nothing.
/// Never waits. Throws ambiguous_auth.
std::optional<http::Caller> known_caller(App& app, const http::Call& call);

namespace audit {
void add_routes(http::Router& router, App& app);
}
namespace accounts {
void add_routes(http::Router& router, App& app);
}
namespace people {
void add_routes(http::Router& router, App& app);
}
namespace rooms {
void add_routes(http::Router& router, App& app);
}
namespace messages {
void add_routes(http::Router& router, App& app);
}
namespace reads {
void add_routes(http::Router& router, App& app);
}
namespace sync {
void add_routes(http::Router& router, App& app);
}

}  // namespace confab
