#pragma once

#include "actors/config/config.hpp"

#include <string_view>

namespace troupe::actors {

/// Whether `http.static-root` is empty, or a folder with an index.html.
bool has_page(const config::http_keys& settings);

/// What to do where it has none.
inline constexpr std::string_view page_remedy =
    "build it (npm ci && npm run build in web/), or set http.static-root to "
    "the page's folder, or to nothing; then restart";

} // namespace troupe::actors
