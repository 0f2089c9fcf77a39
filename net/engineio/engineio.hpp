#pragma once

#include "net/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Engine.IO, version 4: the layer below Socket.IO that provides one message
/// channel over long polling, over a WebSocket, or over polling that upgrades
/// to a WebSocket.
namespace troupe::net::engineio {

/// The type of a packet. On the wire it is the digit of this value.
enum class packet_type : uint8_t {
  open,
  close,
  ping,
  pong,
  message,
  upgrade,
  noop
};

/// One packet. Only messages can be binary.
struct packet {
  packet_type type = packet_type::noop;
  bool binary = false;
  std::string data;

  bool operator==(const packet&) const = default;
};

/// Decodes a WebSocket text frame. Returns nothing if it is not a packet.
std::optional<packet> parse_frame(std::string_view text);

/// Decodes the body of a POST: packets joined by U+001E, binary messages as 'b'
/// and base64. Returns nothing if a packet is malformed, if there is none, or
/// if there are more than `max_packets`.
std::optional<std::vector<packet>> parse_payload(std::string_view body,
                                                 size_t max_packets);

/// Appends `x` to a polling payload, after a separator if it is not empty.
void append_packet(std::string& payload, const packet& x);

/// Encodes by RFC 4648, section 4, with padding.
std::string base64_encode(std::string_view octets);

/// Decodes base64; padding may be missing. Returns nothing for a character
/// outside the alphabet or an impossible length.
std::optional<std::string> base64_decode(std::string_view text);

/// Why a handshake or a session's request is refused; the value is the "code"
/// in the JSON body of the response.
enum class refusal : uint8_t {
  unknown_transport,
  unknown_sid,
  bad_handshake_method,
  bad_request,
  forbidden,
  unsupported_version
};

/// The JSON body for a refusal. A nonempty `message` replaces the usual text;
/// it must need no escapes in JSON.
std::string render(refusal x, std::string_view message = {});

/// The HTTP status for a refusal.
unsigned http_status(refusal x);

/// Timers and limits of a session.
struct session_config {
  std::chrono::milliseconds ping_interval{25000};
  std::chrono::milliseconds ping_timeout{20000};

  /// Time from the opening of the probe's WebSocket to its upgrade packet.
  std::chrono::milliseconds upgrade_timeout{10000};

  /// How long the last packets of a closed session wait for a poll.
  std::chrono::milliseconds close_timeout{5000};

  /// Maximum body of a POST in octets; sent to the client.
  size_t max_payload = 1000000;

  /// Maximum size of a message in octets.
  size_t max_message = 256 << 10;

  /// Octets that may wait for a client's poll. Messages sent together count as
  /// at most half of that, so that one long list is not too much.
  size_t max_queue = 1 << 20;

  /// How long a message may be queued.
  duration max_queue_delay = std::chrono::seconds{5};

  /// Assumed rate of a slow client in octets per second: it is given the time
  /// to receive one response at this rate before its next poll is expected.
  size_t min_read_rate = 64 << 10;

  /// Octets of the response to one poll; the next poll gets the rest. A longer
  /// packet is sent alone.
  size_t max_answer = 1 << 20;

  /// Maximum packets in one POST.
  size_t max_packets = 4096;
};

/// Why a session ended.
enum class close_reason : uint8_t {
  closed_by_client,
  closed_by_server,
  transport_closed,
  ping_timeout,
  /// A malformed, oversized or unexpected packet.
  bad_packet,
  /// Two polls or two POSTs at once.
  overlapping_requests,
  /// The client left too many octets unread, or left them for too long.
  queue_full
};

/// Names one WebSocket of a session; chosen by the caller.
using socket_id = uint64_t;

/// A message to the client.
struct message {
  bool binary = false;
  std::string data;
};

/// The client sent a message.
struct message_received {
  bool binary;
  std::string data;
};

/// The waiting poll must be answered with status 200 and this body.
struct poll_answered {
  std::string body;
};

/// A frame must be sent on a WebSocket.
struct frame_ready {
  socket_id socket;
  bool binary;
  std::string data;
};

/// A WebSocket must be closed once its frames are sent.
struct socket_finished {
  socket_id socket;
};

/// The session has ended; no event follows.
struct session_closed {
  close_reason reason;
};

using session_event = std::variant<message_received, poll_answered, frame_ready,
                                   socket_finished, session_closed>;

/// How a POST is to be answered.
enum class post_outcome : uint8_t { ok, bad_request, too_large };

/// One client's session from the handshake on: heartbeats, the upgrade from
/// polling to WebSocket, and the limit of one poll at a time. Has neither
/// sockets nor a clock.
class session {
public:
  /// Creates a session for a GET; the first event answers that GET.
  static session open_polling(const session_config& config, std::string sid,
                              time_point now);

