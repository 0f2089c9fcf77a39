#pragma once

#include "protocol/verbs/verbs.hpp"

#include <optional>
#include <string>
#include <vector>

/// INTERNAL to canonical.cpp: recordings, as text.
namespace troupe::test {

/// 2026-01-31T12:00:00.250Z
inline constexpr protocol::wall_time fixed_time{
    std::chrono::milliseconds{1769860800250}};

/// "r1:ann" is a recording that ann has started, and "r1:-" one that nobody
/// has. ":ask" may follow.
inline protocol::recording_info
parse_recording(const std::vector<std::string>& parts) {
  protocol::recording_info out;
  out.id = protocol::recording_id{parts.at(0)};
  if (parts.at(1) != "-") {
    out.by = protocol::peer_id{parts[1]};
    out.by_name = "by " + parts[1];
  }
  out.started_at = fixed_time;
  out.title = "Weekly";
  out.asks = parts.size() > 2;
  return out;
}

inline std::string
describe_recording(const protocol::verb::start_recording& x) {
  return x.title.empty() ? "start_recording"
                         : "start_recording title=" + x.title;
}

inline std::string describe_recording(const protocol::verb::stop_recording&) {
  return "stop_recording";
}

inline std::string describe_recording(const protocol::verb::get_recording&) {
  return "get_recording";
}

inline std::string describe_recording(const protocol::verb::list_recordings&) {
  return "list_recordings";
}

inline std::string
describe_recording(const protocol::verb::consent_to_recording& x) {
  return x.accepted ? "consent_to_recording" : "consent_to_recording no";
}

/// "recording r1:ann", "recording" without one, or "recordings r1"; nothing for
/// another outcome.
inline std::optional<protocol::outcome>
parse_recording_outcome(const std::string& what,
                        const std::vector<std::string>& parts) {
  namespace reply = protocol::reply;
  if (what == "recordings")
    return protocol::success{reply::recordings{
        {{protocol::recording_id{parts.at(0)}, protocol::room_id{"daily"},
          "Weekly", fixed_time, "/recordings/r1/manifest.json?key=k",
          std::chrono::milliseconds{90'000}}}}};
  if (what != "recording")
    return std::nullopt;
  reply::recording out;
  if (!parts.empty())
    out.what = parse_recording(parts);
  return protocol::success{std::move(out)};
}

/// "recording-started r1:ann", "recording-consent-asked r1:ann:ask" or
/// "recording-stopped r1:disk-full"; nothing for another event.
inline std::optional<protocol::any_event>
parse_recording_event(const std::string& what,
                      const std::vector<std::string>& parts) {
  namespace event = protocol::event;
  if (what == "recording-started")
    return event::recording_started{parse_recording(parts)};
  if (what == "recording-consent-asked")
    return event::recording_consent_asked{parse_recording(parts)};
  if (what == "recording-stopped")
    return event::recording_stopped{protocol::recording_id{parts.at(0)},
                                    parts.at(1),
                                    std::chrono::milliseconds{90'000}};
  return std::nullopt;
}

} // namespace troupe::test
