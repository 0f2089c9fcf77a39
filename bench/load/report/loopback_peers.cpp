#include "bench/load/report/loopback_peers.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace troupe::load {

namespace {

constexpr int buffer_octets = 4 << 20;
constexpr int drain_every_ms = 1;

// How often a socket that stays full is read before the next one.
constexpr int max_rounds = 8;

// A request to end the thread, in place of a number of datagrams.
constexpr uint64_t end_request = 1ULL << 40;

failure system_failure(const char* what) {
  return {std::string{what} + ": " + std::strerror(errno)};
}

} // namespace

outcome<udp_endpoint> open_loopback_udp() {
  udp_endpoint out;
  out.socket = descriptor{
      ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  out.address.sin_family = AF_INET;
  out.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* address = reinterpret_cast<sockaddr*>(&out.address);
  socklen_t length = sizeof(out.address);
  if (!out.socket || ::bind(*out.socket, address, length) != 0
      || ::getsockname(*out.socket, address, &length) != 0)
    return system_failure("cannot open a UDP socket on loopback");
  for (auto which : {SO_RCVBUF, SO_SNDBUF})
    ::setsockopt(*out.socket, SOL_SOCKET, which, &buffer_octets,
                 sizeof(buffer_octets));
  return out;
}

outcome<std::unique_ptr<loopback_peers>>
loopback_peers::start(size_t receivers, const sockaddr_in& server,
                      size_t octets) {
  std::unique_ptr<loopback_peers> self{new loopback_peers};
  self->server_ = server;
  self->datagram_.assign(octets, 'x');
  self->request_ = descriptor{::eventfd(0, EFD_CLOEXEC)};
  self->done_ = descriptor{::eventfd(0, EFD_CLOEXEC)};
  if (!self->request_ || !self->done_)
    return system_failure("cannot make an event");
  auto source = open_loopback_udp();
  if (!source)
    return source.error();
  self->source_ = std::move(*source);
  for (size_t i = 0; i < receivers; ++i) {
    auto endpoint = open_loopback_udp();
    if (!endpoint)
      return endpoint.error();
    self->addresses_.push_back(endpoint->address);
    self->sockets_.push_back(std::move(endpoint->socket));
  }
  self->thread_ = std::thread{[peers = self.get()] {
    peers->run();
  }};
  return self;
}

loopback_peers::~loopback_peers() {
  if (!thread_.joinable())
    return;
  eventfd_write(*request_, end_request);
  thread_.join();
}

void loopback_peers::feed(size_t count) {
  eventfd_write(*request_, count);
  eventfd_t sent = 0;
  while (eventfd_read(*done_, &sent) != 0 && errno == EINTR)
    ;
}

void loopback_peers::run() {
  for (;;) {
    pollfd request{*request_, POLLIN, 0};
    if (::poll(&request, 1, drain_every_ms) > 0) {
      eventfd_t count = 0;
      eventfd_read(*request_, &count);
      if (count >= end_request)
        return;
      send_burst(count);
      eventfd_write(*done_, 1);
    }
    for (auto& socket : sockets_)
      drain(*socket);
  }
}

void loopback_peers::drain(int socket) {
  constexpr size_t batch = 32;
  static thread_local std::array<std::array<char, 2048>, batch> buffers;
  std::array<iovec, batch> parts;
  std::array<mmsghdr, batch> messages{};
  for (size_t i = 0; i < batch; ++i) {
    parts[i] = {buffers[i].data(), buffers[i].size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  uint64_t whole = 0;
  for (int rounds = 0; rounds < max_rounds; ++rounds) {
    auto n = ::recvmmsg(socket, messages.data(), batch, MSG_DONTWAIT, nullptr);
    for (size_t i = 0; n > 0 && i < static_cast<size_t>(n); ++i)
      whole += messages[i].msg_len == datagram_.size();
    if (n < static_cast<int>(batch))
      break;
  }
  received_.fetch_add(whole, std::memory_order_relaxed);
}

void loopback_peers::send_burst(uint64_t count) {
  for (; count > 0; --count)
    ::sendto(*source_.socket, datagram_.data(), datagram_.size(), 0,
             reinterpret_cast<const sockaddr*>(&server_), sizeof(server_));
}

} // namespace troupe::load
