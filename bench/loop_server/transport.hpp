#pragma once

#include "actors/base/ids.hpp"
#include "actors/fan_out/fan_out.hpp"
#include "net/webrtc_transport.hpp"
#include "protocol/verbs/verbs.hpp"
#include "rtp/receive/rtcp_dispatcher.hpp"
#include "rtp/receive/transport_feedback_generator.hpp"

namespace troupe::loop {

class hub;
class producer;
class shard;
struct consumer;

/// One transport of a client: the receiving half, and the routing of its
/// packets. The sending half belongs to its shard.
class transport {
public:
  transport(hub& parent, shard& home);

  /// Sends the client a close_notify.
  ~transport();

  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  // -- control ---------------------------------------------------------------

  protocol::ice_parameters ice() const;

  protocol::ice_parameters restart_ice();

  protocol::outcome connect(const protocol::dtls_parameters& remote);

  /// Routes the producer's packets to it.
  net::result<void> add(producer& x);

  void remove(producer& x);

  /// Routes RTCP about the consumer's SSRCs to it.
  void add(const consumer& x, const std::vector<rtp::ssrc>& ssrcs);

  void remove(const consumer& x);

  protocol::json_text stats() const;

  // -- media -----------------------------------------------------------------

  /// Wakes the transport; for code that changes its engine.
  net::webrtc_transport& engine();

  void send_rtcp(std::vector<uint8_t> compound);

  /// Passes on all pending output.
  void drain(net::time_point now);

  std::optional<net::time_point> poll_timeout() const;

  void handle_timeout(net::time_point now);

  const actors::transport_id id;
  const actors::transport_key key;

  // State that peers keep about it.
  std::optional<protocol::direction> direction;
  bool connected = false;
  uint32_t next_mid = 0;
  std::string cname;
  bool awake = false;

private:
  void handle(const net::transport_event& x);

  void update_sender(net::time_point now);

  void route_rtp(net::time_point now);

  void note_arrivals(const std::vector<rtp::packet>& packets,
                     const rtp::extension_map& ids);

  void route_rtcp(net::time_point now);

  void pass_on(const rtp::rtcp_event& x, net::time_point now);

  void pass_to_producer(producer& to, const rtp::rtcp_event& x,
                        net::time_point now);

  struct producer_entry {
    producer* to = nullptr;
    rtp::extension_map extensions;
  };

  hub& hub_;
  shard& home_;
  net::webrtc_transport engine_;
  rtp::demuxer demuxer_;
  rtp::rtcp_dispatcher dispatcher_;
  rtp::transport_feedback_generator feedback_{{}};
  bool remb_ = false;
  uint32_t next_handle_ = 1;
  std::unordered_map<rtp::stream_handle, producer_entry> producers_;
  std::unordered_map<rtp::stream_handle, actors::consumer_key> consumers_;
  bool has_keys_ = false;
  std::optional<net::transport_tuple> path_;
  uint64_t malformed_ = 0;
};

} // namespace troupe::loop
