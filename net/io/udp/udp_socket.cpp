#include "net/io/udp/udp_socket.hpp"

#include "net/io/loop/sockaddr.hpp"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace troupe::net {

namespace {

constexpr size_t slots = 64;

// The maximum size of one coalesced read.
constexpr size_t max_coalesced = 65536;

std::error_code last_error() {
  return {errno, std::generic_category()};
}

template <class T>
bool set_option(int fd, int level, int name, const T& value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

// The content of a datagram's control messages.
struct arrival_facts {
  std::optional<socket_address> local;
  size_t segment = 0;
  // When the kernel received it, by the wall clock.
  std::optional<std::chrono::nanoseconds> received;
};

std::chrono::nanoseconds to_duration(const timespec& x) {
  return std::chrono::seconds{x.tv_sec} + std::chrono::nanoseconds{x.tv_nsec};
}

arrival_facts read_control(msghdr& message, uint16_t port) {
  arrival_facts result;
  for (auto c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      uint8_t octets[4];
      std::memcpy(octets, &info.ipi_addr, sizeof octets);
      result.local = socket_address{octets, port};
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      uint8_t octets[16];
      std::memcpy(octets, &info.ipi6_addr, sizeof octets);
      result.local = socket_address{octets, port};
    } else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      int segment;
      std::memcpy(&segment, CMSG_DATA(c), sizeof segment);
      result.segment = segment > 0 ? static_cast<size_t>(segment) : 0;
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      timespec stamp;
      std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
      result.received = to_duration(stamp);
    }
  }
  return result;
}

// Converts the kernel's timestamps by reading the wall clock together with
// `now`. Otherwise a thread that reads its socket late would look like a queue
// in the network to the bandwidth estimator.
class arrival_clock {
public:
  explicit arrival_clock(time_point now) : now_(now) {
    timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    wall_ = to_duration(wall);
  }

  time_point arrival(const arrival_facts& facts) const {
    if (!facts.received)
      return now_;
    // Outside these bounds, the clock has been set.
    auto age = wall_ - *facts.received;
    return age < std::chrono::seconds{0} || age > std::chrono::seconds{1}
               ? now_
               : now_ - age;
  }

private:
  time_point now_;
  std::chrono::nanoseconds wall_;
};

} // namespace

// Each slot reads directly into a pooled buffer. Only coalesced data overflows
// into the slot's spill area and is copied from there.
struct udp_socket::inbox {
  std::array<buffer_ptr, slots> buffers;
  std::array<mmsghdr, slots> messages{};
  std::array<std::array<iovec, 2>, slots> vectors{};
  std::array<sockaddr_storage, slots> names{};
  struct alignas(cmsghdr) control_buffer {
    uint8_t octets[96];
  };
  std::array<control_buffer, slots> controls{};
  std::unique_ptr<uint8_t[]> spill;

  // How many slots, from the first, the last read used.
  size_t stale = slots;

  static constexpr size_t spill_size = max_coalesced - buffer::capacity;

  uint8_t* spill_of(size_t slot) {
    return spill.get() + slot * spill_size;
  }

  void prepare(buffer_pool& pool, size_t slot) {
    if (!buffers[slot])
      buffers[slot] = pool.take();
    vectors[slot][0] = {buffers[slot]->storage().data(), buffer::capacity};
    if (spill)
      vectors[slot][1] = {spill_of(slot), spill_size};
    auto& header = messages[slot].msg_hdr;
    header.msg_name = &names[slot];
    header.msg_namelen = sizeof names[slot];
    header.msg_iov = vectors[slot].data();
    header.msg_iovlen = spill ? 2 : 1;
    header.msg_control = controls[slot].octets;
    header.msg_controllen = sizeof controls[slot].octets;
    header.msg_flags = 0;
  }

  // Copies octets from the slot's buffer and spill area as if contiguous.
  void copy(size_t slot, size_t offset, mutable_byte_span out) {
    auto first = std::min(out.size(), buffer::capacity
                                          - std::min(offset, buffer::capacity));
    if (first > 0)
      std::memcpy(out.data(), buffers[slot]->storage().data() + offset, first);
    if (first < out.size())
      std::memcpy(out.data() + first,
                  spill_of(slot) + (offset + first - buffer::capacity),
                  out.size() - first);
  }
};

