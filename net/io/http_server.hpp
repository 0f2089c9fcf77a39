#pragma once

#include "net/base/result.hpp"
#include "net/base/time.hpp"
#include "net/io/admission.hpp"
#include "net/io/connection.hpp"
#include "net/io/http_types.hpp"
#include "net/io/origin_policy.hpp"
#include "net/io/reject_counters.hpp"
#include "net/io/undelivered.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

class io_threads;

/// Engine.IO's timers and limits (version 4 of the protocol).
struct engineio_config {
  /// The paths of the endpoint; none turns Engine.IO off.
  std::vector<std::string> paths = {"/socket.io/"};

  std::chrono::milliseconds ping_interval{25000};
  std::chrono::milliseconds ping_timeout{20000};
  std::chrono::milliseconds upgrade_timeout{10000};

  /// Octets of one polling payload, and of one message.
  size_t max_payload = 1000000;
};

/// Where a TLS server finds its certificate chain and key (PEM files).
struct tls_files {
  std::string certificate;
  std::string key;
};

/// One port for HTTP, WebSocket and Engine.IO.
struct http_server_config {
  std::vector<std::string> addresses = {"0.0.0.0", "::"};

  /// Leaves out unspecified and loopback addresses of a family that this host
  /// does not have.
  bool skip_unavailable = true;

  /// 0 lets the system choose.
  uint16_t port = 3000;

  /// With these the port speaks https and wss only.
  std::optional<tls_files> tls;

  /// How often those files are looked at; new connections get what is new.
  duration tls_check_interval = std::chrono::seconds{2};

  /// Served for GET and HEAD where the handler has no answer; empty: none.
  std::string static_root;

  /// The origins whose pages may use the server beside its own pages, and
  /// whether it listens on loopback alone: see `origin_policy`.
  std::vector<std::string> allowed_origins;
  bool local_only = false;

  /// The origins whose pages may show those of this server in a frame, beside
  /// its own; "*" for all (CSP Level 3, section 6.4.2).
  std::vector<std::string> frame_ancestors;

  /// For how many seconds a browser that has seen this server with TLS asks it
  /// by TLS only (RFC 6797, section 6.1.1); 0 has it forget. Not sent without
  /// TLS, nor by a server on loopback alone.
  uint32_t hsts_seconds = 0;

  engineio_config engineio;

  size_t max_header = 8 << 10;
  size_t max_body = 1 << 20;
  duration header_timeout = std::chrono::seconds{10};
  duration body_timeout = std::chrono::seconds{20};
  duration keep_alive_timeout = std::chrono::seconds{30};
  duration write_timeout = std::chrono::seconds{20};

  /// Octets a second at which a client is given time beyond that to read a long
  /// answer.
  size_t least_rate = 64 << 10;

  duration time_to_read(size_t octets) const {
    return std::chrono::seconds{octets / least_rate};
  }

  /// How long a handler may take with an answer.
  duration response_timeout = std::chrono::seconds{60};

  /// One WebSocket message, and its fragments.
  size_t max_message = 256 << 10;
  size_t max_fragments = 1024;

  /// From a message's first fragment to its last.
  duration message_timeout = std::chrono::seconds{20};

  /// Silence after which a WebSocket is pinged and, after as much again,
  /// given up.
  duration websocket_idle_timeout = std::chrono::seconds{45};

  /// What a slow reader may leave unread: octets, and how long it may read
  /// nothing while something waits. Of a single batch half of these octets
  /// count at most, since one long answer does not make a slow reader.
  size_t max_write_queue = 1 << 20;
  duration max_write_delay = std::chrono::seconds{5};

  /// What may wait that clients have sent and nobody has taken.
  undelivered_limits undelivered;

  /// Messages a second from one connection, and at once. Beyond, it is read
  /// more slowly, so that TCP holds its client back and nothing is lost; each
  /// frame of a WebSocket counts. Plain requests are answered more slowly.
  double message_rate = 200;
  double message_burst = 2000;

  /// How long a client may press against that rate, or what has come from it
  /// already may wait to be paid for. Beyond, its connection is closed with
  /// `close_code::policy_violation`.
  duration message_patience = std::chrono::seconds{30};

  admission_limits limits;

  /// New connections a second overall, and at once; more wait in the
  /// kernel's backlog.
  double accept_rate = 2000;
  double accept_burst = 2000;
};

/// What a server has done so far.
struct http_server_stats {
  uint64_t connections = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t accept_errors = 0;
  uint64_t requests = 0;
  uint64_t websockets = 0;
  uint64_t engineio_sessions = 0;
  uint64_t slow_readers_closed = 0;
  /// Octets of files in memory: those kept, and those being sent.
  uint64_t file_octets = 0;
  /// Now: what clients have sent and nobody has taken.
  uint64_t undelivered_octets = 0;
};

/// Clients that were turned away at the door.
struct clients_refused {
  reject_reason why{};
  /// Since this was last told for the same reason.
  uint64_t count = 0;
  /// Why the latest could not be accepted, where that is the reason.
  std::error_code error;
};

/// The layer above the server. All requests that it sees but those of
/// `refuse_source` have passed the `origin_policy`. Called on the I/O threads,
/// from several at once; must not block.
class http_handler {
public:
  virtual ~http_handler() = default;

  /// Answers `request` at once, or returns nothing where it is not this
  /// handler's; then `handle_http_later` and the static files are asked.
  virtual std::optional<http_response>
  handle_http(const http_request& request) = 0;

  /// Takes `request` and answers by `respond`, or returns false.
  virtual bool handle_http_later(const http_request& request,
                                 const http_responder& respond);

  /// Answers a request that is refused for the page that it comes from, or for
  /// the name by which it asks. Called for each: what is told of it must be
  /// limited.
  virtual http_response refuse_source(const http_request& request,
                                      const source_refusal& why);

  /// Decides on a WebSocket or a new Engine.IO session before it exists.
  virtual upgrade_decision decide_upgrade(const http_request& request) = 0;

  /// A connection is open. What is returned receives its messages; nothing
  /// closes it with `close_code::try_again_later`. Do not keep `conn` beyond
  /// `on_close`.
  virtual std::unique_ptr<connection_events>
  open_connection(std::shared_ptr<connection> conn) = 0;

  /// The certificate's files have changed and have been read again. Where
  /// that failed, new connections get the old one still.
  virtual void on_certificate_changed(const std::error_code& failure);

  /// Clients are turned away: told of the first, and then once a minute for
  /// each reason. May come on any I/O thread.
  virtual void on_clients_refused(const clients_refused& news);
};

/// The HTTP server.
class http_server {
public:
  /// `threads` and `handler` must outlive this server, and `threads` must be
  /// stopped before `handler` goes.
  http_server(io_threads& threads, http_handler& handler,
              http_server_config config = {});

  http_server(const http_server&) = delete;

  http_server& operator=(const http_server&) = delete;

  /// Calls `stop`.
  ~http_server();

  /// Binds and begins to accept. Fails with the system's error where an
  /// address cannot be bound, or a `tls_errc` where the certificate is bad.
  result<void> start();

  /// Stops accepting, closes WebSockets and Engine.IO sessions with
  /// `close_code::going_away`, and waits until they are gone, at most one
  /// second; the rest is cut. Not to be called on an I/O thread.
  void stop();

  /// The port that is bound (where the configuration says 0).
  uint16_t port() const;

  http_server_stats stats() const;

  /// When the certificate in use expires; nothing without TLS.
  std::optional<std::chrono::system_clock::time_point>
  certificate_expires() const;

  /// Whom it has turned away, and why. Lives as long as the server.
  const reject_counters& rejects() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
