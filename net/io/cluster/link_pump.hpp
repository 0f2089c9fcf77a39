#pragma once

#include "net/cluster/basp_gate.hpp"
#include "net/io/cluster/cluster_stream.hpp"
#include "net/io/cluster/port_counters.hpp"
#include "net/io/loop/admission.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <functional>
#include <memory>
#include <vector>

namespace troupe::net {

/// One end of a pair of sockets in this process.
using local_socket =
    boost::asio::basic_stream_socket<boost::asio::local::stream_protocol,
                                     loop_executor>;

/// Why a pump has ended.
enum class pump_end : uint8_t {
  /// This node closed the link.
  closed_here,
  /// The peer closed the connection, or the network broke it.
  reset,
  /// The gate refused what the peer sent.
  gate,
};

/// Carries octets between the TLS connection of a link and a pair of sockets,
/// those from the wire through a basp_gate. It holds one piece of 64 KB in each
/// direction, and what the gate holds. When either end closes, it closes the
/// other; but while this process does not read its end, nothing is read from
/// the wire, so the end of the wire shows only after that. All functions run on
/// its loop.
class link_pump : public std::enable_shared_from_this<link_pump> {
public:
  /// What the pump tells its owner.
  struct calls {
    /// CAF's id of the peer is known; nothing of it has passed yet. Returns
    /// false if the link is to be closed as if the gate had a fault.
    std::function<bool(byte_span)> named;
    /// Called once, when both ends are closed.
    std::function<void(pump_end)> ended;
  };

  /// `read_rate`: the most octets read from the wire in a second.
  link_pump(std::unique_ptr<cluster_stream> wire, local_socket local,
            size_t read_rate, std::shared_ptr<port_counters> count,
            calls owner);

  /// Begins; `to_wire` and `from_wire` come before all else.
  void start(const std::vector<uint8_t>& to_wire,
             const std::vector<uint8_t>& from_wire);

  /// Closes both ends at once.
  void close(pump_end why = pump_end::closed_here);

  /// Closes both ends once what was written to the other end of the pair has
  /// been sent, or could not be sent within `flush_limit`.
  void flush_and_close();

  static constexpr std::chrono::milliseconds flush_limit{100};

private:
  static constexpr size_t piece = size_t{64} << 10;

  void read_wire();
  void handle_wire(byte_span data);
  void write_local();
  void read_wire_in_turn();
  void read_local();
  void write_wire(size_t n);
  void watch_local();

  std::unique_ptr<cluster_stream> wire_;
  local_socket local_;
  loop_timer turn_;
  loop_timer flush_deadline_;
  token_bucket budget_;
  time_point next_read_{};
  basp_gate gate_;
  std::shared_ptr<port_counters> count_;
  calls owner_;
  std::array<uint8_t, piece> from_wire_;
  std::vector<uint8_t> to_local_;
  std::array<uint8_t, piece> to_wire_;
  bool named_ = false;
  bool closing_ = false;
  bool ended_ = false;
};

} // namespace troupe::net
