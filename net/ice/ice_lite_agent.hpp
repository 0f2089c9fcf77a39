#pragma once

#include "net/base/datagram.hpp"
#include "net/base/drop_reason.hpp"
#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "net/base/transport_tuple.hpp"
#include "net/ice/consent.hpp"
#include "net/ice/stun_message.hpp"

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::net {

/// A username fragment and a password (RFC 8445, section 5.3), 32 characters
/// each.
struct ice_credentials {
  std::string username_fragment;
  std::string password;

  bool operator==(const ice_credentials&) const = default;
};

/// The states of mediasoup; `fresh` is its "new".
enum class ice_state : uint8_t {
  /// No valid check has come yet.
  fresh,
  /// A tuple is valid; the peer has not nominated any.
  connected,
  /// The peer has nominated the selected tuple.
  completed,
  /// No valid tuple is left: consent expired or the connections closed. The
  /// next valid check connects again.
  disconnected,
  closed,
};

/// "new", "connected", "completed", "disconnected" or "closed".
std::string_view to_string(ice_state state);

struct ice_state_changed {
  ice_state state;
};

/// From now on media goes to this tuple, or is not sent if it is empty.
struct selected_tuple_changed {
  std::optional<transport_tuple> tuple;
};

/// A tuple has been validated: datagrams from it belong to this agent.
struct tuple_added {
  transport_tuple tuple;
};

/// A tuple is no longer valid. The owner closes it if it is a TCP connection.
struct tuple_removed {
  transport_tuple tuple;
};

/// Checks with this username fragment no longer belong to this agent.
struct username_fragment_retired {
  std::string username_fragment;
};

using ice_event =
    std::variant<ice_state_changed, selected_tuple_changed, tuple_added,
                 tuple_removed, username_fragment_retired>;

/// The server's side of ICE (RFC 8445, lite implementation): always controlled,
/// never sends checks, only answers the peer's.
///
/// A tuple becomes valid only by an authenticated Binding request received on
/// it. The first valid tuple is selected at once, so that the handshake need
/// not wait. After that, the selected tuple changes only by an authenticated
/// nomination (USE-CANDIDATE, or a nomination value higher than all before), or
/// when the selected tuple is lost and another valid one remains.
///
/// Invariant: the selected tuple is one of the at most `max_tuples` valid
/// ones; it is set exactly in the states `connected` and `completed`.
class ice_lite_agent {
public:
  static constexpr size_t max_tuples = 8;

  /// The default time that the peer's consent lasts.
  static constexpr duration default_consent_timeout = std::chrono::seconds{30};

  /// Generates the first credentials. A `consent_timeout` of 0 disables expiry.
  /// A `lenient` agent accepts checks without PRIORITY, which a lite agent has
  /// no use for, although each must have it (RFC 8445, section 7.1.1).
  ice_lite_agent(duration consent_timeout, rng& random, bool lenient = false);

  /// The credentials to signal to the peer.
  const ice_credentials& credentials() const {
    return current_;
  }

  /// Begins an ICE restart: generates new credentials. The old ones stay valid
  /// until the first valid request with the new ones; tuples and state stay.
  const ice_credentials& restart(rng& random);

  /// Handles a datagram that `classify` calls STUN. Returns why it was refused,
  /// or nullopt for a valid check. `poll_datagram` yields the response, if any.
  /// Requests without MESSAGE-INTEGRITY get none, and no response is larger
  /// than its request (docs/threats.md).
  std::optional<drop_reason> handle_request(byte_span datagram,
                                            const transport_tuple& tuple,
                                            time_point now);

  /// The peer showed at this time that it consents on this tuple: by a valid
  /// check that changes nothing else and was answered elsewhere, or by media.
  void renew_consent(const transport_tuple& tuple, time_point at);

  /// Forgets a tuple whose TCP connection has closed.
  void handle_tuple_closed(const transport_tuple& tuple);

  /// Ends the consent of tuples whose time has come.
  void handle_timeout(time_point now);

  /// When the consent of a tuple ends next, or nullopt. Leaves out the tuple
  /// `watched`.
  std::optional<time_point>
  poll_timeout(const transport_tuple* watched = nullptr) const;

  /// The next response. Its octets stay valid until the next non-const call.
  std::optional<outgoing_datagram> poll_datagram();

  std::optional<ice_event> poll_event();

  /// Removes all tuples and refuses all later datagrams. Idempotent.
  void close();

  ice_state state() const {
    return state_;
  }

  /// Whether a valid check has arrived on this tuple.
  bool is_valid(const transport_tuple& tuple) const;

  const std::optional<transport_tuple>& selected_tuple() const {
    return selected_;
  }

private:
  struct valid_tuple {
    transport_tuple tuple;
    net::consent consent;
  };

  struct response {
    transport_tuple tuple;
    size_t size = 0;
    std::array<uint8_t, 128> octets;
  };

  // Finds the credentials that a USERNAME refers to, current or old.
  const ice_credentials* find_credentials(std::string_view username) const;

  void accept(const stun_message& request, const transport_tuple& tuple,
              time_point now);

  bool nominates(const stun_message& request) const;

  void add_tuple(const transport_tuple& tuple, time_point now);

  void remove_tuple(size_t index);

  void select(const std::optional<transport_tuple>& tuple);

  void set_state(ice_state state);

  void retire_old_credentials();

  void respond(const stun_message& request, const transport_tuple& tuple,
               const stun_integrity_key& key);

  // A response without a key has no MESSAGE-INTEGRITY.
  void respond_error(const stun_message& request, const transport_tuple& tuple,
                     uint16_t code, const stun_integrity_key* key);

  // Appends a response slot to the queue, or returns null if it is full.
  response* next_response(const transport_tuple& tuple);

  // Keeps the response just written unless it exceeds its request in size.
  void finish_response(stun_writer& writer, const stun_message& request);

  duration consent_timeout_;
  bool lenient_;
  ice_credentials current_;
  std::optional<ice_credentials> old_;
  ice_state state_ = ice_state::fresh;
  std::vector<valid_tuple> tuples_; // in order of arrival
  std::optional<transport_tuple> selected_;
  uint32_t highest_nomination_ = 0;
  std::vector<response> responses_; // reused; polled from first_response_ on
  size_t first_response_ = 0;
  std::deque<ice_event> events_;
};

} // namespace troupe::net
