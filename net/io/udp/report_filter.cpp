#include "net/io/udp/report_filter.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <random>
#include <vector>

namespace troupe::net {

namespace {

using filter_program = std::vector<sock_filter>;

// The program reads the datagram from offset 0, and its IP header from here.
constexpr uint32_t ip_header = static_cast<uint32_t>(SKF_NET_OFF);

sock_filter filter_step(int code, uint32_t k, uint8_t yes = 0, uint8_t no = 0) {
  return {static_cast<uint16_t>(code), yes, no, k};
}

sock_filter load_octet(uint32_t at) {
  return filter_step(BPF_LD | BPF_B | BPF_ABS, at);
}

sock_filter load_word(uint32_t at) {
  return filter_step(BPF_LD | BPF_W | BPF_ABS, at);
}

sock_filter load_number(uint32_t x) {
  return filter_step(BPF_LD | BPF_IMM, x);
}

// `yes` and `no`: how many of the next steps to leave out.
sock_filter if_equal(uint32_t x, uint8_t yes, uint8_t no) {
  return filter_step(BPF_JMP | BPF_JEQ | BPF_K, x, yes, no);
}

// Leaves 0 in the accumulator for media, and `count` for reports.
void append_kind(filter_program& to, uint32_t count) {
  // RTCP has at least 8 octets.
  to.push_back(filter_step(BPF_LD | BPF_W | BPF_LEN, 0));
  to.push_back(filter_step(BPF_JMP | BPF_JGE | BPF_K, 8, 0, 11)); // or media
  // RTP and RTCP have version 2 (RFC 7983, section 7).
  to.push_back(load_octet(0));
  to.push_back(filter_step(BPF_ALU | BPF_AND | BPF_K, 0xC0));
  to.push_back(if_equal(0x80, 0, 8)); // or media
  // The packet type (RFC 5761, section 4).
  to.push_back(load_octet(1));
  to.push_back(if_equal(200, 8, 0)); // sender report
  to.push_back(if_equal(201, 7, 0)); // receiver report
  to.push_back(if_equal(205, 1, 0)); // RTPFB
  to.push_back(if_equal(206, 0, 3)); // PSFB, or media
  // Format 15 of both: transport-wide feedback, REMB.
  to.push_back(load_octet(0));
  to.push_back(filter_step(BPF_ALU | BPF_AND | BPF_K, 0x1F));
  to.push_back(if_equal(15, 2, 0)); // or media
  to.push_back(load_number(0));     // media
  to.push_back(filter_step(BPF_JMP | BPF_JA, 1));
  to.push_back(load_number(count)); // reports
}

// Mixes the accumulator into the hash, which is in the second memory cell.
void append_mix(filter_program& to) {
  to.push_back(filter_step(BPF_LDX | BPF_MEM, 1));
  to.push_back(filter_step(BPF_ALU | BPF_XOR | BPF_X, 0));
  to.push_back(filter_step(BPF_ALU | BPF_MUL | BPF_K, 0x9E3779B1));
  to.push_back(filter_step(BPF_ST, 1));
}

void append_v4_hash(filter_program& to) {
  to.push_back(load_word(ip_header + 12)); // the client's address
  append_mix(to);
  // The port is behind the IP header, whose length is in its first octet.
  to.push_back(load_octet(ip_header));
  to.push_back(filter_step(BPF_ALU | BPF_AND | BPF_K, 0x0F));
  to.push_back(filter_step(BPF_ALU | BPF_LSH | BPF_K, 2));
  to.push_back(filter_step(BPF_MISC | BPF_TAX, 0));
  to.push_back(filter_step(BPF_LD | BPF_H | BPF_IND, ip_header));
  append_mix(to);
}

void append_v6_hash(filter_program& to) {
  for (uint32_t at : {8u, 12u, 16u, 20u}) {
    to.push_back(load_word(ip_header + at)); // the client's address
    append_mix(to);
  }
  // Behind extension headers the port is not looked for.
  to.push_back(load_octet(ip_header + 6));
  to.push_back(if_equal(IPPROTO_UDP, 0, 5));
  to.push_back(filter_step(BPF_LD | BPF_H | BPF_ABS, ip_header + 40));
  append_mix(to);
}

// Turns the kind into the index of a socket: kind + hash % count.
void append_choice(filter_program& to, uint32_t count, bool v4, uint32_t seed) {
  to.push_back(filter_step(BPF_ST, 0));
  to.push_back(load_number(seed));
  to.push_back(filter_step(BPF_ST, 1));
  if (v4)
    append_v4_hash(to);
  else
    append_v6_hash(to);
  to.push_back(filter_step(BPF_LD | BPF_MEM, 1));
  to.push_back(filter_step(BPF_ALU | BPF_RSH | BPF_K, 16));
  to.push_back(filter_step(BPF_ALU | BPF_MOD | BPF_K, count));
  to.push_back(filter_step(BPF_LDX | BPF_MEM, 0));
  to.push_back(filter_step(BPF_ALU | BPF_ADD | BPF_X, 0));
}

} // namespace

result<void> steer_reports(const udp_socket& first, size_t count) {
  filter_program steps;
  const auto sockets = static_cast<uint32_t>(count);
  append_kind(steps, sockets);
  if (count > 1)
    append_choice(steps, sockets, first.local().is_v4(),
                  std::random_device{}());
  steps.push_back(filter_step(BPF_RET | BPF_A, 0));
  sock_fprog program{static_cast<unsigned short>(steps.size()), steps.data()};
  if (setsockopt(first.fd(), SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
                 sizeof program)
      != 0)
    return std::error_code{errno, std::generic_category()};
  return {};
}

} // namespace troupe::net
