#pragma once

#include "actors/base/live_objects.hpp"
#include "actors/cluster/cluster_report.hpp"
#include "actors/io/media_sockets.hpp"
#include "actors/load/overload_state_board.hpp"
#include "actors/recording/recording_figures.hpp"
#include "actors/webhooks/webhook_figures.hpp"
#include "net/io/http/http_server.hpp"
#include "net/io/http/reject_counters.hpp"
#include "net/io/process/process_facts.hpp"
#include "net/io/udp/media_port.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// The metrics of a server at one moment. docs/metrics.md explains each of
/// them.
struct metrics_snapshot {
  std::string version;
  std::array<int64_t, object_kind_count> objects{};
  std::array<std::array<int64_t, transport_phase_count>, transport_kind_count>
      transports{};
  size_t actors = 0;

  transport_totals transport;
  receiver_totals received;
  sender_totals sent;
  data_totals data;
  trunk_totals trunks;
  uint64_t batches_refused = 0;
  std::array<uint64_t, plain_refusal_count> plain_refused{};
  int64_t forwards = 0;
  uint64_t forwards_started = 0;
  std::array<uint64_t, forward_refusal_count> forwards_refused{};
  std::array<uint64_t, chat_refusal_count> chat_refused{};

  histogram_reading join_time;
  histogram_reading connect_time;
  uint64_t requests_done = 0;
  std::array<uint64_t, error_code_count> requests_refused{};
  std::array<uint64_t, http_refusal_statuses.size()> http_refused{};
  std::array<uint64_t, mailbox_owner_count> mailboxes{};

  net::media_port_stats port;
  media_sockets_stats routing;
  /// The longest recent time that an I/O thread ran actors, in microseconds.
  uint64_t io_run_us = 0;
  net::http_server_stats http;
  std::array<uint64_t, net::reject_reason_count> rejects{};
  /// In seconds since 1970.
  std::optional<double> certificate_expires;

  overload_state overload;
  overload_state_board::refusals refused;
  uint64_t newcomers_waiting = 0;
  histogram_reading wait_time;
  std::array<uint64_t, wait_end_count> waits_ended{};
  bool draining = false;

  /// Of each receiver of webhooks, in the order of `webhooks.urls`.
  std::vector<webhook_reading> webhooks;

  /// Nothing if this server does not record.
  std::optional<recording_reading> recordings;

  /// Nothing if this server is alone.
  std::optional<cluster_report> cluster;

  net::process_facts process;
  double cores = 0;
  uint64_t usable_memory = 0; // octets

  /// Reads the board, and the numbers of live objects.
  void read(overload_state_board& board, net::time_point now);
};

/// The value of a gauge. It is never negative, even though its parts are not
/// read at one moment.
constexpr uint64_t to_gauge(int64_t x) {
  return x > 0 ? static_cast<uint64_t>(x) : 0;
}

/// The snapshot in Prometheus' text format.
std::string render_metrics(const metrics_snapshot& x);

} // namespace troupe::actors
