#include "actors/node/page_files.hpp"

#include <filesystem>

namespace troupe::actors {

bool has_page(const config::http_keys& settings) {
  const std::filesystem::path root{settings.static_root};
  std::error_code ignored;
  return root.empty() || std::filesystem::exists(root / "index.html", ignored);
}

} // namespace troupe::actors
