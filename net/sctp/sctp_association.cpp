#include "net/sctp/sctp_association.hpp"

#include "net/base/assert.hpp"
#include "net/sctp/crc32c.hpp"
#include "net/sctp/dcep.hpp"

#include <arpa/inet.h>
#include <usrsctp.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace troupe::net {

namespace {

// The longest message, and memory for usrsctp's own bookkeeping.
constexpr int send_buffer_octets = 256 * 1024 + 4096;

// usrsctp limits octets only, but uses a third of a KB for the shortest
// message.
constexpr size_t max_messages_under_way = 1024;

// usrsctp delivers messages longer than half of this in parts. A peer that
// respects our maximum message size never sends such a message.
constexpr int receive_buffer_octets = 3 * 256 * 1024;

// usrsctp's MTU excludes the packet's common header.
constexpr uint32_t path_mtu = sctp_max_packet_octets - sctp_header_octets;

int on_receive(struct socket*, union sctp_sockstore, void* data, size_t size,
               struct sctp_rcvinfo info, int flags, void* user) {
  auto* to = static_cast<sctp_association*>(user);
  if (data && to) {
    const byte_span octets{static_cast<const uint8_t*>(data), size};
    if (flags & MSG_NOTIFICATION)
      to->take_notification(octets);
    else
      to->take_data(octets, info, (flags & MSG_EOR) != 0);
  }
  std::free(data);
  return 1;
}

int on_writable(struct socket*, uint32_t free_octets, void* user) {
  if (user)
    static_cast<sctp_association*>(user)->take_free_octets(free_octets);
  return 1;
}

template <class T>
bool set_option(struct socket* to, int name, const T& value,
                int level = IPPROTO_SCTP) {
  return usrsctp_setsockopt(to, level, name, &value, sizeof(value)) == 0;
}

sockaddr_conn make_address(uint16_t port) {
  sockaddr_conn out{};
  out.sconn_family = AF_CONN;
  out.sconn_port = htons(port);
  out.sconn_addr = usrsctp_library::address();
  return out;
}

// usrsctp's header lacks this socket option.
constexpr int interleaving_supported = 0x00001206;

} // namespace

std::string_view to_string(sctp_state state) {
  switch (state) {
    case sctp_state::fresh:
      return "new";
    case sctp_state::connecting:
      return "connecting";
    case sctp_state::connected:
      return "connected";
    case sctp_state::failed:
      return "failed";
    case sctp_state::closed:
      return "closed";
  }
  return "invalid";
}

sctp_association::sctp_association(sctp_association_id id, sctp_outbox& out)
    : id_(id)
    , out_(out) {}

sctp_association::~sctp_association() {
  TROUPE_ASSERT(!socket_);
}

// -- the socket ---------------------------------------------------------------

bool sctp_association::make_socket(usrsctp_library& library) {
  port_ = library.claim_port(this);
  if (port_ == 0)
    return false;
  // One-to-many style, so that an incoming association needs no new socket.
  socket_ = usrsctp_socket(AF_CONN, SOCK_SEQPACKET, IPPROTO_SCTP, on_receive,
                           on_writable, 0, this);
  if (socket_ && set_options()) {
    auto address = make_address(port_);
    if (usrsctp_bind(socket_, reinterpret_cast<sockaddr*>(&address),
                     sizeof(address))
        == 0)
      return true;
  }
  release_socket(library);
  return false;
}

bool sctp_association::set_options() {
  const linger abort_on_close{1, 0};
  sctp_paddrparams path{};
  path.spp_address.ss_family = AF_CONN;
  path.spp_flags = SPP_PMTUD_DISABLE | SPP_HB_DISABLE;
  path.spp_pathmtu = path_mtu;
  const sctp_assoc_value resets{SCTP_ALL_ASSOC, SCTP_ENABLE_RESET_STREAM_REQ};
  sctp_initmsg streams{};
  streams.sinit_num_ostreams = sctp_max_streams;
  streams.sinit_max_instreams = sctp_max_streams;
  const uint32_t whole = receive_buffer_octets;
  const int on = 1;
  const int interleave = 2;
  const sctp_assoc_value interleaving{SCTP_FUTURE_ASSOC, 1};
  if (usrsctp_set_non_blocking(socket_, 1) != 0
      || !set_option(socket_, SO_LINGER, abort_on_close, SOL_SOCKET)
      || !set_option(socket_, SO_SNDBUF, send_buffer_octets, SOL_SOCKET)
      || !set_option(socket_, SO_RCVBUF, receive_buffer_octets, SOL_SOCKET)
      || !set_option(socket_, SCTP_PARTIAL_DELIVERY_POINT, whole)
      || !set_option(socket_, SCTP_PEER_ADDR_PARAMS, path)
      || !set_option(socket_, SCTP_ENABLE_STREAM_RESET, resets)
      || !set_option(socket_, SCTP_INITMSG, streams)
      || !set_option(socket_, SCTP_NODELAY, on)
      || !set_option(socket_, SCTP_FRAGMENT_INTERLEAVE, interleave)
      || !set_option(socket_, interleaving_supported, interleaving))
    return false;
  for (uint16_t kind : {SCTP_ASSOC_CHANGE, SCTP_STREAM_RESET_EVENT,
                        SCTP_SHUTDOWN_EVENT, SCTP_SENDER_DRY_EVENT})
    if (!set_option(socket_, SCTP_EVENT,
                    ::sctp_event{SCTP_FUTURE_ASSOC, kind, 1}))
      return false;
  return true;
}

