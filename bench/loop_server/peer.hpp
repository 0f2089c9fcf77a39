#pragma once

#include "bench/loop_server/hub.hpp"
#include "bench/loop_server/producer.hpp"
#include "bench/loop_server/shard.hpp"
#include "bench/loop_server/transport.hpp"

namespace troupe::loop {

/// A member of a room with its transports, producers and consumers. Carries out
/// the client's verbs at once, like the server's peers, but has no limits.
class peer {
public:
  /// Joins the room.
  peer(hub& parent, session& by, const verb::join& x);

  /// Leaves the room and ends everything.
  ~peer();

  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;

  const actors::peer_id& id() const {
    return id_;
  }

  /// Whether the client chose the id, and so may return under it.
  bool named_by_client() const {
    return named_by_client_;
  }

  session& client_session() const {
    return client_session_;
  }

  outcome joined() const;

  // -- verbs -----------------------------------------------------------------

  outcome perform(const verb::create_transport& x);
  outcome perform(const verb::connect_transport& x);
  outcome perform(const verb::restart_ice& x);
  outcome perform(verb::produce& x);
  outcome perform(const verb::consume& x);
  outcome perform(const verb::pause_producer& x);
  outcome perform(const verb::resume_producer& x);
  outcome perform(const verb::close_producer& x);
  outcome perform(const verb::pause_consumer& x);
  outcome perform(const verb::resume_consumer& x);
  outcome perform(const verb::close_consumer& x);
  outcome perform(const verb::set_preferred_layers& x);
  outcome perform(const verb::request_key_frame& x);
  outcome perform(const verb::list_producers& x);
  outcome perform(const verb::get_stats& x);

  // -- for others ------------------------------------------------------------

  void notify(std::shared_ptr<const protocol::any_event> what);

  void notify(protocol::any_event what) {
    notify(std::make_shared<const protocol::any_event>(std::move(what)));
  }

  void notify_scores(const consumer& x);

private:
  template <class F>
  transport* find_transport(F fits) const;
  transport* transport_to_connect(const verb::connect_transport& x) const;
  transport* transport_for(const std::optional<actors::transport_id>& id,
                           protocol::direction way) const;

  outcome set_paused(const actors::producer_id& which, bool paused);

  // Calls `f(forwarder&)` for the consumer, or for all if none is given.
  template <class F>
  outcome with_consumers(const std::optional<actors::consumer_id>& which, F f);

  void close(producer& x);
  void close(consumer& x);

  hub& hub_;
  session& client_session_;
  room& room_;
  shard& shard_;
  const actors::room_id room_id_;
  const actors::peer_id id_;
  const bool named_by_client_;
  const std::optional<protocol::rtp_capabilities> capabilities_;
  std::vector<std::unique_ptr<transport>> transports_; // oldest first
  std::vector<std::unique_ptr<producer>> producers_;
  std::vector<std::unique_ptr<consumer>> consumers_;
};

} // namespace troupe::loop
