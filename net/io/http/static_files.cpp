#include "net/io/http/static_files.hpp"

#include "net/io/http/content_coding.hpp"
#include "net/io/http/entity_tag.hpp"

#include <sys/stat.h>

#include <array>

namespace troupe::net {

namespace fs = std::filesystem;

namespace {

// Larger files are not served, since files are read whole.
constexpr uintmax_t max_file = 64 << 20;

http_response not_found() {
  return text_response(404, "Not found\n");
}

// Whether a segment of a decoded path may be looked up.
bool is_harmless(std::string_view segment) {
  return !segment.starts_with('.')
         && segment.find_first_of(std::string_view{"\\\0", 2})
                == std::string_view::npos;
}

// A file to send in place of the requested one: itself, or a compressed copy.
struct stored_file {
  std::string path;
  content_coding coding = content_coding::identity;
  struct stat facts {};
};

// The copy of the file that the client takes and likes best, or the file
// itself; nothing if there is no such file. `file` lies below the root, and a
// copy must be a file beside it: a link could lead elsewhere.
std::optional<stored_file> choose_copy(const std::string& file,
                                       std::string_view accept_encoding) {
  for (auto coding : rank_codings(accept_encoding)) {
    stored_file out{file + std::string{suffix_of(coding)}, coding};
    if (::lstat(out.path.c_str(), &out.facts) == 0 && S_ISREG(out.facts.st_mode)
        && static_cast<uintmax_t>(out.facts.st_size) <= max_file)
      return out;
  }
  return std::nullopt;
}

// No copy shares the tag of another.
std::string tag_of(const stored_file& x) {
  const auto& changed = x.facts.st_mtim;
  return make_entity_tag(std::chrono::seconds{changed.tv_sec}
                             + std::chrono::nanoseconds{changed.tv_nsec},
                         static_cast<uint64_t>(x.facts.st_size),
                         suffix_of(x.coding));
}

// How long a file may be used without asking again.
std::string_view cache_control(std::string_view path) {
  // Bundlers add a hash to the names below assets/.
  if (path.find("/assets/") != std::string_view::npos)
    return "public, max-age=31536000, immutable";
  // Other sites refer to these by names that stay.
  if (is_for_every_site(path))
    return "public, max-age=300";
  return "no-cache";
}

} // namespace

static_files::static_files(const fs::path& root, http_headers common_headers)
    : common_headers_(std::move(common_headers)) {
  std::error_code ec;
  if (!root.empty())
    root_ = fs::canonical(root, ec);
}

http_response static_files::serve(const http_request& request) {
  auto response = find(request);
  response.headers.insert(response.headers.end(), common_headers_.begin(),
                          common_headers_.end());
  return response;
}

http_response static_files::find(const http_request& request) {
  if (root_.empty())
    return not_found();
  if (request.method != "GET" && request.method != "HEAD") {
    auto response = text_response(405, "Method not allowed\n");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  auto file = resolve(request.path);
  auto sent =
      file ? choose_copy(file->native(), request.header("Accept-Encoding"))
           : std::nullopt;
  if (!sent)
    return not_found();
  auto tag = tag_of(*sent);
  http_response response;
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control", cache_control(request.path));
  // Modules are fetched with CORS, wherever they come from.
  if (is_for_every_site(request.path))
    response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  // Whether or not there are copies, since some may come.
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (names_tag(request.header("If-None-Match"), tag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type",
                                content_type(file->filename().native()));
  if (sent->coding != content_coding::identity)
    response.headers.emplace_back("Content-Encoding", to_string(sent->coding));
  response.shared_body = cache_.get(sent->path, sent->facts);
  return response.shared_body ? response : not_found();
}

std::optional<fs::path> static_files::resolve(std::string_view path) const {
  auto decoded = percent_decode(path, false);
  if (!decoded || !decoded->starts_with('/'))
    return std::nullopt;
  auto wanted = root_;
  for (size_t begin = 1; begin <= decoded->size();) {
    auto end = std::min(decoded->find('/', begin), decoded->size());
    auto segment = std::string_view{*decoded}.substr(begin, end - begin);
    if (!is_harmless(segment))
      return std::nullopt;
    if (!segment.empty())
      wanted /= segment;
    begin = end + 1;
  }
  std::error_code ec;
  if (fs::is_directory(wanted, ec))
    wanted /= "index.html";
  wanted = fs::canonical(wanted, ec);
  if (ec || !fs::is_regular_file(wanted, ec))
    return std::nullopt;
  auto inside = wanted.lexically_relative(root_);
  if (inside.empty() || *inside.begin() == "..")
    return std::nullopt;
  return wanted;
}

bool is_for_every_site(std::string_view path) {
  return path.starts_with("/embed/");
}

http_headers
make_page_headers(const std::vector<std::string>& frame_ancestors) {
  std::string framing = "frame-ancestors 'self'";
  for (const auto& x : frame_ancestors)
    framing += " " + x;
  http_headers out{
      {"Content-Security-Policy", framing},
      // Not "no-referrer": with that, browsers send Origin: null with a POST.
      {"Referrer-Policy", "same-origin"},
      {"Permissions-Policy",
       "camera=(self), microphone=(self), display-capture=(self), "
       "geolocation=(self), usb=(self), hid=(self), serial=(self), "
       "bluetooth=(self), payment=()"}};
  // X-Frame-Options cannot list other origins.
  if (frame_ancestors.empty())
    out.emplace_back("X-Frame-Options", "SAMEORIGIN");
  return out;
}

std::string_view content_type(std::string_view file_name) {
  struct entry {
    std::string_view extension;
    std::string_view type;
  };
  static constexpr std::array<entry, 20> table = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".txt", "text/plain; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".webp", "image/webp"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".wasm", "application/wasm"},
      {".mp3", "audio/mpeg"},
      {".wav", "audio/wav"},
      {".mp4", "video/mp4"},
      {".webm", "video/webm"},
      {".mkv", "video/x-matroska"},
  }};
  for (const auto& x : table)
    if (file_name.ends_with(x.extension))
      return x.type;
  return "application/octet-stream";
}

} // namespace troupe::net
