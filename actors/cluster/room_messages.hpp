#pragma once

#include "actors/cluster/chat_messages.hpp"
#include "actors/cluster/part_inspect.hpp"
#include "actors/cluster/relay_messages.hpp"

#include <caf/meta/type_name.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// What the replicas of one room tell each other, through the gateways of their
/// nodes. Each struct is frozen once released: news is a new message. They
/// contain ids and text, never handles, and are checked where they arrive.
namespace troupe::actors {

/// One change of a part.
struct wire_change {
  enum class what : uint8_t { set, remove, lock };

  /// A `what`.
  uint8_t kind = 0;
  /// For `set` the entry, whose payload is JSON (protocol/json/part_json.hpp);
  /// for `remove` its key alone.
  part_entry<std::string> entry;
  /// For `lock`.
  lock_register lock;
};

/// A piece of a node's whole part of a room.
struct room_snapshot {
  std::string room;
  part_snapshot<std::string> part;
};

/// Changes of a node's part of a room.
struct room_delta {
  std::string room;
  part_epoch epoch;
  uint64_t from = 0;
  std::vector<wire_change> changes;
};

/// A replica wants what follows this position of the receiver's part.
struct part_wanted {
  std::string room;
  part_position known;
};

/// The replica is gone: the node has no members in the room any more.
struct part_closed {
  std::string room;
  part_epoch epoch;
};

/// The loudest voices of a node, at most 16.
struct voices_heard {
  std::string room;
  std::vector<std::string> peers;
  std::vector<int8_t> levels; // dBov, as many
};

/// A command of a moderator, for a member of the receiver or for its whole part
/// of the room.
struct member_command {
  std::string room;
  /// "kick", "mute", "muteAll", "askToUnmute", "makeHost" or "end"; and of
  /// recordings "stopRecording" and "recordingStopped".
  std::string what;
  /// Of recordings the recording's id.
  std::string peer;
  /// The moderator; empty for the admin API.
  std::string by;
  /// "audio", "video" or empty; of "recordingStopped" the reason.
  std::string kind;
};

/// The keys with which the sender of this message will send media of the room,
/// and where it takes media.
struct open_trunk {
  std::string room;
  /// Of this message's sender. Another one replaces the trunk.
  uint64_t epoch = 0;
  std::string key;  // AEAD_AES_128_GCM: 16 octets
  std::string salt; // 12 octets
  std::string address;
  uint16_t port = 0;
  /// The upper 20 bits of all SSRCs that the sender of this message draws.
  uint32_t tag = 0;
  /// The first of 256 SSRCs with that tag, with which the receiver of this
  /// message sends RTCP that is about no stream of its own.
  uint32_t reporter = 0;
};

/// What the sender of this message wants of a producer on the receiver's node.
/// Replaces its former wish.
struct want_stream {
  std::string room;
  std::string producer;
  /// The highest encoding, or spatial layer of SVC, from 0; -1: none.
  int8_t highest = -1;
  /// For each encoding its SSRC, and that of its RTX if it has any, drawn by
  /// the receiver of the media. Always the same ones while the relay lives;
  /// none: the relay has ended, and its SSRCs are never used again.
  std::vector<uint32_t> ssrcs;
};

/// The stream cannot be sent: the producer is gone, or the SSRCs were used.
struct stream_refused {
  std::string room;
  std::string producer;
};

using room_message =
    std::variant<room_snapshot, room_delta, part_wanted, part_closed,
                 voices_heard, member_command, open_trunk, want_stream,
                 stream_refused, want_data, data_relay, data_credit,
                 data_relay_over, server_said, chat_told, chat_wanted>;

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, wire_change& x) {
  return f(caf::meta::type_name("troupe::wire_change"), x.kind, x.entry,
           x.lock);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, room_snapshot& x) {
  return f(caf::meta::type_name("troupe::room_snapshot"), x.room, x.part);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, room_delta& x) {
  return f(caf::meta::type_name("troupe::room_delta"), x.room, x.epoch, x.from,
           x.changes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, part_wanted& x) {
  return f(caf::meta::type_name("troupe::part_wanted"), x.room, x.known);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, part_closed& x) {
  return f(caf::meta::type_name("troupe::part_closed"), x.room, x.epoch);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, voices_heard& x) {
  return f(caf::meta::type_name("troupe::voices_heard"), x.room, x.peers,
           x.levels);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, member_command& x) {
  return f(caf::meta::type_name("troupe::member_command"), x.room, x.what,
           x.peer, x.by, x.kind);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, open_trunk& x) {
  return f(caf::meta::type_name("troupe::open_trunk"), x.room, x.epoch, x.key,
           x.salt, x.address, x.port, x.tag, x.reporter);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, want_stream& x) {
  return f(caf::meta::type_name("troupe::want_stream"), x.room, x.producer,
           x.highest, x.ssrcs);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stream_refused& x) {
  return f(caf::meta::type_name("troupe::stream_refused"), x.room, x.producer);
}

} // namespace troupe::actors
