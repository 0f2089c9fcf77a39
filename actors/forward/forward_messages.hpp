#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/local_messages.hpp"
#include "net/base/strong_id.hpp"
#include "protocol/json/forward_request.hpp"
#include "protocol/verbs/rtp_parameters.hpp"
#include "protocol/verbs/wall_time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Messages between the server's operator and a room about forwards: a member's
/// media as plain RTP for a program such as ffmpeg (ADR 50).
namespace troupe::actors {

using forward_id = net::strong_id<struct forward_tag>;

/// What a forward sends of one kind, under one SSRC.
struct forward_track {
  protocol::media_kind kind = protocol::media_kind::audio;
  uint32_t ssrc = 0;
  /// The producer that is sent, and its codec; empty until there is one.
  producer_id producer = {};
  protocol::rtp_codec_parameters codec = {};
};

/// A forward as the operator sees it.
struct forward_info {
  forward_id id;
  room_id room;
  peer_id peer;
  /// Where audio goes to; see protocol::forward_port().
  net::socket_address to;
  protocol::wall_time started_at{};
  /// Grows when a track changes.
  uint32_t version = 1;
  /// One for each kind that was asked for, audio first.
  std::vector<forward_track> tracks = {};
};

/// The session description of a forward for the program that receives it. A
/// track without a producer has all codecs that one could have.
std::string to_sdp(const forward_info& x);

/// Starts a forward.
struct start_forward {
  protocol::forward_request what;
};

/// Asks for the forwards of a room.
struct list_forwards {};

struct forward_list {
  std::vector<forward_info> all;
};

/// Asks for one forward.
struct get_forward {
  forward_id which;
};

/// Asks for a key frame of its video.
struct refresh_forward {
  forward_id which;
};

/// Ends it.
struct stop_forward {
  forward_id which;
};

/// The forward of the request; nothing if there is none.
struct forward_found {
  std::optional<forward_info> what;
};

} // namespace troupe::actors
