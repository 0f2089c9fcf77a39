#pragma once

#include "net/io/http_server.hpp"
#include "net/io/live_set.hpp"
#include "net/io/refusal_news.hpp"
#include "net/io/reject_counters.hpp"
#include "net/io/static_files.hpp"
#include "net/io/undelivered.hpp"

#include <atomic>
#include <memory>

namespace troupe::net {

class engineio_service;
class io_threads;
class tls_store;

/// What all connections of one HTTP server share.
struct http_core : std::enable_shared_from_this<http_core> {
  http_core(io_threads& loops, http_handler& up, http_server_config x);

  ~http_core();

  /// The refusal of a request for the page that it comes from, or for the name
  /// by which it asks; nothing where it may pass.
  std::optional<http_response> check_source(const http_request& request);

  /// Counts a connection that the layer above ends with `code`, where that
  /// says that the client is at fault.
  void count_close(uint16_t code);

  /// Counts a client that is turned away at the door, and tells the layer above
  /// now and then. `error` tells why one could not even be accepted.
  void turn_away(reject_reason why, time_point now, std::error_code error = {});

  /// A number that no other connection of this process has.
  static uint64_t next_id();

  io_threads& threads;
  http_handler& handler;
  const http_server_config config;
  const origin_policy origins;
  /// What the head of every answer holds.
  const http_headers common_headers;
  static_files files;
  /// Null where the port is plain.
  std::unique_ptr<tls_store> tls;
  std::shared_ptr<live_set> live = std::make_shared<live_set>();
  admission gate;
  std::shared_ptr<undelivered_total> undelivered;
  std::unique_ptr<engineio_service> engineio;

  reject_counters rejects;
  refusal_news news;
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> websockets{0};
  std::atomic<uint64_t> engineio_sessions{0};
};

/// What a refused admission counts as.
reject_reason to_reason(admission_outcome why);

} // namespace troupe::net
