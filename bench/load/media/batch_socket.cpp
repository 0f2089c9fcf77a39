#include "bench/load/media/batch_socket.hpp"

#include "net/io/loop/sockaddr.hpp"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace troupe::load {

namespace {

// The number of segments that every Linux version with GSO accepts.
constexpr size_t max_segments = 64;
constexpr size_t max_run = 65507;
constexpr size_t gso_control = CMSG_SPACE(sizeof(uint16_t));

std::error_code last_error() {
  return {errno, std::generic_category()};
}

template <class T>
bool set_option(int fd, int level, int name, const T& value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

std::chrono::nanoseconds to_duration(const timespec& x) {
  return std::chrono::seconds{x.tv_sec} + std::chrono::nanoseconds{x.tv_nsec};
}

} // namespace

receive_area::receive_area() : octets_(new uint8_t[slots * slot_size]) {
  for (size_t i = 0; i < slots; ++i) {
    vectors_[i] = {octets_.get() + i * slot_size, slot_size};
    auto& header = messages_[i].msg_hdr;
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].octets;
  }
  read_clocks();
}

void receive_area::read_clocks() {
  timespec wall;
  now_ = std::chrono::steady_clock::now();
  clock_gettime(CLOCK_REALTIME, &wall);
  offset_ =
      std::chrono::nanoseconds{now_.time_since_epoch()} - to_duration(wall);
}

send_batch::send_batch() : octets_(new uint8_t[slots * slot_size]) {}

net::result<batch_socket> batch_socket::open(const net::socket_address& server,
                                             const socket_options& options) {
  sockaddr_storage name{};
  auto length = net::to_sockaddr(server, name);
  auto fd =
      ::socket(name.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return last_error();
  batch_socket result{fd, options.gso};
  set_option(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  set_option(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer);
  set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  if (options.gro)
    set_option(fd, IPPROTO_UDP, UDP_GRO, 1);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&name), length) != 0)
    return last_error();
  return result;
}

batch_socket::batch_socket(batch_socket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1))
    , gso_(other.gso_) {}

batch_socket::~batch_socket() {
  if (fd_ >= 0)
    ::close(fd_);
}

size_t batch_socket::read(receive_area& area) {
  // The last read has overwritten these lengths.
  for (size_t i = 0; i < area.used_; ++i)
    area.messages_[i].msg_hdr.msg_controllen = sizeof area.controls_[i].octets;
  auto n = ::recvmmsg(fd_, area.messages_.data(), receive_area::slots,
                      MSG_DONTWAIT, nullptr);
  area.used_ = n > 0 ? static_cast<size_t>(n) : 0;
  return area.used_;
}

batch_socket::message batch_socket::look(receive_area& area,
                                         size_t slot) const {
  auto& in = area.messages_[slot];
  message out{area.octets_.get() + slot * receive_area::slot_size, in.msg_len,
              in.msg_len, area.now_};
  auto& header = in.msg_hdr;
  for (auto c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      int segment;
      std::memcpy(&segment, CMSG_DATA(c), sizeof segment);
      if (segment > 0)
        out.segment = static_cast<size_t>(segment);
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      timespec stamp;
      std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
      out.arrival = net::time_point{to_duration(stamp) + area.offset_};
    }
  }
  return out;
}

size_t batch_socket::prepare(send_batch& batch,
                             std::span<uint8_t> controls) const {
  size_t messages = 0;
  for (size_t i = 0; i < batch.count_;) {
    auto size = batch.vectors_[i].iov_len;
    auto end = i + 1;
    auto octets = size;
    // Joins datagrams of equal size; the last may be smaller.
    while (gso_ && end < batch.count_ && end - i < max_segments
           && batch.vectors_[end - 1].iov_len == size
           && batch.vectors_[end].iov_len <= size
           && octets + batch.vectors_[end].iov_len <= max_run)
      octets += batch.vectors_[end++].iov_len;
    auto& header = batch.messages_[messages].msg_hdr;
    header = {};
    header.msg_iov = &batch.vectors_[i];
    header.msg_iovlen = end - i;
    if (end - i > 1) {
      header.msg_control = controls.data() + messages * gso_control;
      header.msg_controllen = gso_control;
      auto c = CMSG_FIRSTHDR(&header);
      c->cmsg_level = IPPROTO_UDP;
      c->cmsg_type = UDP_SEGMENT;
      c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
      auto segment = static_cast<uint16_t>(size);
      std::memcpy(CMSG_DATA(c), &segment, sizeof segment);
    }
    ++messages;
    i = end;
  }
  return messages;
}

size_t batch_socket::send(send_batch& batch) {
  alignas(cmsghdr) std::array<uint8_t, send_batch::slots * gso_control>
      controls;
  auto messages = prepare(batch, controls);
  size_t lost = 0;
  size_t retries = 2;
  for (size_t done = 0; done < messages;) {
    auto n = ::sendmmsg(fd_, &batch.messages_[done],
                        static_cast<unsigned>(messages - done), MSG_NOSIGNAL);
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (errno == EINTR || (errno == ECONNREFUSED && retries-- > 0)) {
      // ECONNREFUSED reports an error of an earlier datagram.
    } else {
      lost += batch.messages_[done++].msg_hdr.msg_iovlen;
    }
  }
  batch.count_ = 0;
  return lost;
}

uint64_t batch_socket::drops() const {
  std::array<uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  if (getsockopt(fd_, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0)
    return 0;
  return memory[SK_MEMINFO_DROPS];
}

} // namespace troupe::load
