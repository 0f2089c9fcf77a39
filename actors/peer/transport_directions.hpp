#pragma once

#include "actors/peer/peer_media_table.hpp"
#include "actors/peer/transport_table.hpp"

#include <variant>

namespace troupe::actors {

/// Decides which of a client's transports a request means that names none, and
/// finds out which of them send and which receive, if the client does not say
/// so. The first choice is a guess; what the client does with its transports
/// then shows it, and streams on the wrong one are moved (ADR 21).
///
/// The tables outlive this object.
class transport_directions {
public:
  transport_directions(transport_table& transports, peer_media_table& media)
      : transports_(transports)
      , media_(media) {}

  // -- the transport that a request means, or null ----------------------------

  transport_record*
  choose_to_connect(const std::optional<transport_id>& which,
                    std::optional<protocol::direction> direction) const;

  transport_record*
  choose_to_send(const std::optional<transport_id>& which) const;

  transport_record*
  choose_to_receive(const std::optional<transport_id>& which) const;

  /// The transport that is to carry a data channel, or an error:
  /// transport_not_found, unsupported.
  std::variant<transport_record*, protocol::error>
  choose_for_data(const std::optional<transport_id>& which,
                  protocol::direction way) const;

  // -- connecting -------------------------------------------------------------

  /// Notes that a request connects this transport, by its id if `by_id`.
  /// Returns the other transports that the request may mean instead; they, too,
  /// are to accept its parameters. Sets `guessed` of all of them.
  std::vector<transport_record*> note_connect(transport_record& chosen,
                                              bool by_id);

  // -- directions that are learnt ---------------------------------------------

  /// A producer or consumer that was moved to another transport.
  template <class Id>
  struct moved {
    Id what;
    transport_id from;
    transport_id to;
  };

  /// What was moved, in this order: all producers, then all consumers.
  struct moves {
    std::vector<moved<producer_id>> producers;
    std::vector<moved<consumer_id>> consumers;
  };

  /// A transport was connected, or media has arrived on it (`sends`). Returns
  /// false if it does not exist.
  bool note_use(const transport_id& which, bool sends);

  /// Moves streams that are on the wrong transport, as far as that is known.
  /// Only those with a route move: their client did not name the transport.
  moves settle();

private:
  // The transport to which a consumer on `now` must move, or null.
  transport_record* find_receiver(const transport_record& now) const;

  transport_table& transports_;
  peer_media_table& media_;
};

} // namespace troupe::actors
