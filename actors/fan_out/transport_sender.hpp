#pragma once

#include "actors/fan_out/datagram_batcher.hpp"
#include "actors/fan_out/packet_sender.hpp"
#include "net/base/prefetch.hpp"
#include "net/srtp/srtp_session.hpp"
#include "net/webrtc_transport.hpp"
#include "rtp/send/egress.hpp"
#include "rtp/send/forwarder.hpp"

namespace troupe::actors {

/// Statistics of the sending half of a transport. Those of a packet_sender are
/// its own.
struct sender_stats {
  rtp::egress_stats egress;
  /// In protected sizes: all traffic, and the RTP in it.
  net::traffic sent;
  net::traffic rtp_sent;
};

/// The sending half of one transport: numbers, stamps and protects what its
/// consumers and its own feedback have queued. Single-threaded. It is separate
/// from the receiving half, and next to the senders that get the same media.
class transport_sender {
public:
  /// Sets the keys to protect with; null once DTLS is over.
  void set_srtp(std::shared_ptr<net::srtp_sender> x) {
    exhausted_ = exhausted();
    srtp_ = std::move(x);
  }

  /// Sets where packets go; nothing while there is no path to the client.
  void set_path(const std::optional<net::transport_tuple>& x) {
    path_ = x;
  }

  /// Sends through `x` in place of SRTP and the path.
  void set_plain(std::shared_ptr<packet_sender> x) {
    plain_ = std::move(x);
  }

  /// Sends nothing from now on.
  void close() {
    set_srtp(nullptr);
    set_plain(nullptr);
  }

  /// Whether anything can be sent. What is queued while it cannot is dropped.
  bool writable() const {
    return (srtp_ && path_) || plain_;
  }

  /// Whether it sends through a packet_sender.
  bool plain() const {
    return plain_ != nullptr;
  }

  void queue_media(rtp::outgoing_batch&& batch, net::time_point now) {
    egress_.handle_batch(std::move(batch), now);
  }

  void queue_rtcp(std::vector<uint8_t> compound) {
    rtcp_.push_back(std::move(compound));
  }

  /// The numbers with which a stream was last sent here; nothing if the keys
  /// have never been used for it.
  rtp::numbers_used used_by(const rtp::forwarder& stream) const;

  /// The stream has ended: drops its waiting packets, and makes SRTP release
  /// the state of its SSRCs. They must never be used here again.
  void end(const rtp::forwarder& stream);

  /// The same for one SSRC with which only RTCP is sent.
  void end(rtp::ssrc source);

  /// Drops the waiting packets of a stream that another forwarder continues:
  /// its numbers go on.
  void interrupt(const rtp::forwarder& stream);

  /// Packets that SRTP refused for lack of space or at the end of its key.
  uint64_t exhausted() const {
    return exhausted_ + (srtp_ ? srtp_->exhausted() : 0);
  }

  /// Prefetches the memory that queue_media() and flush() access.
  void prefetch() const {
    net::prefetch(this, egress_.hot_end());
  }

  /// The octets that a packet may touch, from the beginning of this object.
  size_t hot_octets() const {
    return static_cast<size_t>(egress_.hot_end()
                               - reinterpret_cast<const uint8_t*>(this));
  }

  /// Call it after prefetch(): prefetches what queue_media() will touch behind
  /// that.
  void prefetch_queue(rtp::media_kind kind) const {
    egress_.prefetch_queue(kind);
  }

  /// Call it after queue_media(): prefetches what flush() will touch.
  void prefetch_more() const {
    egress_.prefetch_more();
    if (srtp_)
      srtp_->prefetch();
  }

  /// Call it shortly before flush(): prefetches what SRTP knows of the next
  /// packet's source.
  void prefetch_source() const {
    if (!srtp_)
      return;
    if (auto x = egress_.next_source())
      srtp_->prefetch_source(rtp::value(*x));
  }

  /// Protects all that waits into `out`, as sent at `now`; or sends it, by the
  /// packet_sender. `coalesces`: few messages count for more than the last
  /// millisecond of delay, see rtp::egress::put_audio_last().
  void flush(datagram_batcher& out, net::time_point now, bool coalesces);

  /// Protects the audio and the RTCP that wait, and leaves video and
  /// retransmissions.
  void flush_urgent(datagram_batcher& out, net::time_point now);

  /// Protects the audio that waits, and at most `most` packets of video and
  /// retransmissions. Returns how many of these: fewer than `most` if no more
  /// can be sent now.
  size_t flush_slice(datagram_batcher& out, net::time_point now, size_t most);

  /// Orders and paces our packets, and knows the client's link.
  rtp::egress& egress() {
    return egress_;
  }

  const rtp::egress& egress() const {
    return egress_;
  }

  sender_stats stats(net::time_point now) const {
    auto sent = rtp_sent_;
    sent.packets += rtcp_sent_.packets;
    sent.bytes += rtcp_sent_.bytes;
    return {egress_.stats(now), sent, rtp_sent_};
  }

private:
  // Drops what waits, if nothing can be sent. Returns whether anything can.
  bool begin_flush(net::time_point now);
  void protect(const rtp::egress::wire_packet& x, datagram_batcher& out);
  void protect_rtcp(datagram_batcher& out);
  void flush_plain(net::time_point now);

  // Each packet touches all before egress_, and the first part of that. A test
  // limits their size.
  std::shared_ptr<net::srtp_sender> srtp_;
  std::shared_ptr<packet_sender> plain_;
  std::optional<net::transport_tuple> path_;
  std::vector<std::vector<uint8_t>> rtcp_;
  net::traffic rtp_sent_;
  rtp::egress egress_;
  uint64_t exhausted_ = 0; // by former SRTP senders
  net::traffic rtcp_sent_;
};

} // namespace troupe::actors
