#include "net/sctp/sctp_chunk.hpp"

#include <algorithm>

namespace troupe::net {

namespace {

constexpr size_t tlv_header = 4;

// Only the length: the rest of a chunk and of a parameter differs.
std::optional<byte_span> take_tlv(byte_span& in) {
  if (in.size() < tlv_header)
    return std::nullopt;
  const auto length = load_u16(&in[2]);
  if (length < tlv_header || length > in.size())
    return std::nullopt;
  auto out = in.first(length);
  in = in.subspan(std::min(pad_to_four(length), in.size()));
  return out;
}

// RFC 4960, section 3.3.4: counts, then blocks of offsets, then duplicates.
bool is_sound_sack(byte_span x) {
  if (x.size() < 12)
    return false;
  const size_t blocks = load_u16(&x[8]);
  const size_t duplicates = load_u16(&x[10]);
  if (x.size() != 12 + 4 * (blocks + duplicates))
    return false;
  for (size_t i = 0; i < blocks; ++i) {
    const auto first = load_u16(&x[12 + 4 * i]);
    if (first == 0 || load_u16(&x[14 + 4 * i]) < first)
      return false;
  }
  return true;
}

// RFC 6525, section 4, without the parameter that resets the whole association.
bool is_sound_reconfig_parameter(const sctp_parameter& x) {
  const auto size = x.value.size();
  switch (x.type) {
    case 13: // outgoing SSN reset
      return size >= 12 && size % 2 == 0;
    case 14: // incoming SSN reset
      return size >= 4 && size % 2 == 0;
    case 16: // response
      return size == 8 || size == 16;
    case 17: // add outgoing streams
    case 18: // add incoming streams
      return size == 8;
    default:
      return false;
  }
}

bool is_sound_reconfig(byte_span in) {
  int count = 0;
  while (!in.empty()) {
    const auto x = take_sctp_parameter(in);
    if (!x || !is_sound_reconfig_parameter(*x))
      return false;
    ++count;
  }
  return count == 1 || count == 2;
}

// RFC 4960, section 3.3.5: one parameter, Heartbeat Info.
bool is_sound_heartbeat(byte_span in) {
  const auto x = take_sctp_parameter(in);
  return x && x->type == 1 && in.empty();
}

// RFC 4960, section 3.3.2. The parameters after the fixed part are checked
// elsewhere.
bool is_sound_init(byte_span x) {
  constexpr uint32_t least_window = 1500;
  return x.size() >= 16 && load_u32(&x[0]) != 0
         && load_u32(&x[4]) >= least_window && load_u16(&x[8]) != 0
         && load_u16(&x[10]) != 0;
}

} // namespace

std::optional<sctp_chunk> take_sctp_chunk(byte_span& in) {
  const auto x = take_tlv(in);
  if (!x)
    return std::nullopt;
  return sctp_chunk{(*x)[0], (*x)[1], x->subspan(tlv_header)};
}

std::optional<sctp_parameter> take_sctp_parameter(byte_span& in) {
  const auto x = take_tlv(in);
  if (!x)
    return std::nullopt;
  return sctp_parameter{load_u16(x->data()), x->subspan(tlv_header)};
}

bool is_sound(const sctp_chunk& x) {
  const auto size = x.value.size();
  switch (x.type) {
    case sctp_chunk_type::data:
      return size > 12;
    case sctp_chunk_type::i_data:
      return size > 16;
    case sctp_chunk_type::init:
    case sctp_chunk_type::init_ack:
      return is_sound_init(x.value);
    case sctp_chunk_type::sack:
      return is_sound_sack(x.value);
    case sctp_chunk_type::heartbeat:
    case sctp_chunk_type::heartbeat_ack:
      return is_sound_heartbeat(x.value);
    case sctp_chunk_type::shutdown:
      return size == 4;
    case sctp_chunk_type::shutdown_ack:
    case sctp_chunk_type::shutdown_complete:
    case sctp_chunk_type::cookie_ack:
      return size == 0;
    case sctp_chunk_type::cookie_echo:
      return size != 0;
    case sctp_chunk_type::reconfig:
      return is_sound_reconfig(x.value);
    case sctp_chunk_type::forward_tsn:
      return size >= 4 && size % 4 == 0;
    case sctp_chunk_type::i_forward_tsn:
      return size >= 4 && (size - 4) % 8 == 0;
    default:
      return true;
  }
}

} // namespace troupe::net
