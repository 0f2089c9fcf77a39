#include "actors/cluster/flow_window.hpp"

namespace troupe::actors {

uint64_t flow_window::handle_hello(net::time_point now) {
  marks_.push_back({++last_, now, since_hello_});
  since_hello_ = 0;
  return last_;
}

std::optional<net::duration> flow_window::handle_seen(uint64_t sequence,
                                                      net::time_point now) {
  if (marks_.empty() || sequence < marks_.front().sequence || sequence > last_)
    return std::nullopt;
  net::duration rtt{};
  while (!marks_.empty() && marks_.front().sequence <= sequence) {
    rtt = now - marks_.front().sent;
    unacknowledged_ -= marks_.front().octets;
    marks_.pop_front();
  }
  return rtt;
}

} // namespace troupe::actors
