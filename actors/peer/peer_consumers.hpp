#pragma once

#include "actors/peer/peer_context.hpp"
#include "actors/peer/transport_directions.hpp"

namespace troupe::actors {

/// INTERNAL to the peer actor: the control of its consumers, and their ends.
class peer_consumers {
public:
  peer_consumers(peer_context& peer, transport_table& transports,
                 peer_media_table& media)
      : peer_(peer)
      , transports_(transports)
      , media_(media) {}

  // -- verbs ------------------------------------------------------------------

  /// Pauses or resumes a consumer, or all if none is named.
  caf::result<reply::consumers>
  set_paused(const std::optional<consumer_id>& which, bool paused);

  caf::result<reply::ok> close(const consumer_id& which);
  caf::result<reply::ok> set_layers(const verb::set_preferred_layers& x);
  caf::result<reply::ok> set_priority(const verb::set_priority& x);
  caf::result<reply::ok> request_key_frame(const consumer_id& which);

  /// Why a consumer receives what it does.
  caf::result<consumer_explanation> explain(const consumer_id& which);

  // -- what others cause ------------------------------------------------------

  /// A consumer's producer is gone.
  void handle_end(const consumer_ended& x);

  void notify(const consumer_producer_paused& x) const;
  void notify(const consumer_layers_changed& x) const;

  /// Sends a consumer's stream on the transport to which it has moved.
  void handle_move(const transport_directions::moved<consumer_id>& x);

  /// Closes all consumers on a transport, and notifies the client.
  void close_on(const transport_id& which);

  /// Closes all consumers without notice: the client does not know them.
  void close_all();

private:
  // Sends `x` to the consumer, or to all if none is named.
  caf::result<reply::consumers>
  control_all(const std::optional<consumer_id>& which, const control_stream& x);

  caf::result<reply::ok> control_one(const consumer_id& which,
                                     const control_stream& x);

  // Removes it from the peer and its transport.
  void forget(const consumer_id& which, bool gone = false);

  peer_context& peer_;
  transport_table& transports_;
  peer_media_table& media_;
};

} // namespace troupe::actors