  /// Creates a session for a WebSocket.
  static session open_websocket(const session_config& config, std::string sid,
                                socket_id socket, time_point now);

  /// A GET arrived. Returns false if it must be refused with status 400;
  /// otherwise a `poll_answered` follows, now or later. A second GET while
  /// another waits also ends the session.
  [[nodiscard]] bool handle_poll(time_point now);

  /// The client aborted the waiting GET.
  void handle_poll_aborted();

  /// A POST arrived in full.
  [[nodiscard]] post_outcome handle_post(std::string_view body, time_point now);

  /// A POST began while another was incomplete, or had too large a body.
  void handle_post_refused(close_reason reason);

  /// A WebSocket with this session's id is open. It is finished at once if the
  /// session has one already.
  void handle_socket(socket_id socket, time_point now);

  void handle_socket_text(socket_id socket, std::string text, time_point now);

  void handle_socket_binary(socket_id socket, std::string octets,
                            time_point now);

  void handle_socket_closed(socket_id socket, time_point now);

  /// The application sends messages that belong together.
  void handle_send(std::vector<message> batch, time_point now);

  /// The application sends a message.
  void handle_send(bool binary, std::string data, time_point now);

  /// The application ends the session; what is queued goes out first.
  void handle_close(time_point now);

  void handle_timeout(time_point now);

  /// The next event to carry out, or nullopt if there is none.
  std::optional<session_event> poll_event();

  /// When handle_timeout() is next wanted, or nullopt once closed.
  std::optional<time_point> poll_timeout() const;

  const std::string& sid() const {
    return sid_;
  }

  bool closed() const {
    return state_ == state::closed;
  }

  /// Whether messages are sent over a WebSocket.
  bool on_websocket() const {
    return socket_.has_value();
  }

  /// The WebSocket in use; nothing while the client polls.
  std::optional<socket_id> socket() const {
    return socket_;
  }

  /// Octets that wait for a poll.
  size_t queued_octets() const {
    return queued_octets_;
  }

private:
  enum class state : uint8_t { open, closing, closed };

  /// A WebSocket that may become the transport.
  struct candidate {
    socket_id socket;
    bool probed;
    time_point deadline;
  };

  session(const session_config& config, std::string sid, time_point now);

  packet open_packet(bool offer_upgrade) const;

  void handle_packet(packet x, time_point now);

  void handle_candidate_packet(const packet& x, time_point now);

  void drop_candidate();

  void send(packet x, time_point now);

  void enqueue(packet x, size_t cost, time_point now);

  void flush(time_point now);

  // Answers the waiting poll with at most `max_answer` octets.
  void answer_poll(time_point now);

  // The latest time at which the client has received the last response.
  time_point has_received(time_point now) const;

  void clear_queue();

  void send_frame(socket_id socket, packet x);

  void end(close_reason reason);

  session_config config_;
  std::string sid_;
  state state_ = state::open;
  std::optional<socket_id> socket_;
  std::optional<candidate> candidate_;
  bool poll_waiting_ = false;
  struct queued_packet {
    packet what;
    size_t cost; // octets counted against max_queue
  };

  static size_t size_of(const packet& x) {
    return x.data.size() + 1;
  }

  std::deque<queued_packet> queue_;
  size_t queued_octets_ = 0;
  size_t queued_cost_ = 0;
  time_point receiving_until_{};
  // Deadline for sending the oldest queued message. Pings do not set it: they
  // have their own timeout.
  std::optional<time_point> queue_deadline_;
  std::deque<session_event> events_;
  // When the next ping or, after a ping, its pong is due.
  time_point heartbeat_;
  bool awaiting_pong_ = false;
  time_point closing_deadline_;
};

} // namespace troupe::net::engineio
