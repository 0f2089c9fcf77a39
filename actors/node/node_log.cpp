#include "actors/node/node_log.hpp"

#include "actors/base/live_objects.hpp"
#include "actors/base/log.hpp"
#include "actors/node/page_files.hpp"
#include "actors/session/authenticator.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>

namespace troupe::actors {

namespace {

log::field live_count(std::string_view key, object_kind kind) {
  return {key, std::to_string(live_object::count(kind))};
}

} // namespace

void log_warnings(const config& settings) {
  if (open_to_strangers(settings))
    log::event(log::level::warn, "open-to-strangers",
               {{"hint", "every client that reaches this server may join any "
                         "room: set auth.jwt, or listen on loopback only"}});
  if (has_page(settings.http))
    return;
  std::error_code ignored;
  log::event(
      log::level::warn, "page-missing",
      {{"file", (std::filesystem::absolute(settings.http.static_root, ignored)
                 / "index.html")
                    .string()},
       {"hint", std::string{page_remedy}}});
}

void log_report_sockets(const config::rtc_keys& settings, bool steered) {
  if (settings.report_wait.count() == 0 || steered)
    return;
  log::event(log::level::info, "report-sockets-missing",
             {{"hint", "the kernel refuses SO_ATTACH_REUSEPORT_CBPF: RTCP "
                       "reports are read one by one, which costs more CPU"}});
}

void log_drain(const drain_state& drain) {
  const auto end = drain.deadline();
  if (!end)
    return;
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(
      *end - std::chrono::steady_clock::now());
  log::event(log::level::info, "draining",
             {live_count("members", object_kind::peer),
              live_count("rooms", object_kind::room),
              {"until", utc_text(std::chrono::system_clock::now() + left)},
              {"seconds", std::to_string(std::max<int64_t>(left.count(), 0))},
              {"to-end-now", "send SIGTERM"}});
}

void log_stop(std::string_view why) {
  log::event(
      log::level::info, "stopping",
      {{"why", std::string{why}},
       live_count("members", object_kind::peer),
       live_count("rooms", object_kind::room),
       {"then", "connections are closed now; troupe drain waits for calls"}});
}

std::string utc_text(std::chrono::system_clock::time_point when) {
  const auto seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> out{};
  const auto size =
      std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {out.data(), size};
}

} // namespace troupe::actors
