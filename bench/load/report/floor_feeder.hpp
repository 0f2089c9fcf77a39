#pragma once

#include "bench/load/report/batched_floor.hpp"
#include "bench/load/report/loopback_peers.hpp"
#include "net/base/bytes.hpp"
#include "net/base/rng.hpp"
#include "net/srtp/srtp_session.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace troupe::load {

/// The input of the batched floor: sends the frames of a scenario in the order
/// of their times, encrypted, and RTCP of receivers in between; and has the
/// keys to decrypt both.
class floor_feeder {
public:
  /// The most datagrams of one feed(): what one recvmmsg takes.
  static constexpr size_t max_datagrams = 64;

  /// Sends to `server`. `traffic` outlives it.
  static outcome<std::unique_ptr<floor_feeder>>
  make(const floor_traffic& traffic, const sockaddr_in& server,
       net::srtp_backend backend);

  /// Makes the keys to encrypt for the next receiver, and keeps those of its
  /// RTCP.
  std::unique_ptr<net::srtp_sender>
  make_receiver_key(net::srtp_backend backend);

  /// Sends the next frames, at least one, and the RTCP that is due.
  void feed();

  /// Decrypts in place. Returns the size, or nothing.
  std::optional<size_t> unprotect_rtp(net::mutable_byte_span packet);
  void unprotect_rtcp(net::mutable_byte_span packet);

  static bool is_rtcp(net::byte_span packet);

  /// The stream of a packet of RTP.
  static size_t stream_of(net::byte_span packet);

  /// A frame of a stream.
  struct turn {
    size_t stream;
    size_t frame;
  };

  /// All frames of the longest group in the order of their times. Streams of
  /// one rate do not begin at once.
  static std::vector<turn> order_of(const floor_traffic& traffic);

private:
  struct keys {
    std::unique_ptr<net::srtp_sender> sender;
    std::unique_ptr<net::srtp_receiver> receiver;
  };

  struct source {
    keys crypto;
    uint16_t sequence = 0;
    uint32_t timestamp = 0;
  };

  explicit floor_feeder(const floor_traffic& traffic) : traffic_(traffic) {}

  keys make_keys(net::srtp_backend backend);
  void send_frame(const turn& x);
  void send_rtcp();
  void send(net::byte_span datagram);

  const floor_traffic& traffic_;
  udp_endpoint endpoint_;
  sockaddr_in server_{};
  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
  std::vector<source> sources_; // by stream
  std::vector<keys> reports_;   // by receiver
  std::vector<turn> order_;
  size_t next_turn_ = 0;
  size_t next_reporter_ = 0;
  double rtcp_due_ = 0;
};

} // namespace troupe::load
