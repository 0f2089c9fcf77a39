#include "net/cluster/basp_frame.hpp"

#include <algorithm>
#include <array>

namespace troupe::net {

namespace {

// caf::io::basp::version
constexpr uint64_t basp_version = 3;

// The flag of a client's second handshake: it selects this connection.
constexpr uint8_t select_connection = 0x02;

// The word "default" as an atom: CAF's usual kind of node id.
constexpr uint64_t default_node = 0x0000'3e9a'ab9b'ac79;

// The fewest octets of a message: no receivers, no types.
constexpr size_t min_message = 7; // 0, 0 0, 3, "@<>"

// The most octets of the names of a message's types.
constexpr size_t max_type_names = 4096;

constexpr std::string_view error_type = "@error";

// All names of CAF's own types begin with '@'. These hold no handle of an
// actor, and CAF does not act on them by itself.
constexpr std::array<std::string_view, 15> plain_types = {
    "@i8",     "@i16",    "@i32",      "@i64",       "@u8",
    "@u16",    "@u32",    "@u64",      "@str",       "@unit",
    "@strvec", "@strset", "@timespan", "@timestamp", "@ldouble"};

bool is_plain(std::string_view type) {
  if (type.empty())
    return false;
  return type.front() != '@' || std::ranges::count(plain_types, type) > 0;
}

// The names of the types that follow, as CAF writes them: "@<>+first+second".
// Without the leading "@<>"; nullopt if malformed.
std::optional<std::string_view> read_type_names(byte_reader& in) {
  if (in.u16() != 0)
    return std::nullopt;
  // Seven bits in each octet, the lowest first.
  size_t size = 0;
  uint8_t octet = 0x80;
  for (int shift = 0; (octet & 0x80) != 0; shift += 7) {
    if (shift > 7 || in.failed())
      return std::nullopt;
    octet = in.u8();
    size |= size_t{octet & 0x7fu} << shift;
  }
  if (size > max_type_names)
    return std::nullopt;
  const auto text = as_text(in.bytes(size));
  constexpr std::string_view prefix = "@<>";
  if (in.failed() || !text.starts_with(prefix))
    return std::nullopt;
  return text.substr(prefix.size());
}

// Judges a message from the names of its types on.
std::optional<basp_fault> check_plain(byte_reader& in) {
  auto names = read_type_names(in);
  if (!names)
    return basp_fault::malformed;
  while (!names->empty()) {
    if (names->front() != '+')
      return basp_fault::malformed;
    names->remove_prefix(1);
    const auto type = names->substr(0, names->find('+'));
    if (!is_plain(type))
      return basp_fault::not_for_gateway;
    names->remove_prefix(type.size());
  }
  return std::nullopt;
}

// An error is a code, a category and a message: its context.
std::optional<basp_fault> check_error(byte_reader& in) {
  in.skip(sizeof(uint8_t) + sizeof(uint64_t));
  return check_plain(in);
}

bool fields_fit(const basp_header& x) {
  const bool no_actors = x.source == 0 && x.dest == 0;
  const bool no_data = x.operation_data == 0;
  switch (x.operation) {
    case basp_operation::server_handshake:
      return x.flags == 0 && no_actors && x.operation_data == basp_version
             && x.payload_size > basp_node_size;
    case basp_operation::client_handshake:
      return (x.flags & ~select_connection) == 0 && no_actors && no_data
             && x.payload_size == basp_node_size;
    case basp_operation::direct_message:
      return (x.flags & ~basp_named_receiver) == 0 && x.dest != 0
             && x.payload_size >= min_message;
    case basp_operation::routed_message:
      return x.dest != 0 && x.payload_size > 0;
    case basp_operation::monitor_message:
      return x.flags == 0 && no_data && x.source == 0 && x.dest != 0
             && x.payload_size == 2 * basp_node_size;
    case basp_operation::down_message:
      return x.flags == 0 && no_data && x.source != 0 && x.dest == 0
             && x.payload_size > 2 * basp_node_size;
    case basp_operation::heartbeat:
      return x.flags == 0 && no_data && no_actors && x.payload_size == 0;
  }
  return false;
}

} // namespace

std::string_view to_string(basp_fault x) {
  switch (x) {
    case basp_fault::payload_too_long:
      return "payload_too_long";
    case basp_fault::malformed:
      return "malformed";
    case basp_fault::not_for_gateway:
      return "not_for_gateway";
    case basp_fault::too_many_senders:
      return "too_many_senders";
  }
  return "unknown";
}

std::optional<basp_header> read_basp_header(byte_span in) {
  byte_reader reader{in};
  basp_header out;
  const auto operation = reader.u8();
  const auto padding = reader.u16();
  out.flags = reader.u8();
  out.payload_size = reader.u32();
  out.operation_data = reader.u64();
  out.source = reader.u64();
  out.dest = reader.u64();
  if (reader.failed() || padding != 0
      || operation > static_cast<uint8_t>(basp_operation::heartbeat))
    return std::nullopt;
  out.operation = static_cast<basp_operation>(operation);
  if (!fields_fit(out))
    return std::nullopt;
  return out;
}

byte_span read_basp_node(byte_span in) {
  if (in.size() < basp_node_size || load_u64(in.data()) != default_node)
    return {};
  return in.first(basp_node_size);
}

std::optional<basp_fault> check_basp_message(byte_span payload) {
  byte_reader in{payload};
  if (in.u8() != 0)
    return basp_fault::not_for_gateway;
  auto ahead = in;
  const auto names = read_type_names(ahead);
  if (names && names->starts_with('+') && names->substr(1) == error_type)
    return check_error(ahead);
  return check_plain(in);
}

std::optional<basp_fault> check_basp_reason(byte_span reason) {
  byte_reader in{reason};
  return check_error(in);
}

} // namespace troupe::net
