#include "tests/gates/counted_wire.hpp"

#include "net/io/udp/gso_run.hpp"
#include "tests/gates/measured_region.hpp"

namespace troupe::gates {

void counted_wire::send_batch(std::span<const net::outgoing_datagram> batch) {
  outside([&] { take(batch); });
}

void counted_wire::take(std::span<const net::outgoing_datagram> batch) {
  uint64_t messages = 0;
  net::gso_run run;
  for (const auto& x : batch) {
    if (messages == 0 || !run.takes(x)) {
      ++messages;
      run = net::gso_run{x};
    }
    run.add(x);
    ++(is_rtcp(x.data) ? counts_.rtcp : counts_.packets);
    to_(x);
  }
  counts_.messages += messages;
  counts_.calls +=
      (messages + net::max_messages_per_call - 1) / net::max_messages_per_call;
}

bool is_rtcp(net::byte_span packet) {
  return packet.size() > 1 && packet[1] >= 192 && packet[1] <= 223;
}

} // namespace troupe::gates
