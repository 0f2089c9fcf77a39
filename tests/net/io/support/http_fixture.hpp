#pragma once

#include "net/io/http/http_server.hpp"
#include "net/io/loop/io_threads.hpp"

#include "client.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::net::testing {

/// An upper layer that echoes. It obeys a few messages: "close" closes with
/// 4000, "flood" sends 512 KB eight times, and "who" describes the connection.
class echo_handler : public http_handler {
public:
  std::optional<http_response>
  handle_http(const http_request& request) override;

  bool handle_http_later(const http_request& request,
                         const http_responder& respond) override;

  upgrade_decision decide_upgrade(const http_request& request) override;

  std::unique_ptr<connection_events>
  open_connection(std::shared_ptr<connection> conn) override;

  /// The close codes of ended connections, once there are `n`.
  std::vector<uint16_t> wait_for_closed(size_t n);

  /// The connections opened so far, once there are `n`.
  std::vector<std::shared_ptr<connection>> wait_for_open(size_t n);

  /// Requests for /later that wait for an answer, once there are `n`.
  std::vector<http_responder> wait_for_later(size_t n);

  void note_closed(uint16_t code);

  void on_certificate_changed(const std::error_code& failure) override;

  void on_clients_refused(const clients_refused& report) override;

  /// The notifications of refused clients so far.
  std::vector<clients_refused> refusals();

  /// The results of the certificate reloads so far.
  std::vector<std::error_code> certificate_changes();

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<connection>> opened_;
  std::vector<uint16_t> closed_;
  std::vector<http_responder> later_;
  std::vector<std::error_code> certificate_changes_;
  std::vector<clients_refused> refusals_;
};

/// A configuration for one loopback address and a free port.
http_server_config loopback_config();

/// A server on loopback with two I/O threads.
struct http_fixture {
  explicit http_fixture(http_server_config config = loopback_config());

  uint16_t port() const {
    return server.port();
  }

  echo_handler handler;
  io_threads threads{2};
  http_server server;
};

/// Waits until `condition` holds, at most two seconds.
template <class F>
bool eventually(F condition) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{2};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

} // namespace troupe::net::testing
