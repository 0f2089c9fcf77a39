#pragma once

#include "net/base/bytes.hpp"
#include "net/base/transport_tuple.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

/// What a node says of itself before a link carries anything else. Both ends
/// write one as soon as TLS is up.
struct cluster_preface {
  /// The cluster's name. Nodes of other clusters are refused.
  std::string cluster;
  /// The node's name, unique in its cluster, and in its certificate's SAN.
  std::string node;
  /// A random number that a process draws at its start: a node that restarted
  /// has another.
  uint64_t incarnation = 0;
  /// The newest and the oldest level of the messages that it understands.
  uint16_t level = 0;
  uint16_t oldest_level = 0;
  /// Where it takes media from other nodes (UDP).
  socket_address media;
  /// Where it takes links; unspecified if it did not say so.
  socket_address listen;
  /// Milliseconds since 1970 by its clock, when the connection began; 0 if it
  /// did not say so.
  uint64_t wall_clock = 0;
};

/// The most octets of a preface, with its header.
constexpr size_t max_preface_size = 1024;

/// The most octets of a cluster's and of a node's name: that of a DNS name.
constexpr size_t max_node_name = 253;

/// Whether a cluster or a node may have this name: 1 to `max_node_name`
/// letters, digits, '.', '-' and '_'.
bool is_node_name(std::string_view name);

/// The preface as it is sent: magic "TRPC", format version, length of the rest,
/// and the fields. The names and numbers must be valid.
std::vector<uint8_t> write_preface(const cluster_preface& in);

/// Reads one preface from a stream of octets that comes in pieces. It is bad if
/// the magic or the format version differ, if it is longer than
/// `max_preface_size`, if a name is not valid, if the incarnation is 0, or if
/// the oldest level is above the level. Octets after the known fields are
/// ignored: later levels may append fields.
class preface_reader {
public:
  enum class state : uint8_t { more, done, bad };

  /// Takes octets, and returns how many belong to the preface; the rest is the
  /// link's.
  size_t read(byte_span in);

  state status() const {
    return state_;
  }

  /// Only when `done`.
  const cluster_preface& value() const {
    return value_;
  }

private:
  void parse();

  std::vector<uint8_t> octets_;
  cluster_preface value_;
  state state_ = state::more;
};

} // namespace troupe::net
