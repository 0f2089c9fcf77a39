#pragma once

#include "net/base/result.hpp"
#include "net/io/udp/udp_socket.hpp"

#include <cstddef>

namespace troupe::net {

/// Makes the kernel deliver RTCP reports to sockets of their own, by a classic
/// BPF program (SO_ATTACH_REUSEPORT_CBPF).
///
/// `first` is the first of 2 * `count` sockets that share one address: `count`
/// sockets for media, then as many for reports, in the order in which they were
/// bound. Both sockets of a client are chosen by the same hash of its address
/// and port, so a client's media at socket i means its reports at socket
/// `count` + i.
///
/// Reports are datagrams that begin with a sender report, a receiver report,
/// transport-wide feedback or REMB: RTCP packet types and formats are in clear
/// in SRTCP, too (RFC 3711, section 3.4). All else is media, among it what
/// begins with a NACK, a PLI or a FIR, which somebody waits for.
///
/// Fails with the system's error if the kernel does not take the program.
result<void> steer_reports(const udp_socket& first, size_t count);

} // namespace troupe::net
