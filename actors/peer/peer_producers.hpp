#pragma once

#include "actors/peer/peer_context.hpp"
#include "actors/peer/transport_directions.hpp"
#include "protocol/ortc/ortc.hpp"
#include "rtp/packet/memory_budget.hpp"

namespace troupe::actors {

/// INTERNAL to the peer actor: its producers.
class peer_producers {
public:
  peer_producers(peer_context& peer, transport_table& transports,
                 peer_media_table& media,
                 const transport_directions& directions)
      : peer_(peer)
      , transports_(transports)
      , media_(media)
      , directions_(directions) {}

  // -- verbs ------------------------------------------------------------------

  caf::result<reply::produced> produce(verb::produce& x);
  /// `by` is who pauses it, if the client does not.
  caf::result<reply::ok>
  set_paused(const producer_id& which, bool paused,
             const std::optional<protocol::moderator>& by = {});
  caf::result<reply::ok> close(const producer_id& which);

  // -- what others cause ------------------------------------------------------

  /// A moderator mutes this peer.
  void mute(const mute_peer& x);

  /// Fewer or more layers of a producer are wanted.
  void note_wanted(const event::producer_layers_wanted& x);

  /// Repeats to the client which layers are wanted, where those are not all.
  void repeat_wanted() const;

  /// Continues to receive a producer on the transport to which it has moved.
  void handle_move(const transport_directions::moved<producer_id>& x);

  /// A producer has ended by itself. Returns false if the peer has none of that
  /// address.
  bool handle_down(const caf::actor_addr& ended);

  /// Closes all producers on a transport.
  void close_on(const transport_id& which);

private:
  // What is settled of a new producer before it exists.
  struct plan {
    protocol::producer_type type = protocol::producer_type::simple;
    protocol::rtp_parameters consumable;
    std::shared_ptr<void> quota_tokens;
  };

  // A new producer as others are to see it, and the route of its packets.
  struct creation {
    producer_entry entry;
    add_transport_producer route;
  };

  // The transport on which the peer may produce, or why it may not.
  caf::expected<transport_record*> admit(const verb::produce& x) const;

  // Completes and negotiates the parameters, and takes the quota tokens.
  caf::expected<plan> prepare(verb::produce& x, transport_record& on);

  // Spawns the producer and adds it to the table.
  creation create(const verb::produce& x, const transport_record& on,
                  plan with);

  // Its transport routes its packets now: answers, and tells the room.
  void publish(producer_entry entry, const request_deadline& limit,
               caf::typed_response_promise<reply::produced> promise);

  // Ends a producer that was not published.
  void abandon(const producer_id& which, const producer_actor& actor);

  // Removes it from the peer and its transport.
  void forget(const producer_id& which);

  peer_context& peer_;
  transport_table& transports_;
  peer_media_table& media_;
  const transport_directions& directions_;
  // Limits the packets that the producers keep. Made with the first of them.
  std::shared_ptr<rtp::memory_budget> replay_budget_;
};

} // namespace troupe::actors
