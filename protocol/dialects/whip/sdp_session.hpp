#pragma once

#include "protocol/dialects/common/dialect_outbox.hpp"
#include "protocol/dialects/whip/whip_offer.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) have in common: a
/// client posts an offer, gets the answer and the address of its session, and
/// changes or ends the session there.
namespace troupe::protocol::whip {

/// One of the two protocols.
struct endpoint {
  /// The first segment of its addresses.
  std::string_view name;
  /// What a token must allow to begin a session.
  http_plan::authority needs;
  /// The clients receive: their ids are the server's, and the name in the
  /// address is that of their source.
  bool viewing = false;
};

/// What a request means; nothing if its address is not the endpoint's.
std::optional<http_plan> read_session_call(const http_call& call,
                                           const endpoint& at);

/// Whether a handshake can be the beginning of a session.
std::optional<handshake_refusal> refuse_session(const handshake& in);

/// Completes the entry of a dialect of such sessions.
void describe_sessions(dialect_entry& entry);

/// One session, and the member that it is: it joins, creates a transport, adds
/// the streams of its offer, and then answers the offer. A refusal undoes all
/// that was done before, and is the answer.
class sdp_session : public outbox_dialect {
public:
  sdp_session(const handshake& hello, net::rng& random, const endpoint& at);

  void handle_frame(const frame& in, net::time_point now) final;

  void handle_outcome(request_token token, const outcome& result) final;

  // The client has no connection to be notified by.
  void handle_event(const any_event&) override {}

  void handle_timeout(net::time_point) final {}

  std::optional<net::time_point> poll_timeout() const final {
    return std::nullopt;
  }

protected:
  // -- what differs -----------------------------------------------------------

  /// Reads an offer. `source` is the name in a viewer's address.
  virtual std::variant<session_offer, error> read(std::string_view source,
                                                  std::string_view text) = 0;

  /// The rest of a join to the room.
  virtual void complete(verb::join& join) const = 0;

  /// The room has admitted the client. Returns why it is to leave at once.
  virtual std::optional<error> enter(const reply::joined&) {
    return std::nullopt;
  }

  /// The transport is there: asks for the next stream of the offer, or answers
  /// it by accept().
  virtual void add_streams() = 0;

  /// What became of ask_stream().
  virtual void handle_stream(const outcome& result) = 0;

  // -- what they use ----------------------------------------------------------

  /// Asks for what concerns a stream, one request at a time.
  void ask_stream(request what);

  /// Whether ask_stream() has not been answered.
  bool asking() const {
    return stream_token_ != 0;
  }

  /// Answers the offer.
  void accept();

  /// Whether the offer was accepted.
  bool accepted() const {
    return accepted_;
  }

  /// Refuses the offer.
  void fail(const error& why);

  const peer_id& self() const {
    return self_;
  }

  bool has_made_id() const {
    return has_made_id_;
  }

  const transport_id& transport() const {
    return transport_.id;
  }

private:
  void open(std::string_view head, std::string_view text);
  void patch(std::string_view if_match, std::string_view text);

  void proceed(const reply::joined& x);
  void proceed(const reply::transport_created& x);
  void proceed(const reply::transport_connected& x);
  void proceed(const reply::ice_restarted& x);
  void proceed(const reply::ok& x);

  // No other verb is asked.
  template <class Reply>
  void proceed(const Reply&) {}

  void end(const error& why);
  void refuse(unsigned status, const error& why);
  std::string tag() const;
  void ask(request what);
  void answer(const http_answer& x);
  void close(close_connection how);

  const endpoint& at_;
  const room_id room_;
  const peer_id self_;
  const bool has_made_id_;
  const std::string path_;
  const uint64_t session_;         // below 2^63: RFC 9429, section 5.2.1
  uint64_t number_ = 0;            // of the request that is to be answered
  request_token last_token_ = 0;   // of the verb that was asked last
  request_token token_ = 0;        // of the one that the request needs
  request_token stream_token_ = 0; // of ask_stream()
  bool joined_ = false;
  bool accepted_ = false;
  std::optional<error> failure_; // why the offer is refused, once it is
  session_offer offer_;          // until it is answered
  reply::transport_created transport_;
  std::string remote_fragment_;
  std::string next_fragment_; // of a restart that is under way
  media_kind first_kind_ = media_kind::audio;
  std::string first_mid_;
};

} // namespace troupe::protocol::whip
