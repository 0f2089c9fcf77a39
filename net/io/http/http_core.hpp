#pragma once

#include "net/io/http/connection_registry.hpp"
#include "net/io/http/http_server.hpp"
#include "net/io/http/refusal_notifier.hpp"
#include "net/io/http/reject_counters.hpp"
#include "net/io/http/static_files.hpp"
#include "net/io/http/undelivered.hpp"

#include <atomic>
#include <memory>

namespace troupe::net {

class engineio_service;
class io_threads;
class tls_store;

/// The state that all connections of one HTTP server share.
struct http_core : std::enable_shared_from_this<http_core> {
  http_core(io_threads& loops, http_handler& up, http_server_config x);

  ~http_core();

  /// Checks the Origin and Host of a request. Returns the refusal, or nullopt
  /// if the request may pass.
  std::optional<http_response> check_source(const http_request& request);

  /// Counts a connection that the upper layer ends with `code`, if the code
  /// means a fault of the client.
  void count_close(uint16_t code);

  /// Counts a refused client and occasionally notifies the upper layer. `error`
  /// is set if a connection could not be accepted.
  void count_refusal(reject_reason why, time_point now,
                     std::error_code error = {});

  /// Returns a number that is unique in this process.
  static uint64_t next_id();

  io_threads& threads;
  http_handler& handler;
  const http_server_config config;
  const origin_policy origins;
  /// The headers that all responses have.
  const http_headers common_headers;
  static_files files;
  /// Null without TLS.
  std::unique_ptr<tls_store> tls;
  std::shared_ptr<connection_registry> live =
      std::make_shared<connection_registry>();
  admission gate;
  std::shared_ptr<undelivered_total> undelivered;
  std::unique_ptr<engineio_service> engineio;

  reject_counters rejects;
  refusal_notifier refusals;
  /// Octets of streamed contents in memory. Pieces may outlive this object.
  std::shared_ptr<std::atomic<uint64_t>> piece_octets =
      std::make_shared<std::atomic<uint64_t>>(0);
  std::atomic<uint64_t> responses_cut{0};
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> websockets{0};
  std::atomic<uint64_t> engineio_sessions{0};
};

/// The reject reason that corresponds to a refused admission.
reject_reason to_reason(admission_outcome why);

} // namespace troupe::net
