#pragma once

#include "actors/base/ids.hpp"
#include "actors/forward/forward_messages.hpp"
#include "actors/recording/manifest.hpp"
#include "net/io/http/http_types.hpp"
#include "protocol/verbs/error.hpp"
#include "protocol/verbs/verbs.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The routes of the admin API. docs/openapi.json describes them; a test keeps
/// both in step.
namespace troupe::actors {

/// Path prefix of the API.
inline constexpr std::string_view admin_prefix = "/api/v1";

/// Octets of the longest body, except for messages to a room.
inline constexpr size_t max_admin_body = 1024;

/// Octets of the longest message to a room: the limit of data channels.
inline constexpr size_t max_admin_message = 262'144;

enum class admin_action : uint8_t {
  get_server_stats,
  get_cluster,
  list_rooms,
  get_room,
  close_room,
  lock_room,
  get_room_stats,
  send_to_room,
  list_peers,
  get_peer,
  kick_peer,
  mute_peer,
  get_peer_stats,
  explain_consumer,
  start_recording,
  stop_recording,
  list_recordings,
  list_room_recordings,
  get_recording,
  remove_recording,
  get_recording_file,
  start_forward,
  list_forwards,
  get_forward,
  get_forward_sdp,
  refresh_forward,
  stop_forward,
};

/// An operation of the API. Parts of the path in braces are parameters.
struct admin_route {
  std::string_view method;
  std::string_view path; // after the prefix
  admin_action action;
};

std::span<const admin_route> admin_routes();

/// A message that the server itself sends in a room.
struct admin_message {
  std::string label = "server";
  /// UTF-8, unless `binary`.
  std::string content;
  bool binary = false;
  std::vector<uint16_t> subchannels;
  std::optional<uint16_t> required_subchannel;
};

/// A parsed request.
struct admin_call {
  admin_action action = admin_action::get_server_stats;
  room_id room;
  peer_id peer;
  consumer_id consumer;
  /// For lock_room.
  bool locked = true;
  /// For mute_peer; both kinds if absent.
  std::optional<protocol::media_kind> kind;
  /// For start_recording.
  std::string title = {};
  /// For send_to_room.
  admin_message message = {};
  /// For stop_recording, get_recording, remove_recording and
  /// get_recording_file.
  recording_id recording = {};
  /// For get_recording_file; may be anything.
  std::string file = {};
  /// For start_forward, and for the other actions on one forward.
  protocol::forward_request forward = {};
  forward_id which_forward = {};
  /// For lists: the page size, and the room or recording after which the page
  /// begins.
  size_t limit = 100;
  std::string after;
};

/// An error as the API writes it: `{"error": {"code", "message"}}`.
net::http_response admin_error(unsigned status, std::string_view code,
                               std::string_view message);

/// The response to a request that the server, a room or a member refused.
net::http_response admin_error(const protocol::error& x);

/// Finds the route of a request below the prefix and reads its arguments.
/// Errors: 404 for an unknown path, 405 for another method, 413 for a body that
/// is too large, 400 for invalid arguments. HEAD is handled like GET.
std::variant<admin_call, net::http_response>
read_admin_call(const net::http_request& request);

} // namespace troupe::actors
