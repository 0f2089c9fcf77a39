#pragma once

#include "actors/peer/peer_log.hpp"
#include "actors/peer/peer_streams.hpp"

namespace troupe::actors {

/// INTERNAL to the peer actor: its transports. What a transport carries ends
/// with it.
class peer_transports {
public:
  peer_transports(peer_context& peer, transport_table& transports,
                  transport_directions& directions, peer_streams& streams)
      : peer_(peer)
      , transports_(transports)
      , directions_(directions)
      , streams_(streams) {}

  // -- verbs ------------------------------------------------------------------

  caf::result<reply::transport_created> create(const verb::create_transport& x);
  caf::result<reply::transport_connected>
  connect(const verb::connect_transport& x);
  caf::result<reply::ice_restarted> restart_ice(const verb::restart_ice& x);

  // -- what others cause ------------------------------------------------------

  void handle_use(const transport_in_use& x);

  void note_connected(transport_kind by) {
    connections_.note(peer_, by);
  }

  /// A transport has ended by itself. Returns false if the peer has none of
  /// that address.
  bool handle_down(const caf::actor_addr& ended);

private:
  caf::result<reply::transport_created>
  create_plain(const protocol::plain_options& x);

  // Spawns a transport and adds it to the table.
  transport_record& spawn(const verb::create_transport& x);

  // Moves streams on the wrong transport, as far as that is known.
  void settle_directions();

  // Frees a slot: ends a transport that its client has closed or never used, if
  // there is one.
  bool close_unused();

  // Closes it with everything on it. Does nothing if it does not exist.
  void close(const transport_id& which);

  // Removes it from the peer, and ends everything on it.
  void forget(const transport_id& which);

  // Ends what a client that came back no longer knows.
  void begin_anew();

  peer_context& peer_;
  transport_table& transports_;
  transport_directions& directions_;
  peer_streams& streams_;
  // Counts the messages that wait for the peer's data consumers.
  std::shared_ptr<data_backlog> backlog_ = std::make_shared<data_backlog>();
  connection_log connections_;
};

} // namespace troupe::actors
