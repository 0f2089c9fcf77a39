#pragma once

#include "net/io/cluster/cluster_port.hpp"

#include <atomic>

namespace troupe::net {

/// The counters of a cluster port. Written on its loop, read on any thread.
struct port_counters {
  std::atomic<uint64_t> octets_in{0};
  std::atomic<uint64_t> octets_out{0};
  std::atomic<uint64_t> frames_passed{0};
  std::atomic<uint64_t> frames_dropped{0};
  std::array<std::atomic<uint64_t>, link_refusal_count> refused{};
  std::atomic<size_t> handshakes{0};
  std::atomic<size_t> links{0};
  std::atomic<int64_t> certificate_expires{0};

  cluster_port_stats read() const {
    cluster_port_stats out;
    out.octets_in = octets_in;
    out.octets_out = octets_out;
    out.frames_passed = frames_passed;
    out.frames_dropped = frames_dropped;
    for (size_t i = 0; i < refused.size(); ++i)
      out.refused[i] = refused[i];
    out.handshakes = handshakes;
    out.links = links;
    out.certificate_expires = certificate_expires;
    return out;
  }
};

} // namespace troupe::net