void sctp_association::release_socket(usrsctp_library& library) {
  if (socket_) {
    usrsctp_set_ulpinfo(socket_, nullptr);
    usrsctp_close(socket_);
    socket_ = nullptr;
  }
  if (port_ != 0)
    library.release_port(port_);
  port_ = 0;
  set_buffered(0);
  closing_.clear();
  resets_under_way_ = 0;
}

void sctp_association::connect(usrsctp_library& library) {
  if (state_ != sctp_state::fresh)
    return;
  gate_ = sctp_gate{sctp_gate::side::active};
  auto address = make_address(0);
  if (make_socket(library)) {
    address.sconn_port = htons(port_);
    const auto done = usrsctp_connect(
        socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    if (done == 0 || errno == EINPROGRESS)
      return set_state(sctp_state::connecting);
  }
  release_socket(library);
  set_state(sctp_state::failed);
}

void sctp_association::abort(usrsctp_library& library) {
  release_socket(library);
  state_ = sctp_state::closed;
}

void sctp_association::finish(usrsctp_library& library) {
  if (too_long_)
    over_ = true;
  if (over_ && socket_) {
    release_socket(library);
    set_state(too_long_ ? sctp_state::failed : sctp_state::closed);
  }
  if (!socket_)
    return;
  for (auto x : std::exchange(acks_due_, {})) {
    const uint8_t ack[] = {dcep_ack};
    send(x, sctp_ppid::dcep, ack, {});
  }
  for (auto x : std::exchange(resets_due_, {}))
    reset_stream(x);
}

void sctp_association::set_state(sctp_state x) {
  if (state_ == x || state_ == sctp_state::failed
      || state_ == sctp_state::closed)
    return;
  state_ = x;
  emit(sctp_state_change{x});
}

// -- packets ------------------------------------------------------------------

void sctp_association::handle_packet(byte_span packet, usrsctp_library& library,
                                     time_point now) {
  if (state_ == sctp_state::failed || state_ == sctp_state::closed)
    return;
  ++out_.stats.packets_received;
  // Before there is a port, only the peer's INIT is admitted; its ports are
  // written below.
  auto admitted = gate_.admit(packet, port_, now);
  if (!admitted) {
    ++out_.stats.packets_refused;
    return;
  }
  if (gate_.cookie_ack_wanted())
    take_packet(gate_.cookie_ack());
  if (admitted->empty())
    return;
  std::vector<uint8_t> first;
  if (!socket_) {
    if (!make_socket(library) || usrsctp_listen(socket_, 1) != 0) {
      release_socket(library);
      return set_state(sctp_state::failed);
    }
    set_state(sctp_state::connecting);
    first.assign(admitted->begin(), admitted->end());
    store_u16(&first[0], port_);
    store_u16(&first[2], port_);
    admitted = byte_span{first};
  }
  usrsctp_conninput(usrsctp_library::address(), admitted->data(),
                    admitted->size(), 0);
  finish(library);
}

void sctp_association::take_packet(byte_span packet) {
  gate_.note_sent(packet);
  std::vector<uint8_t> out{packet.begin(), packet.end()};
  store_u16(&out[0], sctp_port);
  store_u16(&out[2], sctp_port);
  auto checksum = sctp_checksum(out);
  for (size_t i = 8; i < 12; ++i, checksum >>= 8)
    out[i] = static_cast<uint8_t>(checksum);
  ++out_.stats.packets_sent;
  out_.packets.push_back({id_, std::move(out)});
}

// -- messages -----------------------------------------------------------------

void sctp_association::take_data(byte_span data, const sctp_rcvinfo& info,
                                 bool whole) {
  if (!whole || data.size() > sctp_max_message_octets || too_long_) {
    if (!std::exchange(too_long_, true))
      ++out_.stats.messages_refused;
    return;
  }
  const auto ppid = static_cast<sctp_ppid>(ntohl(info.rcv_ppid));
  if (ppid == sctp_ppid::dcep)
    return take_dcep(info.rcv_sid, data);
  ++out_.stats.messages_received;
  if (ppid == sctp_ppid::string_empty || ppid == sctp_ppid::binary_empty)
    data = {};
  out_.messages.push_back(
      {id_, info.rcv_sid, ppid,
       std::make_shared<const std::vector<uint8_t>>(data.begin(), data.end())});
}

void sctp_association::take_dcep(sctp_stream_id stream, byte_span message) {
  if (auto x = parse_dcep_open(message)) {
    acks_due_.push_back(stream);
    emit(sctp_channel_opened{stream, x->reliability, std::move(x->label),
                             std::move(x->protocol)});
  }
}

sctp_send_result sctp_association::send(sctp_stream_id stream, sctp_ppid ppid,
                                        byte_span octets,
                                        const sctp_reliability& how) {
  if (state_ != sctp_state::connected || stream >= outgoing_streams_
      || octets.size() > sctp_max_message_octets)
    return sctp_send_result::refused;
  if (auto i = closing_.find(stream);
      i != closing_.end() && i->second.outgoing_asked)
    return sctp_send_result::refused;
  if (sent_.size() >= max_messages_under_way) {
    send_blocked_ = true;
    return sctp_send_result::would_block;
  }
  // SCTP cannot send an empty message (RFC 8831, section 6.6).
  static constexpr uint8_t stand_in[] = {0};
  if (octets.empty()) {
    octets = stand_in;
    if (ppid == sctp_ppid::string)
      ppid = sctp_ppid::string_empty;
    else if (ppid == sctp_ppid::binary)
      ppid = sctp_ppid::binary_empty;
  }
  sctp_sendv_spa spa{};
  spa.sendv_flags = SCTP_SEND_SNDINFO_VALID;
  spa.sendv_sndinfo.snd_sid = stream;
  spa.sendv_sndinfo.snd_flags = how.ordered ? 0 : SCTP_UNORDERED;
  spa.sendv_sndinfo.snd_ppid = htonl(static_cast<uint32_t>(ppid));
  spa.sendv_sndinfo.snd_assoc_id = usrsctp_id_;
  if (!how.reliable()) {
    spa.sendv_flags |= SCTP_SEND_PRINFO_VALID;
    spa.sendv_prinfo.pr_policy =
        how.max_retransmits ? SCTP_PR_SCTP_RTX : SCTP_PR_SCTP_TTL;
    // With a lifetime of 0 the message would never be sent.
    spa.sendv_prinfo.pr_value =
        how.max_retransmits
            ? *how.max_retransmits
            : std::max<uint16_t>(*how.max_packet_lifetime_ms, 1);
  }
  const auto before = buffered_;
  const auto sent =
      usrsctp_sendv(socket_, octets.data(), octets.size(), nullptr, 0, &spa,
                    sizeof(spa), SCTP_SENDV_SPA, 0);
  if (sent < 0) {
    if (errno != EWOULDBLOCK && errno != EAGAIN && errno != ENOBUFS)
      return sctp_send_result::refused;
    send_blocked_ = true;
    return sctp_send_result::would_block;
  }
  ++out_.stats.messages_sent;
  sent_.push_back({stream, octets.size()});
  sent_octets_ += octets.size();
  sent_by_stream_[stream] += octets.size();
  set_buffered(before + octets.size());
  return sctp_send_result::sent;
}

void sctp_association::take_free_octets(size_t free_octets) {
  constexpr size_t most = send_buffer_octets;
  set_buffered(most - std::min(free_octets, most));
  if (send_blocked_ && buffered_ < most / 2
      && sent_.size() < max_messages_under_way / 2) {
    send_blocked_ = false;
    emit(sctp_writable{});
  }
}

// usrsctp reports only the free octets of the whole buffer, so assume that
// messages are completed in the order in which they were sent.
void sctp_association::set_buffered(size_t octets) {
  buffered_ = octets;
  while (!sent_.empty() && sent_octets_ - sent_.front().octets >= octets) {
    const auto& x = sent_.front();
    sent_octets_ -= x.octets;
    auto i = sent_by_stream_.find(x.stream);
    if ((i->second -= x.octets) == 0)
      sent_by_stream_.erase(i);
    sent_.pop_front();
  }
}

size_t sctp_association::buffered_octets(sctp_stream_id stream) const {
  const auto i = sent_by_stream_.find(stream);
  return i == sent_by_stream_.end() ? 0 : i->second;
}

// -- notifications ------------------------------------------------------------

void sctp_association::take_notification(byte_span octets) {
  if (octets.size() < sizeof(sctp_notification::sn_header))
    return;
  const auto& x = *reinterpret_cast<const sctp_notification*>(octets.data());
  switch (x.sn_header.sn_type) {
    case SCTP_ASSOC_CHANGE:
      take_change(x.sn_assoc_change);
      break;
    case SCTP_STREAM_RESET_EVENT:
      take_reset(x.sn_strreset_event, octets);
      break;
    case SCTP_SENDER_DRY_EVENT:
      take_free_octets(send_buffer_octets);
      break;
    case SCTP_SHUTDOWN_EVENT:
      over_ = true;
      break;
    default:
      break;
  }
}

void sctp_association::take_change(const sctp_assoc_change& x) {
  switch (x.sac_state) {
    case SCTP_COMM_UP:
      usrsctp_id_ = x.sac_assoc_id;
      outgoing_streams_ = x.sac_outbound_streams;
      gate_.note_connected();
      ++out_.stats.associations_connected;
      set_state(sctp_state::connected);
      break;
    case SCTP_CANT_STR_ASSOC:
      set_state(sctp_state::failed);
      over_ = true;
      break;
    default: // lost or shut down; the gate refuses restarts
      over_ = true;
      break;
  }
}

void sctp_association::take_reset(const sctp_stream_reset_event& x,
                                  byte_span octets) {
  const auto listed = octets.subspan(sizeof(x));
  const bool incoming =
      (x.strreset_flags & SCTP_STREAM_RESET_INCOMING_SSN) != 0;
  for (size_t i = 0; i + 1 < listed.size(); i += 2) {
    uint16_t stream;
    std::memcpy(&stream, &listed[i], sizeof(stream));
    note_reset(stream, incoming);
  }
  if (listed.empty())
    for (uint16_t stream = 0; stream < outgoing_streams_; ++stream)
      note_reset(stream, incoming);
}

void sctp_association::note_reset(sctp_stream_id stream, bool incoming) {
  if (stream >= sctp_max_streams)
    return;
  auto& x = closing_[stream];
  if (!incoming) {
    // A reset that was refused or failed is over, too: it is not retried.
    if (x.outgoing_asked && !std::exchange(x.outgoing_done, true))
      --resets_under_way_;
  } else if (!std::exchange(x.incoming_done, true)) {
    emit(sctp_stream_reset{stream});
    if (!x.outgoing_asked)
      resets_due_.push_back(stream);
  }
  settle(stream);
}

void sctp_association::settle(sctp_stream_id stream) {
  const auto i = closing_.find(stream);
  if (i == closing_.end())
    return;
  const auto& x = i->second;
  if (x.outgoing_done && x.incoming_done) {
    closing_.erase(i);
    emit(sctp_stream_closed{stream});
  } else if (!x.outgoing_asked && !x.outgoing_done && !x.incoming_done) {
    closing_.erase(i);
  }
}

void sctp_association::reset_stream(sctp_stream_id stream) {
  if (state_ != sctp_state::connected || stream >= sctp_max_streams)
    return;
  auto& x = closing_[stream];
  if (x.outgoing_asked)
    return;
  x.outgoing_asked = true;
  ++resets_under_way_;
  ask_reset(stream);
}

void sctp_association::ask_reset(sctp_stream_id stream) {
  struct {
    sctp_assoc_t association;
    uint16_t flags;
    uint16_t count;
    uint16_t stream;
  } request{usrsctp_id_, SCTP_STREAM_RESET_OUTGOING, 1, stream};
  if (set_option(socket_, SCTP_RESET_STREAMS, request))
    return;
  // The stream does not exist, or the peer does not support resets.
  auto& x = closing_[stream];
  x.outgoing_done = true;
  x.incoming_done = true;
  --resets_under_way_;
  settle(stream);
}

bool sctp_association::is_free(sctp_stream_id stream) const {
  if (stream >= sctp_max_streams
      || (state_ == sctp_state::connected && stream >= outgoing_streams_))
    return false;
  return !closing_.contains(stream);
}

} // namespace troupe::net
