#pragma once

#include "actors/ids.hpp"
#include "net/io/http_types.hpp"
#include "protocol/verbs.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the admin API understands, described for others in
/// docs/openapi.json: a test holds that file and these routes together.
namespace troupe::actors {

/// Where the API lives.
inline constexpr std::string_view admin_prefix = "/api/v1";

/// Octets of the longest body that is read, but for a message's.
inline constexpr size_t max_admin_body = 1024;

/// Octets of the longest message to a room: what data channels carry.
inline constexpr size_t max_admin_message = 262'144;

enum class admin_action : uint8_t {
  get_server_stats,
  list_rooms,
  get_room,
  close_room,
  lock_room,
  get_room_stats,
  say_in_room,
  list_peers,
  get_peer,
  kick_peer,
  mute_peer,
  get_peer_stats,
  explain_consumer,
};

/// One thing that can be asked. Parts of the path in braces stand for a name.
struct admin_route {
  std::string_view method;
  std::string_view path; // after the prefix
  admin_action action;
};

std::span<const admin_route> admin_routes();

/// What the server itself is to say.
struct admin_message {
  std::string label = "server";
  /// UTF-8, unless it is binary.
  std::string content;
  bool binary = false;
  std::vector<uint16_t> subchannels;
  std::optional<uint16_t> required_subchannel;
};

/// A request that has been understood.
struct admin_call {
  admin_action action = admin_action::get_server_stats;
  room_id room;
  peer_id peer;
  consumer_id consumer;
  /// Of lock_room.
  bool locked = true;
  /// Of mute_peer; both kinds where absent.
  std::optional<protocol::media_kind> kind;
  /// Of say_in_room.
  admin_message message = {};
  /// Of list_rooms: how many at most, and the room after which to begin.
  size_t limit = 100;
  std::string after;
};

/// An error as the API writes it: `{"error": {"code", "message"}}`.
net::http_response admin_error(unsigned status, std::string_view code,
                               std::string_view message);

/// Finds the route of a request below the prefix, and reads what it takes.
/// Refusals: 404 for no such path, 405 for another method, 413 for a body too
/// large, 400 for one that is not understood. GET stands for HEAD as well.
std::variant<admin_call, net::http_response>
read_admin_call(const net::http_request& request);

} // namespace troupe::actors
