#pragma once

#include "net/base/rng.hpp"
#include "net/ice/stun_message.hpp"

#include <array>
#include <string>
#include <string_view>

namespace troupe::net {

/// Asks a STUN server for the client's address (RFC 8489), or a TURN server for
/// an allocation (RFC 8656, section 7), which it gives back at once. The
/// conversation of one client with one server: no socket, no clock.
///
/// Send `request`, give each answer to `handle_message`, and begin again as
/// long as `outcome` is `unfinished`.
class stun_query {
public:
  enum class progress : uint8_t {
    /// There is another request to send.
    unfinished,
    /// The server did what was asked.
    done,
    /// A TURN server allocates without asking for credentials.
    unprotected,
    /// A TURN server does not accept the credentials.
    bad_credentials,
    /// The server answered with another error; see `error_code`.
    refused,
  };

  /// Asks for the client's address. `random` must outlive the query.
  explicit stun_query(rng& random);

  /// Asks for an allocation with long-term credentials (RFC 8489, section 9.2).
  stun_query(rng& random, std::string username, std::string credential);

  stun_query(const stun_query&) = delete;

  stun_query& operator=(const stun_query&) = delete;

  /// The message to send. Over UDP, send it again when no answer comes.
  byte_span request() const {
    return request_;
  }

  /// Takes what the server sent. Returns false, and ignores it, if it is no
  /// answer to the request.
  bool handle_message(byte_span message);

  progress outcome() const {
    return outcome_;
  }

  /// The code of the last error response (RFC 8489, section 14.8); 0 if there
  /// was none.
  uint16_t error_code() const {
    return error_code_;
  }

private:
  enum class step : uint8_t { binding, challenge, allocate, release };

  // Writes the request of the current step.
  void write_request();

  // Takes REALM and NONCE from the server's challenge.
  bool read_challenge(byte_span message);

  void handle_success();

  void handle_error(byte_span message);

  rng& random_;
  std::string username_;
  std::string credential_;
  std::string realm_;
  std::string nonce_;
  stun_transaction_id id_{};
  std::array<uint8_t, stun_message::max_size> buffer_{};
  byte_span request_;
  step step_;
  progress outcome_ = progress::unfinished;
  uint16_t error_code_ = 0;
};

} // namespace troupe::net
