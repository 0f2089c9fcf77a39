#pragma once

#include "actors/base/relay.hpp"
#include "actors/media/shard_actor.hpp"
#include "net/webrtc_transport.hpp"

#include <caf/send.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

/// A WebRTC transport's connection to its sending half, which its shard runs:
/// passes on the keys of SRTP and the path. `self` is the transport's actor.
class sending_half {
public:
  /// Call this before all else.
  void use(const shard_actor& shard, transport_key key) {
    shard_ = shard;
    key_ = key;
  }

  /// Sends the shard the keys and the path, if they have changed.
  template <class Self>
  void update(Self* self, net::webrtc_transport& engine) {
    if (auto keys = engine.take_sender()) {
      has_keys_ = true;
      self->send(shard_, set_transport_srtp{key_, std::move(keys)});
    } else if (has_keys_ && engine.dtls() != net::dtls_state::connected) {
      has_keys_ = false;
      self->send(shard_, set_transport_srtp{key_, nullptr});
    }
    if (path_ == engine.selected_tuple())
      return;
    path_ = engine.selected_tuple();
    self->send(shard_, set_transport_path{key_, path_});
  }

  /// The path, as the shard knows it.
  const std::optional<net::transport_tuple>& path() const {
    return path_;
  }

  const shard_actor& shard() const {
    return shard_;
  }

  template <class Self>
  void send_rtcp(Self* self, std::vector<uint8_t> compound) {
    self->send(shard_, transport_rtcp{key_, std::move(compound)});
  }

  /// No more RTCP will have this sender SSRC.
  template <class Self>
  void end_source(Self* self, rtp::ssrc reporter) {
    self->send(shard_, transport_source_ended{key_, reporter});
  }

  /// Requests the statistics of the sending half, and calls `next` with them; a
  /// failure answers `promise`.
  template <class Self, class Promise, class F>
  void ask_stats(Self* self, std::chrono::milliseconds timeout, Promise promise,
                 F next) {
    self->request(shard_, timeout, get_sender_stats{key_})
        .then([next](const sender_stats& x) mutable { next(x); },
              relay_error(promise));
  }

  /// The transport ends.
  void close() {
    caf::anon_send(shard_, remove_transport{key_});
  }

private:
  shard_actor shard_;
  transport_key key_{};
  bool has_keys_ = false;                    // as the shard knows
  std::optional<net::transport_tuple> path_; // as the shard knows
};

} // namespace troupe::actors
