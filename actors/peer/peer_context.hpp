#pragma once

#include "actors/base/caf_error.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/base/member_name.hpp"
#include "actors/peer/app_data_quota.hpp"
#include "actors/peer/peer_actor.hpp"
#include "protocol/ortc/ortc_ssrc.hpp"

#include <caf/typed_event_based_actor.hpp>

/// INTERNAL to the peer actor.
namespace troupe::actors {

namespace verb = protocol::verb;
namespace reply = protocol::reply;
namespace event = protocol::event;
using protocol::error_code;

/// An error response with the default text of its code.
inline caf::error refuse(error_code code) {
  return to_caf(protocol::make_error(code));
}

/// The error response to a request for which no client waits any longer.
inline caf::error too_late() {
  return refuse(error_code::internal);
}

/// How long a member that has just been admitted may consume whatever the load:
/// its join has waited for its turn, and is worth nothing without media.
constexpr auto entrance_time = std::chrono::seconds{5};

/// What the parts of a peer actor share: its member, its room and its session.
struct peer_context {
  explicit peer_context(peer_actor::pointer self_ptr) : self(self_ptr) {}

  void begin(const peer_config& cfg) {
    signaled_at = cfg.signaled_at;
    services = cfg.services;
    session = cfg.session;
    liveness = cfg.liveness;
    random = net::make_secure_rng();
  }

  /// The member's name in the log, as it is now.
  member_name log_name() const {
    return {room_name, id};
  }

  const auto& settings() const {
    return services->settings;
  }

  /// The STUN and TURN servers for the client, with fresh credentials.
  std::vector<protocol::ice_server> ice_servers() const {
    if (!services->ice)
      return {};
    return services->ice->credentials_for(id, std::chrono::system_clock::now());
  }

  /// Whether the load allows one more consumer. Counts the refusals.
  bool admits_consumer() const {
    return self->clock().now() - entered_at < entrance_time
           || services->load->admit(newcomer::consumer);
  }

  bool late(const request_deadline& limit) const {
    return limit.passed(self->clock().now());
  }

  /// The time left to the current request. Call it before the handler returns;
  /// later steps keep the deadline itself.
  net::duration time_left() const {
    return time_left(deadline);
  }
  net::duration time_left(const request_deadline& limit) const {
    return limit.left(self->clock().now());
  }

  /// For requests that no client waits for.
  auto timeout() const {
    return services->settings.request_timeout;
  }

  /// Sends an event to the client, unless its connection is lost.
  void notify_session(protocol::any_event x) const {
    if (session)
      self->send(session,
                 session_event{std::make_shared<const protocol::any_event>(
                     std::move(x))});
  }

  /// Adds the octets of a producer's `appData` and the like to its quota token;
  /// or returns why they are too many.
  caf::expected<std::shared_ptr<void>>
  take_app_data(size_t octets, std::shared_ptr<void> quota_token) {
    using token_pair = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
    if (!app_data)
      app_data.emplace(settings().room.max_app_data_per_peer);
    auto taken = app_data->take(octets, *quotas.app_data);
    if (const auto* refusal = std::get_if<protocol::error>(&taken))
      return to_caf(*refusal);
    return std::shared_ptr<void>{std::make_shared<token_pair>(
        std::move(quota_token), std::move(std::get<0>(taken)))};
  }

  peer_actor::pointer self;
  live_object alive{object_kind::peer};
  net::socket_address signaled_at;
  std::shared_ptr<const media_services> services;
  session_listener_actor session; // null while its connection is lost
  // Of the connection by which it joined. A client that comes back on another
  // one is pinged as if it had no media.
  std::shared_ptr<net::client_liveness> liveness;
  std::unique_ptr<net::rng> random;
  protocol::ssrc_sequence ssrcs;
  room_directory_actor room; // set once joined
  shard_actor shard;         // set once joined
  net::time_point entered_at{};
  std::shared_ptr<actors::speech_activity> speech;
  std::shared_ptr<loudest_speakers> loudest;
  room_quotas quotas;
  std::optional<app_data_quota> app_data;
  bool hidden = false;       // not yet shown to others
  request_deadline deadline; // of the current request
  // It owns what it had before the connection was lost, and the client has not
  // shown yet that it knows this.
  bool resumed = false;
  protocol::participant_rights rights;
  room_id room_name;
  peer_id id;
  std::optional<protocol::rtp_capabilities> capabilities;
};

} // namespace troupe::actors
