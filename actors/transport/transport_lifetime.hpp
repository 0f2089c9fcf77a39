#pragma once

#include "actors/base/member_name.hpp"
#include "actors/stats/counters.hpp"
#include "actors/stats/scoped_gauge.hpp"
#include "net/webrtc_transport.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace troupe::actors {

/// Follows a WebRTC transport through its phases: counts it in the gauge of its
/// present one, logs changes, and decides when it ends for lack of a client. An
/// engine.
class transport_lifetime {
public:
  /// How long a transport without a path is kept: an ICE restart may bring one.
  static constexpr auto abandoned_after = std::chrono::seconds{30};

  /// How long a transport that ends promptly waits for its client to connect.
  static constexpr auto connect_limit = std::chrono::seconds{15};

  /// Begins, in the phase `waiting`. `counts` outlives this object; `owner` is
  /// for the log.
  void begin(const transport_id& which, counters& counts,
             member_name owner = {});

  /// The transport waits for no ICE restart: it ends as soon as it has lost its
  /// path, or if the client is not connected in time.
  void end_promptly(net::time_point now) {
    connect_by_ = now + connect_limit;
    patience_ = {};
  }

  /// The client's DTLS parameters have come. The first ones count.
  void note_connecting(net::time_point now) {
    if (!connecting_)
      connecting_ = now;
  }

  void handle(const net::ice_state_changed& x, net::time_point now);

  void handle(const net::dtls_state_changed& x, net::time_point now);

  /// Counts the transport in its phase. `path` is the one it sends on.
  void update(net::dtls_state dtls,
              const std::optional<net::transport_tuple>& path);

  /// Returns once by which protocol the client is connected, and again whenever
  /// that has changed.
  std::optional<transport_kind> poll_connected() {
    return std::exchange(news_, std::nullopt);
  }

  /// Logs that SRTP has no room for another source.
  void log_exhausted(std::string_view direction) const;

  /// Whether it must end: the client has left it, lost the path for too long,
  /// or has not connected in time. Logs which.
  bool is_over(bool left, net::time_point now) const;

  /// When is_over() is next wanted.
  std::optional<net::time_point> poll_timeout() const;

private:
  transport_id id_;
  member_name owner_;
  counters* counts_ = nullptr;
  std::optional<net::time_point> abandoned_; // when the last path was lost
  net::duration patience_ = abandoned_after;
  std::optional<net::time_point> connect_by_;
  std::optional<net::time_point> connecting_; // since when
  transport_kind connected_by_ = transport_kind::none;
  std::optional<transport_kind> news_; // for poll_connected()
  scoped_gauge gauge_;
};

} // namespace troupe::actors
