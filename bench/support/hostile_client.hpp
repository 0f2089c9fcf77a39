#pragma once

#include "tests/actors/support/live_data.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::bench {

/// The objects granted to one hostile client before the server refused more.
struct granted_objects {
  size_t transports = 0;
  size_t producers = 0;
  size_t data_producers = 0;
  size_t consumers = 0;
  size_t data_consumers = 0;
  size_t signaling_octets = 0; // that the server read

  granted_objects& operator+=(const granted_objects& other);
};

/// A member that takes everything the server grants: it requests each kind of
/// object until it is refused, with the largest `appData`, fills every buffer
/// that it can reach, and reads only what it must. It uses dialect `ws` over
/// real sockets on loopback.
class hostile_client {
public:
  hostile_client(uint16_t port, const std::string& name,
                 const net::dtls_context& dtls);

  /// Requests transports, producers and consumers until each is refused.
  void take_objects();

  /// Sends as much media as each producer may store for retransmission.
  void fill_replay();

  /// Sends `octets` on its data channels, whose receivers never read.
  void fill_data(size_t octets);

  /// Sends up to `octets` of requests, and reads no reply. Stops when the
  /// server does not read for two seconds, or closes.
  void flood_signaling(size_t octets);

  /// Closes without notifying the server.
  void leave();

  granted_objects granted;

private:
  // Requests until the server refuses, at most `most` times. Calls `use` with
  // each granted reply; returns their number.
  template <class Use>
  size_t ask_until_refused(size_t most, const std::string& type,
                           const std::function<std::string(size_t)>& data,
                           Use use);

  void open_transports();
  void take_producers();
  void take_consumers();
  void pump();

  const net::dtls_context& dtls_;
  uint16_t port_;
  test::live_client signaling_;
  std::vector<std::unique_ptr<test::live_transport>> transports_;
  // Sends on the first transport.
  std::unique_ptr<test::live_data> sending_data_;
  // Channels of the other transports: they connect, and never read again.
  std::vector<std::unique_ptr<test::live_data>> idle_data_;
  std::vector<std::string> channels_; // data producers, own ones first
  std::vector<uint32_t> ssrcs_;
};

} // namespace troupe::bench
