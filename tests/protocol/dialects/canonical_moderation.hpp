#pragma once

#include "protocol/json/json_codec.hpp"
#include "protocol/verbs/verbs.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

/// INTERNAL to canonical.cpp: what moderators do, as text.
namespace troupe::test {

/// "p7:bob:ann" names the moderator in the part after those of the event, and
/// "p7:bob:-" the server's operator; without that part nobody moderated.
inline std::optional<protocol::moderator>
parse_moderator(const std::vector<std::string>& parts, size_t at) {
  if (at >= parts.size())
    return std::nullopt;
  if (parts[at] == "-")
    return protocol::moderator{};
  return protocol::moderator{protocol::peer_id{parts[at]}};
}

/// Whether a word without value is among the words.
inline bool has_word(const std::vector<std::string>& words,
                     const std::string& x) {
  return std::find(words.begin(), words.end(), x) != words.end();
}

/// Returns nothing for an event that is not about moderation.
inline std::optional<protocol::any_event>
parse_moderation_event(const std::string& what,
                       const std::vector<std::string>& parts) {
  namespace event = protocol::event;
  const auto by = parse_moderator(parts, 1);
  const auto yes = parts.at(0) == "yes";
  if (what == "room-locked")
    return event::room_locked{yes, by};
  if (what == "host-changed")
    return event::host_changed{yes, by};
  if (what == "unmute-requested")
    return event::unmute_requested{
        protocol::parse_media_kind(parts.at(0)).value(), by.value()};
  if (what == "lobby-changed")
    return event::lobby_changed{yes, by};
  if (what == "lobby-list")
    return event::lobby_list{{{protocol::knock_id{parts.at(0)}, parts.at(1),
                               std::stoi(parts.at(2))}}};
  if (what == "lobby-entered")
    return event::lobby_entered{std::stoi(parts.at(0)), parts.at(1) == "yes",
                                parts.size() > 2 ? std::stoi(parts[2]) : 0};
  if (what == "lobby-message")
    return event::lobby_message{parts.at(0), by.value(),
                                parts.size() > 2 ? parts[2] : ""};
  if (what == "kicked")
    return event::kicked{protocol::room_id{parts.at(0)}, by};
  if (what == "room-closed")
    return event::room_closed{protocol::room_id{parts.at(0)}, by};
  return std::nullopt;
}

} // namespace troupe::test
