#include "actors/http/recording_downloads.hpp"

#include "actors/base/log.hpp"
#include "actors/http/admin_routes.hpp"
#include "net/io/http/file_response.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::actors {

namespace {

// The headers of files that browsers show to pages of other origins.
constexpr std::string_view exposed_file_headers =
    "Accept-Ranges, Content-Length, Content-Range, Content-Disposition, ETag";

net::http_response download_preflight() {
  return {204,
          {{"Access-Control-Allow-Methods", "GET"},
           {"Access-Control-Allow-Headers", "Range, If-Range"},
           {"Access-Control-Max-Age", "600"}},
          {}};
}

net::http_response no_recording() {
  return admin_error(404, "recording-not-found", "Recording not found");
}

net::http_response no_file() {
  return admin_error(404, "file-not-found",
                     "The recording has no file of that name");
}

std::optional<std::chrono::sys_seconds>
read_until(const net::http_request& request) {
  const auto text = request.query_value("until").value_or("");
  int64_t out = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, out);
  if (failed != std::errc{} || stopped != end)
    return std::nullopt;
  return std::chrono::sys_seconds{std::chrono::seconds{out}};
}

void log_refused_download(const recording_id& id, std::string_view why) {
  log::refusal(log::level::info, "download-refused",
               {{"recording", id.str()}, {"why", std::string{why}}});
}

} // namespace

recording_downloads::recording_downloads(std::shared_ptr<recording_files> files,
                                         std::shared_ptr<net::disk_thread> disk,
                                         net::recording_link_signer signer,
                                         clock now)
    : files_(std::move(files))
    , shared_(std::make_shared<shared_state>(std::move(disk), std::move(signer),
                                             std::move(now))) {}

std::optional<net::http_response>
recording_downloads::refuse_source(const net::http_request& request,
                                   const net::source_refusal& why) {
  if (!request.path.starts_with(recordings_prefix))
    return std::nullopt;
  return admin_error(403, "forbidden", why.explain());
}

bool recording_downloads::handle(const net::http_request& request,
                                 const net::http_responder& respond) const {
  auto below = std::string_view{request.path};
  if (!below.starts_with(recordings_prefix))
    return false;
  below.remove_prefix(recordings_prefix.size());
  const net::http_responder answer =
      [respond,
       origin = std::string{request.header("Origin")}](net::http_response x) {
        // The HTTP server has already rejected pages of other origins.
        net::allow_origin(origin, exposed_file_headers, x);
        respond(std::move(x));
      };
  if (request.method == "OPTIONS" && request.has_header("Origin")) {
    answer(download_preflight());
    return true;
  }
  if (request.method != "GET" && request.method != "HEAD") {
    ++shared_->counters.malformed;
    auto refusal = admin_error(405, "method-not-allowed", "Allowed: GET, HEAD");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    answer(std::move(refusal));
    return true;
  }
  const auto slash = std::min(below.find('/'), below.size());
  const auto until = read_until(request);
  asked_file what{
      recording_id{std::string{below.substr(0, slash)}},
      std::string{below.substr(std::min(slash + 1, below.size()))},
      request.query_value("save").has_value(),
      asked_file::link{until.value_or(std::chrono::sys_seconds{}),
                       until ? request.query_value("key").value_or("") : ""}};
  find(request, std::move(what), answer);
  return true;
}

void recording_downloads::serve(const net::http_request& request,
                                const recording_id& id, std::string_view name,
                                const net::http_responder& respond) const {
  find(request,
       {id, std::string{name}, request.query_value("save").has_value(),
        std::nullopt},
       respond);
}

void recording_downloads::find(const net::http_request& request,
                               asked_file what,
                               const net::http_responder& respond) const {
  if (!is_slug(what.id.str()) || !is_slug(what.name)) {
    ++shared_->counters.malformed;
    return respond(is_slug(what.id.str()) ? no_file() : no_recording());
  }
  const auto id = what.id;
  const auto name = what.name;
  files_->find(id, name,
               [state = shared_, request, respond,
                what = std::move(what)](std::optional<recording_file> found) {
                 if (!found) {
                   ++state->counters.not_found;
                   return respond(no_recording());
                 }
                 if (auto refusal = check_link(*state, what, found->room))
                   return respond(std::move(*refusal));
                 if (found->path.empty()) {
                   ++state->counters.not_found;
                   return respond(no_file());
                 }
                 ++state->counters.admitted;
                 net::respond_with_file(
                     state->disk, request,
                     {std::move(found->path), what.name, {}, what.save},
                     no_file(), respond);
               });
}

std::optional<net::http_response>
recording_downloads::check_link(shared_state& state, const asked_file& what,
                                const room_id& room) {
  if (!what.by)
    return std::nullopt;
  const auto fault = state.signer.verify(
      what.id.str(), room.str(), what.by->until, what.by->key, state.now());
  if (!fault)
    return std::nullopt;
  log_refused_download(what.id, to_string(*fault));
  switch (*fault) {
    case net::link_fault::expired:
      ++state.counters.expired;
      return admin_error(403, "expired", "The link has expired");
    case net::link_fault::too_long:
      ++state.counters.too_long;
      break;
    default:
      ++state.counters.forged;
  }
  return admin_error(403, "forbidden", "The link is not valid");
}

} // namespace troupe::actors
