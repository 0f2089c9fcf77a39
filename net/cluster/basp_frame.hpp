#pragma once

#include "net/base/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::net {

/// Why a link is closed because of what its peer sent.
enum class basp_fault : uint8_t {
  /// A header announces a payload of more than the limit.
  payload_too_long,
  /// A header has an operation that BASP does not have, or the frame lacks what
  /// that operation needs.
  malformed,
  /// A message that gateways never send each other: to a named actor, by way of
  /// other actors, with the handle of an actor in it, or one of CAF's own
  /// messages such as `exit_msg`.
  not_for_gateway,
  /// Messages come from too many actors. CAF keeps a proxy for each of them.
  too_many_senders,
};

constexpr size_t basp_fault_count = 4;

std::string_view to_string(basp_fault x);

/// The octets of a header of CAF 0.17's BASP.
constexpr size_t basp_header_size = 32;

/// The octets of a node id of CAF: the word "default" as an atom, a process id
/// and a hash of 20 octets.
constexpr size_t basp_node_size = 32;

/// The operations of BASP version 3, with CAF's numbers.
enum class basp_operation : uint8_t {
  server_handshake,
  client_handshake,
  direct_message,
  routed_message,
  monitor_message,
  down_message,
  heartbeat,
};

/// The flag of a message whose `dest` is the name of an actor.
constexpr uint8_t basp_named_receiver = 0x01;

/// The name under which CAF asks each new node for its spawn server.
constexpr uint64_t basp_spawn_server = 0x03dd'd66f'3376'adfb;

/// The header of a frame. On the wire: one octet for the operation, two of
/// padding, one for the flags, and the others as big-endian numbers.
struct basp_header {
  basp_operation operation = basp_operation::heartbeat;
  uint8_t flags = 0;
  uint32_t payload_size = 0;
  uint64_t operation_data = 0;
  uint64_t source = 0;
  uint64_t dest = 0;

  /// Whether it is a handshake, by which a node says its id.
  bool is_handshake() const {
    return operation == basp_operation::server_handshake
           || operation == basp_operation::client_handshake;
  }
};

/// The size of the payload that a header announces, whatever else it contains.
inline uint32_t read_basp_payload_size(byte_span header) {
  return load_u32(header.data() + 4);
}

/// Reads a header of `basp_header_size` octets. Returns nullopt unless all its
/// fields are such as CAF 0.17.6 writes them, the payload's size included.
std::optional<basp_header> read_basp_header(byte_span in);

/// The node id at the beginning of `in`, or an empty span if there is none.
byte_span read_basp_node(byte_span in);

/// Judges the payload of a direct message: a list of other receivers, the names
/// of the types, and the values. Returns nullopt if there are no other
/// receivers and all types are plain values, errors, or the program's own.
std::optional<basp_fault> check_basp_message(byte_span payload);

/// Judges the serialised reason of a down message in the same way.
std::optional<basp_fault> check_basp_reason(byte_span reason);

} // namespace troupe::net
