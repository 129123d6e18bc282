#pragma once

#include <string>
#include <string_view>

#include "api/base/network.h"
#include "api/http/call.h"

namespace confab::http {

/// Refuses what another site could have made a browser send (API.md, "Who is
/// calling"). An unsafe request by cookie needs X-Requested-With: confab, a JSON
/// content type, and Sec-Fetch-Site or Origin of this site. Throws
/// ambiguous_auth, csrf_rejected.
void require_own_site(const Call& call, std::string_view cookie, std::string_view origin);

/// Throws unsupported_media_type for a body that does not call itself JSON.
void require_json(const Call& call);

/// The address a call counts under: what a trusted proxy (or a unix socket's
/// other end) names last in X-Forwarded-For, else the peer's. Nobody can seem nearer than they are:
/// a forwarded address that cannot be read is `0.0.0.0`.
std::string calling_address(const Call& call, const Networks& trusted);

}  // namespace confab::http
