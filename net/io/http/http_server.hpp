#pragma once

#include "net/base/result.hpp"
#include "net/base/time.hpp"
#include "net/io/http/connection.hpp"
#include "net/io/http/http_types.hpp"
#include "net/io/http/origin_policy.hpp"
#include "net/io/http/reject_counters.hpp"
#include "net/io/http/undelivered.hpp"
#include "net/io/loop/admission.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

class io_threads;

/// Engine.IO's timers and limits (version 4 of the protocol).
struct engineio_config {
  /// The paths of the endpoint; an empty list disables Engine.IO.
  std::vector<std::string> paths = {"/socket.io/"};

  std::chrono::milliseconds ping_interval{25000};
  std::chrono::milliseconds ping_timeout{20000};
  std::chrono::milliseconds upgrade_timeout{10000};

  /// The maximum octets of one polling payload, and of one message.
  size_t max_payload = 1000000;
};

/// The paths of a TLS server's certificate chain and key (PEM files).
struct tls_files {
  std::string certificate;
  std::string key;
};

/// One port for HTTP, WebSocket and Engine.IO.
struct http_server_config {
  std::vector<std::string> addresses = {"0.0.0.0", "::"};

  /// Ignores unspecified and loopback addresses of a family that this host
  /// lacks.
  bool skip_unavailable = true;

  /// 0 lets the system choose a port.
  uint16_t port = 3000;

  /// If set, the port accepts only https and wss.
  std::optional<tls_files> tls;

  /// How often the files are checked; new connections use the changed ones.
  duration tls_check_interval = std::chrono::seconds{2};

  /// The directory served for GET and HEAD if the handler does not answer;
  /// empty: no files.
  std::string static_root;

  /// The origins whose pages may use the server besides its own pages, and
  /// whether it listens on loopback only: see `origin_policy`.
  std::vector<std::string> allowed_origins;
  bool local_only = false;

  /// The origins whose pages may embed this server's pages in a frame, besides
  /// its own; "*" for all (CSP Level 3, section 6.4.2).
  std::vector<std::string> frame_ancestors;

  /// The max-age in seconds for which a browser uses only TLS with this server
  /// (RFC 6797, section 6.1.1); 0 makes it forget. Not sent without TLS, nor by
  /// a server on loopback only.
  uint32_t hsts_seconds = 0;

  engineio_config engineio;

  size_t max_header = 8 << 10;
  size_t max_body = 1 << 20;
  duration header_timeout = std::chrono::seconds{10};
  duration body_timeout = std::chrono::seconds{20};
  duration keep_alive_timeout = std::chrono::seconds{30};
  duration write_timeout = std::chrono::seconds{20};

  /// The rate in octets a second that extends the write deadline of a long
  /// response.
  size_t min_read_rate = 64 << 10;

  duration time_to_read(size_t octets) const {
    return std::chrono::seconds{octets / min_read_rate};
  }

  /// How long a handler may take to answer.
  duration response_timeout = std::chrono::seconds{60};

  /// The maximum octets of a WebSocket message, and its maximum fragments.
  size_t max_message = 256 << 10;
  size_t max_fragments = 1024;

  /// The maximum time from a message's first fragment to its last.
  duration message_timeout = std::chrono::seconds{20};

  /// After this time of silence a WebSocket is dropped. It is pinged after half
  /// of it, or later if its client proves otherwise that it is alive (see
  /// `ping_schedule`).
  duration websocket_idle_timeout = std::chrono::seconds{45};

  /// The most that a slow reader may leave unread: in octets, and how long it
  /// may read nothing while data is queued. A single batch counts at most half
  /// of these octets, since one long answer does not make a slow reader.
  size_t max_write_queue = 1 << 20;
  duration max_write_delay = std::chrono::seconds{5};

  /// Limits on octets that were received but not yet delivered.
  undelivered_limits undelivered;

  /// Messages a second from one connection, and the burst. Beyond it, the
  /// connection is read more slowly, so that TCP slows down its client and
  /// nothing is lost; each frame of a WebSocket counts. Plain requests are
  /// answered more slowly.
  double message_rate = 200;
  double message_burst = 2000;

  /// How long a client may exceed that rate, or its received messages may wait
  /// for the rate to cover them. Beyond it, the connection is closed with
  /// `close_code::policy_violation`.
  duration message_patience = std::chrono::seconds{30};

  admission_limits limits;

  /// New connections a second in total, and the burst; more wait in the
  /// kernel's backlog.
  double accept_rate = 2000;
  double accept_burst = 2000;
};

/// Counters and gauges of a server.
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
  /// Responses that ended early, since the rest of their content could not be
  /// read.
  uint64_t responses_cut = 0;
  /// Gauge: octets that were received but not yet delivered.
  uint64_t undelivered_octets = 0;
};

/// A report of refused clients.
struct clients_refused {
  reject_reason why{};
  /// The number since the previous report for the same reason.
  uint64_t count = 0;
  /// Why the latest connection could not be accepted, if that is the reason.
  std::error_code error;
};

/// The upper layer of the server. Every request that it receives, except
/// through `refuse_source`, has passed the `origin_policy`. Called on several
/// I/O threads at once; must not block.
class http_handler {
public:
  virtual ~http_handler() = default;

  /// Answers `request` at once. Returns nullopt if it does not handle the
  /// request; then `handle_http_later` and the static files follow.
  virtual std::optional<http_response>
  handle_http(const http_request& request) = 0;

  /// Accepts `request` to answer it with `respond` later, or returns false.
  virtual bool handle_http_later(const http_request& request,
                                 const http_responder& respond);

  /// Answers a request that is refused because of its Origin or Host. Called
  /// for each such request, so its logging must be limited.
  virtual http_response refuse_source(const http_request& request,
                                      const source_refusal& why);

  /// Decides whether to accept a WebSocket or a new Engine.IO session.
  virtual upgrade_decision decide_upgrade(const http_request& request) = 0;

  /// A connection is open. Returns the receiver of its messages; null closes it
  /// with `close_code::try_again_later`. Do not keep `conn` beyond `on_close`.
  virtual std::unique_ptr<connection_events>
  open_connection(std::shared_ptr<connection> conn) = 0;

  /// The certificate's files changed and were read again. On failure, new
  /// connections still get the old certificate.
  virtual void on_certificate_changed(const std::error_code& failure);

  /// Clients are being refused. Called for the first, then at most once a
  /// minute for each reason, on any I/O thread.
  virtual void on_clients_refused(const clients_refused& report);
};

/// The HTTP server.
class http_server {
public:
  /// `threads` and `handler` must outlive this server, and `threads` must be
  /// stopped before `handler` is destroyed.
  http_server(io_threads& threads, http_handler& handler,
              http_server_config config = {});

  http_server(const http_server&) = delete;

  http_server& operator=(const http_server&) = delete;

  /// Calls `stop`.
  ~http_server();

  /// Binds and begins to accept. Fails with the system's error if an address
  /// cannot be bound, or with a `tls_errc` if the certificate is bad.
  result<void> start();

  /// Stops accepting, closes WebSockets and Engine.IO sessions with
  /// `close_code::going_away`, and waits at most one second for them to end;
  /// then cuts the rest. Must not be called on an I/O thread.
  void stop();

  /// The bound port, also if the configuration says 0.
  uint16_t port() const;

  http_server_stats stats() const;

  /// When the certificate in use expires; nullopt without TLS.
  std::optional<std::chrono::system_clock::time_point>
  certificate_expires() const;

  /// Counters of refused clients by reason. Valid while the server lives.
  const reject_counters& rejects() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
