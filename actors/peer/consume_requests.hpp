#pragma once

#include "actors/peer/peer_context.hpp"
#include "actors/peer/transport_directions.hpp"
#include "protocol/ortc/ortc.hpp"

namespace troupe::actors {

/// INTERNAL to the peer actor: requests to consume, from the search for a
/// producer to the new consumer.
class consume_requests {
public:
  consume_requests(peer_context& peer, transport_table& transports,
                   peer_media_table& media,
                   const transport_directions& directions)
      : peer_(peer)
      , transports_(transports)
      , media_(media)
      , directions_(directions) {}

  caf::result<reply::consumed> consume(const verb::consume& x);

  /// All producers that may be consumed.
  caf::result<reply::producers> list_producers();

private:
  // A request while the room searches for a producer.
  struct consumption {
    verb::consume x;
    transport_id on;
    quota_share quota_token;
    caf::typed_response_promise<reply::consumed> promise;
    request_deadline limit;
    producer_search search = {};
  };

  // The transport on which the peer may consume, or why it may not.
  caf::expected<transport_record*> admit(const verb::consume& x) const;

  // What the client can receive: as it says now, or as it said when it joined.
  const protocol::rtp_capabilities& capabilities(const verb::consume& x) const {
    return x.capabilities ? *x.capabilities : *peer_.capabilities;
  }

  void find_and_consume(consumption what);

  // The room's responses: it has found this producer, or none.
  void handle_found(consumption& what, const producer_entry& found);
  void handle_failure(consumption& what, caf::error& failure);

  // Makes the consumer of `found`, if negotiation succeeds.
  caf::expected<reply::consumed> add(consumption& what,
                                     const producer_entry& found);

  // The parameters of a new consumer's stream.
  caf::expected<protocol::rtp_parameters> negotiate(const producer_facts& facts,
                                                    const verb::consume& x,
                                                    transport_record& on);

  peer_context& peer_;
  transport_table& transports_;
  peer_media_table& media_;
  const transport_directions& directions_;
};

} // namespace troupe::actors