result<std::unique_ptr<udp_socket>>
udp_socket::open(const socket_address& address,
                 const udp_socket_options& options) {
  sockaddr_storage name{};
  auto length = to_sockaddr(address, name);
  int fd =
      ::socket(name.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return last_error();
  auto v4 = address.is_v4();
  bool ready = v4 ? set_option(fd, IPPROTO_IP, IP_PKTINFO, 1)
                  : set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)
                        && set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  if (options.reuse_port)
    ready = ready && set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (options.receive_buffer > 0)
    set_option(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  if (options.send_buffer > 0)
    set_option(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer);
  if (!ready || ::bind(fd, reinterpret_cast<sockaddr*>(&name), length) != 0) {
    auto error = last_error();
    ::close(fd);
    return error;
  }
  // Setting a segment size of 0 has no effect, but shows whether the kernel
  // knows the option.
  auto gso = options.gso && set_option(fd, IPPROTO_UDP, UDP_SEGMENT, 0);
  auto gro = options.gro && set_option(fd, IPPROTO_UDP, UDP_GRO, 1);
  set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  auto local = bound_address(fd).value_or(address);
  return std::unique_ptr<udp_socket>{new udp_socket(fd, local, gso, gro)};
}

udp_socket::udp_socket(int fd, const socket_address& local, bool gso, bool gro)
    : fd_(fd)
    , local_(local)
    , any_address_(local.is_unspecified())
    , inbox_(std::make_unique<inbox>())
    , gso_(gso) {
  if (gro)
    inbox_->spill.reset(new uint8_t[slots * inbox::spill_size]);
}

udp_socket::~udp_socket() {
  ::close(fd_);
}

bool udp_socket::share_address(bool shared) {
  return set_option(fd_, SOL_SOCKET, SO_REUSEPORT, shared ? 1 : 0);
}

uint64_t udp_socket::kernel_drops() const {
  std::array<uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd_, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0)
    return 0;
  return info[SK_MEMINFO_DROPS];
}

bool udp_socket::receive_burst(buffer_pool& pool, uint32_t path, time_point now,
                               std::vector<datagram>& out) {
  pool.collect(now);
  for (size_t i = 0; i < inbox_->stale; ++i)
    inbox_->prepare(pool, i);
  auto n =
      ::recvmmsg(fd_, inbox_->messages.data(), slots, MSG_DONTWAIT, nullptr);
  counters_.receive_calls.fetch_add(1, std::memory_order_relaxed);
  inbox_->stale = n > 0 ? static_cast<size_t>(n) : 0;
  if (n <= 0)
    return n < 0 && errno == EINTR;
  auto before = out.size();
  arrival_clock clock{now};
  for (size_t i = 0; i < static_cast<size_t>(n); ++i) {
    auto facts = read_control(inbox_->messages[i].msg_hdr, local_.port());
    auto tuple = transport_tuple{
        transport_protocol::udp, path, facts.local.value_or(local_), {}};
    unpack(pool, i, tuple, facts.segment, clock.arrival(facts), out);
  }
  size_t octets = 0;
  for (auto i = before; i < out.size(); ++i)
    octets += out[i].data->size();
  counters_.datagrams_received.fetch_add(out.size() - before,
                                         std::memory_order_relaxed);
  counters_.bytes_received.fetch_add(octets, std::memory_order_relaxed);
  counters_.bursts_received.fetch_add(1, std::memory_order_relaxed);
  return static_cast<size_t>(n) == slots;
}

void udp_socket::unpack(buffer_pool& pool, size_t slot, transport_tuple tuple,
                        size_t segment, time_point arrival,
                        std::vector<datagram>& out) {
  auto& message = inbox_->messages[slot];
  size_t length = message.msg_len;
  if (segment == 0)
    segment = length;
  auto remote =
      from_sockaddr(reinterpret_cast<const sockaddr&>(inbox_->names[slot]));
  if (!remote || (message.msg_hdr.msg_flags & MSG_TRUNC)) {
    counters_.oversized_dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  tuple.remote = *remote;
  auto first = out.size();
  for (size_t offset = 0; offset == 0 || offset < length; offset += segment) {
    auto size = std::min(segment, length - offset);
    if (size > buffer::capacity) {
      counters_.oversized_dropped.fetch_add(1, std::memory_order_relaxed);
    } else if (offset == 0) {
      // The first segment stays in its buffer, which is moved out below.
      out.push_back({{}, tuple, arrival});
    } else {
      auto copy = pool.take();
      copy->resize(size);
      inbox_->copy(slot, offset, copy->bytes());
      out.push_back({std::move(copy), tuple, arrival});
    }
    if (segment == 0)
      break;
  }
  if (segment <= buffer::capacity) {
    out[first].data = std::move(inbox_->buffers[slot]);
    out[first].data->resize(std::min(segment, length));
  }
}

} // namespace troupe::net
