#pragma once

#include "tests/actors/live_data.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::bench {

/// What one hostile client was granted before the server refused more.
struct hostile_holdings {
  size_t transports = 0;
  size_t producers = 0;
  size_t data_producers = 0;
  size_t consumers = 0;
  size_t data_consumers = 0;
  size_t signaling_octets = 0; // that the server read

  hostile_holdings& operator+=(const hostile_holdings& other);
};

/// A member that takes everything the server grants and gives nothing back:
/// it asks for each kind of object until it is refused, with the largest
/// `appData`, fills every buffer that it can reach, and reads nothing that it
/// need not read. It speaks dialect `ws` over real sockets on loopback.
class hostile_client {
public:
  hostile_client(uint16_t port, const std::string& name,
                 const net::dtls_context& dtls);

  /// Asks for transports, producers and consumers until each is refused.
  void take_objects();

  /// Sends as much media as each producer may keep for retransmission.
  void fill_replay();

  /// Sends `octets` by its data channels, whose receivers never read.
  void fill_data(size_t octets);

  /// Sends up to `octets` of requests, and reads no answer. Stops when the
  /// server does not read for two seconds, or closes.
  void flood_signaling(size_t octets);

  /// Goes, without a word.
  void leave();

  hostile_holdings held;

private:
  // Asks until the server refuses, `most` times at most. Calls `use` with each
  // answer that was granted; returns how many there were.
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
  std::unique_ptr<test::live_data> mouth_; // sends, on the first transport
  // Of the other transports: they connect, and never read again.
  std::vector<std::unique_ptr<test::live_data>> ears_;
  std::vector<std::string> channels_; // the data producers, own ones first
  std::vector<uint32_t> ssrcs_;
};

} // namespace troupe::bench
