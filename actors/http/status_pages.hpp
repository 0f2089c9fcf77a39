#pragma once

#include "actors/load/overload_state_board.hpp"
#include "net/base/address_prefix.hpp"
#include "net/io/http/http_types.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace troupe::actors {

constexpr std::string_view metrics_path = "/metrics";

/// The pages by which programs monitor the server: `/healthz` (it is alive),
/// `/readyz` (it admits newcomers) and `/metrics`. Thread-safe once open.
class status_pages {
public:
  /// Only clients in `scrapers` get `/metrics`.
  status_pages(std::shared_ptr<const overload_state_board> load,
               std::vector<net::address_prefix> scrapers)
      : load_(std::move(load))
      , scrapers_(std::move(scrapers)) {}

  /// From now on the server can take calls, and `metrics` writes the page of
  /// that name.
  void open(std::function<std::string()> metrics);

  /// The response, at once; nothing if the page is not one of these, or if it
  /// is `/metrics`, which metrics() writes.
  std::optional<net::http_response>
  answer(const net::http_request& request) const;

  /// The page `/metrics`. Collecting the metrics takes some milliseconds if
  /// thousands of files are open: do not call it on an I/O thread.
  net::http_response metrics() const;

private:
  net::http_response readiness() const;

  bool may_read_metrics(const net::http_request& request) const;

  const std::shared_ptr<const overload_state_board> load_;
  const std::vector<net::address_prefix> scrapers_;
  std::function<std::string()> write_metrics_;
  std::atomic<bool> open_{false};
};

} // namespace troupe::actors
