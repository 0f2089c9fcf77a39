#pragma once

#include "protocol/verbs/data_verbs.hpp"
#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/replies.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The JSON by which nodes of a cluster describe to each other who is in a
/// room, and what they send. Decoding applies the limits that hold for clients:
/// a node passes on what its clients said.
namespace troupe::protocol {

/// A member of a room on another node, but for its id.
struct described_member {
  std::string name;
  json_text device = {};
  /// How its id was made; see actors::join_room.
  bool named_by_client = false;
  bool derived = false;
  /// The right that its token grants or withholds; nothing if it says nothing.
  std::optional<bool> moderates = {};
  /// A host has made it a host.
  bool made_host = false;
  /// Orders the members by age: the oldest has the lowest.
  uint64_t rank = 0;
  /// The recording that its node makes of the room, if it makes one.
  std::optional<recording_info> recording = {};
  /// The recording in which it has agreed to be; empty if none.
  recording_id accepts = {};
  /// Its node tells it of recordings, as those of earlier versions do not.
  bool is_told_of_recordings = true;

  bool operator==(const described_member&) const = default;
};

/// A producer of media on another node, but for its id and its owner's.
struct described_producer {
  media_kind kind = media_kind::audio;
  bool paused = false;
  json_text app_data = {};
  /// "simple", "simulcast" or "svc".
  std::string type;
  rtp_parameters consumable;

  bool operator==(const described_producer&) const = default;
};

/// A data producer on another node, but for its id and its owner's.
struct described_data_producer {
  std::string label;
  std::string protocol;
  bool paused = false;
  json_text app_data = {};
  sctp_stream_parameters stream;

  bool operator==(const described_data_producer&) const = default;
};

std::string to_json(const described_member& x);
std::string to_json(const described_producer& x);
std::string to_json(const described_data_producer& x);

/// Errors: those of parse_json() and of json_codec.hpp.
checked<described_member> read_described_member(std::string_view json);
checked<described_producer> read_described_producer(std::string_view json);
checked<described_data_producer>
read_described_data_producer(std::string_view json);

} // namespace troupe::protocol
