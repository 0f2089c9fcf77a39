#include "net/sctp/sctp_gate.hpp"

#include "net/sctp/crc32c.hpp"
#include "net/sctp/sctp_types.hpp"

#include <algorithm>
#include <utility>

namespace troupe::net {

namespace type = sctp_chunk_type;

namespace {

// The parameters of INIT and INIT ACK.
constexpr uint16_t state_cookie = 7;
constexpr uint16_t supported_extensions = 0x8008;  // RFC 5061, section 4.2.7
constexpr uint16_t forward_tsn_supported = 0xc000; // RFC 3758, section 3.1

// The T bit of ABORT and SHUTDOWN COMPLETE: the tag is the one that the
// receiver of the packet sends with.
constexpr uint8_t reflected_tag = 0x01;

constexpr uint8_t our_extensions[] = {type::i_data, type::reconfig,
                                      type::forward_tsn, type::i_forward_tsn};

bool travels_alone(uint8_t x) {
  return x == type::init || x == type::init_ack || x == type::shutdown_complete;
}

uint32_t load_checksum(byte_span packet) {
  uint32_t out = 0;
  for (int i = 3; i >= 0; --i)
    out = (out << 8) | packet[8 + static_cast<size_t>(i)];
  return out;
}

} // namespace

std::optional<byte_span> sctp_gate::admit(byte_span packet, uint16_t port,
                                          time_point now) {
  cookie_ack_wanted_ = false;
  if (packet.size() < sctp_header_octets + 4
      || packet.size() > max_packet_octets || load_u16(&packet[0]) != sctp_port
      || load_u16(&packet[2]) != sctp_port
      || load_checksum(packet) != sctp_checksum(packet))
    return std::nullopt;
  const auto tag = load_u32(&packet[4]);
  out_.assign(sctp_header_octets, 0);
  store_u16(&out_[0], port);
  store_u16(&out_[2], port);
  store_u32(&out_[4], tag);
  auto rest = packet.subspan(sctp_header_octets);
  seen_chunks seen;
  for (bool first = true; !rest.empty(); first = false) {
    const auto x = take_sctp_chunk(rest);
    if (!x || !is_sound(*x) || (first && !expects(*x, tag)))
      return std::nullopt;
    if (travels_alone(x->type) && !(first && rest.empty()))
      return std::nullopt;
    if (x->type == type::init && !spend_init(now))
      return std::nullopt;
    const auto ruling = judge(*x, first, seen);
    if (ruling == verdict::refuse || (ruling == verdict::pass && !append(*x)))
      return std::nullopt;
  }
  admitted_tag_ = tag;
  if (out_.size() == sctp_header_octets)
    return byte_span{};
  return byte_span{out_};
}

bool sctp_gate::expects(const sctp_chunk& first, uint32_t tag) const {
  if (first.type == type::init)
    return side_ == side::passive && !connected_ && tag == 0;
  if (side_ == side::passive && !connected_)
    return first.type == type::cookie_echo && tag != 0;
  const bool reflected =
      (first.flags & reflected_tag) != 0
      && (first.type == type::abort || first.type == type::shutdown_complete);
  return local_tag_ != 0 && tag == (reflected ? peer_tag_ : local_tag_);
}

sctp_gate::verdict sctp_gate::judge(const sctp_chunk& x, bool first,
                                    seen_chunks& seen) {
  switch (x.type) {
    case type::data:
    case type::i_data:
    case type::heartbeat:
    case type::heartbeat_ack:
    case type::abort:
    case type::shutdown:
    case type::shutdown_ack:
    case type::shutdown_complete:
      return verdict::pass;
    case type::init:
      return verdict::pass; // checked above: alone and expected
    case type::init_ack:
    case type::cookie_ack:
      return side_ == side::active && !connected_ ? verdict::pass
                                                  : verdict::leave_out;
    case type::cookie_echo:
      if (!first || side_ == side::active)
        return verdict::refuse;
      if (!connected_)
        return verdict::pass;
      cookie_ack_wanted_ = true;
      return verdict::leave_out;
    case type::sack:
      return once(seen.sack);
    case type::reconfig:
      return once(seen.reconfig);
    case type::forward_tsn:
    case type::i_forward_tsn:
      return once(seen.forward_tsn);
    default:
      return verdict::leave_out;
  }
}

sctp_gate::verdict sctp_gate::once(bool& seen) {
  return std::exchange(seen, true) ? verdict::refuse : verdict::pass;
}

bool sctp_gate::append(const sctp_chunk& x) {
  if (x.type == type::init || x.type == type::init_ack)
    return append_init(x);
  // Error causes are only diagnostics; usrsctp need not parse them.
  append_octets(x.type, x.flags, x.type == type::abort ? byte_span{} : x.value);
  return true;
}

void sctp_gate::append_octets(uint8_t type, uint8_t flags, byte_span value) {
  const auto at = out_.size();
  out_.resize(at + 4 + pad_to_four(value.size()));
  out_[at] = type;
  out_[at + 1] = flags;
  store_u16(&out_[at + 2], static_cast<uint16_t>(4 + value.size()));
  std::copy(value.begin(), value.end(),
            out_.begin() + static_cast<ptrdiff_t>(at) + 4);
}

bool sctp_gate::append_init(const sctp_chunk& x) {
  constexpr size_t fixed_octets = 16;
  const auto at = out_.size();
  append_octets(x.type, 0, x.value.first(fixed_octets));
  auto rest = x.value.subspan(fixed_octets);
  bool has_cookie = false;
  size_t padding = 0; // of the last parameter
  const auto append_parameter = [&](uint16_t which, byte_span value) {
    append_octets(static_cast<uint8_t>(which >> 8), static_cast<uint8_t>(which),
                  value);
    padding = (4 - value.size() % 4) % 4;
  };
  while (!rest.empty()) {
    const auto p = take_sctp_parameter(rest);
    if (!p)
      return false;
    if (p->type == forward_tsn_supported) {
      append_parameter(p->type, {});
    } else if (p->type == supported_extensions) {
      std::vector<uint8_t> common;
      for (auto ours : our_extensions)
        if (std::find(p->value.begin(), p->value.end(), ours) != p->value.end())
          common.push_back(ours);
      append_parameter(p->type, common);
    } else if (p->type == state_cookie && x.type == type::init_ack
               && !std::exchange(has_cookie, true)) {
      append_parameter(p->type, p->value);
    }
  }
  // The chunk's length excludes its last parameter's padding (RFC 4960, section
  // 3.2).
  store_u16(&out_[at + 2], static_cast<uint16_t>(out_.size() - at - padding));
  return has_cookie || x.type == type::init;
}

bool sctp_gate::spend_init(time_point now) {
  if (!inits_since_ || now - *inits_since_ >= std::chrono::seconds{1}) {
    inits_since_ = now;
    inits_ = 0;
  }
  return ++inits_ <= inits_per_second;
}

std::vector<uint8_t> sctp_gate::cookie_ack() const {
  std::vector<uint8_t> out(sctp_header_octets + 4);
  store_u32(&out[4], peer_tag_);
  out[sctp_header_octets] = type::cookie_ack;
  out[sctp_header_octets + 3] = 4;
  return out;
}

void sctp_gate::note_sent(byte_span packet) {
  if (packet.size() < sctp_header_octets + 4)
    return;
  if (packet[sctp_header_octets] == type::init)
    local_tag_ = load_u32(packet.subspan(sctp_header_octets + 4).data());
  else if (packet[sctp_header_octets] != type::abort)
    peer_tag_ = load_u32(&packet[4]);
}

void sctp_gate::note_connected() {
  connected_ = true;
  if (side_ == side::passive)
    local_tag_ = admitted_tag_;
}

} // namespace troupe::net
