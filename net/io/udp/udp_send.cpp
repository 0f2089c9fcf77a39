// The sending half of udp_socket.

#include "net/base/assert.hpp"
#include "net/io/loop/sockaddr.hpp"
#include "net/io/udp/gso_run.hpp"
#include "net/io/udp/udp_socket.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace troupe::net {

namespace {

constexpr size_t max_vectors = 1024;

// How often to wait for a full socket, a millisecond each.
constexpr int max_waits = 2;

template <class T>
void append_control(msghdr& header, size_t capacity, int level, int type,
                    const T& value) {
  TROUPE_ASSERT(header.msg_controllen + CMSG_SPACE(sizeof value) <= capacity);
  auto at = static_cast<uint8_t*>(header.msg_control) + header.msg_controllen;
  cmsghdr head{};
  head.cmsg_level = level;
  head.cmsg_type = type;
  head.cmsg_len = CMSG_LEN(sizeof value);
  std::memset(at, 0, CMSG_SPACE(sizeof value));
  std::memcpy(at, &head, sizeof head);
  std::memcpy(at + CMSG_LEN(0), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

} // namespace

// Collects datagrams into messages, and messages into one sendmmsg. One per
// thread, since any thread may send.
class udp_socket::outbox {
public:
  void send(udp_socket& socket, std::span<const outgoing_datagram> batch) {
    socket_ = &socket;
    gso_ = socket.uses_gso();
    for (const auto& x : batch) {
      if (gso_ && extends_run(x)) {
        push(x);
        continue;
      }
      if (count_ == max_messages_per_call || vectors_used_ == max_vectors)
        flush();
      begin(x);
      push(x);
    }
    flush();
    report();
  }

private:
  struct alignas(cmsghdr) control_buffer {
    uint8_t octets[96];
  };

  bool extends_run(const outgoing_datagram& x) const {
    return count_ > 0 && vectors_used_ < max_vectors
           && messages_[count_ - 1].takes(x);
  }

  void begin(const outgoing_datagram& x) {
    messages_[count_] = gso_run{x};
    auto& header = headers_[count_].msg_hdr;
    header = {};
    header.msg_name = &names_[count_];
    header.msg_namelen = to_sockaddr(x.tuple.remote, names_[count_]);
    header.msg_iov = &vectors_[vectors_used_];
    header.msg_control = controls_[count_].octets;
    if (socket_->any_address_)
      set_source(header, x.tuple.local);
    ++count_;
  }

  void push(const outgoing_datagram& x) {
    messages_[count_ - 1].add(x);
    auto& header = headers_[count_ - 1].msg_hdr;
    // Extend the last vector if the data follows it directly in memory.
    if (header.msg_iovlen > 0) {
      auto& last = vectors_[vectors_used_ - 1];
      if (static_cast<uint8_t*>(last.iov_base) + last.iov_len
          == x.data.data()) {
        last.iov_len += x.data.size();
        return;
      }
    }
    // The kernel only reads the data, but iovec has no const form.
    vectors_[vectors_used_++] = {const_cast<uint8_t*>(x.data.data()),
                                 x.data.size()};
    ++header.msg_iovlen;
  }

  // Makes a host with several addresses answer from the address that the client
  // sent to.
  static void set_source(msghdr& header, const socket_address& local) {
    if (local.is_unspecified())
      return;
    if (local.is_v4()) {
      in_pktinfo info{};
      std::memcpy(&info.ipi_spec_dst, local.octets().data() + 12, 4);
      append_control(header, sizeof(control_buffer), IPPROTO_IP, IP_PKTINFO,
                     info);
    } else {
      in6_pktinfo info{};
      std::memcpy(&info.ipi6_addr, local.octets().data(), 16);
      append_control(header, sizeof(control_buffer), IPPROTO_IPV6, IPV6_PKTINFO,
                     info);
    }
  }

  void flush() {
    for (size_t i = 0; i < count_; ++i)
      if (messages_[i].segments > 1)
        append_control(headers_[i].msg_hdr, sizeof(control_buffer), IPPROTO_UDP,
                       UDP_SEGMENT,
                       static_cast<uint16_t>(messages_[i].first->data.size()));
    int waits = 0;
    for (size_t done = 0; done < count_;) {
      ++calls_;
      auto n = ::sendmmsg(socket_->fd_, &headers_[done],
                          static_cast<unsigned>(count_ - done), MSG_NOSIGNAL);
      if (n > 0) {
        taken_ += static_cast<size_t>(n);
        for (auto end = done + static_cast<size_t>(n); done < end; ++done)
          count_sent(messages_[done]);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
        if (waits++ == max_waits) {
          for (; done < count_; ++done)
            full_ += messages_[done].segments;
          break;
        }
        pollfd ready{socket_->fd_, POLLOUT, 0};
        ::poll(&ready, 1, 1);
      } else if (errno != EINTR) {
        handle_refusal(done, errno);
        ++done;
      }
    }
    count_ = 0;
    vectors_used_ = 0;
  }

  void count_sent(const gso_run& x) {
    sent_ += x.segments;
    octets_ += x.octets;
    if (x.segments > 1) {
      ++runs_;
      in_runs_ += x.segments;
      if (!socket_->gso_proven_.load(std::memory_order_relaxed))
        socket_->gso_proven_.store(true, std::memory_order_relaxed);
    }
  }

  // EIO means that the interface cannot compute checksums; other errors, that
  // the kernel cannot segment, or not to this destination's MTU.
  void handle_refusal(size_t index, int error) {
    const auto& run = messages_[index];
    if (run.segments == 1) {
      ++errors_;
      return;
    }
    ++refused_;
    if (error == EIO || !socket_->gso_proven_.load(std::memory_order_relaxed))
      socket_->gso_.store(gso_ = false, std::memory_order_relaxed);
    auto header = headers_[index].msg_hdr;
    header.msg_iovlen = 1;
    header.msg_controllen -= CMSG_SPACE(sizeof(uint16_t));
    for (size_t i = 0; i < run.segments; ++i) {
      auto data = run.first[i].data;
      iovec one{const_cast<uint8_t*>(data.data()), data.size()};
      header.msg_iov = &one;
      ++calls_;
      if (::sendmsg(socket_->fd_, &header, MSG_NOSIGNAL) >= 0) {
        ++taken_;
        ++sent_;
        octets_ += data.size();
      } else {
        ++(errno == EAGAIN ? full_ : errors_);
      }
    }
  }

  void report() {
    auto& to = socket_->counters_;
    auto add = [](std::atomic<uint64_t>& counter, uint64_t& n) {
      if (n != 0)
        counter.fetch_add(std::exchange(n, 0), std::memory_order_relaxed);
    };
    add(to.send_calls, calls_);
    add(to.send_messages, taken_);
    add(to.datagrams_sent, sent_);
    add(to.bytes_sent, octets_);
    add(to.gso_runs, runs_);
    add(to.gso_datagrams, in_runs_);
    add(to.gso_refused, refused_);
    add(to.send_full, full_);
    add(to.send_errors, errors_);
  }

  udp_socket* socket_ = nullptr;
  bool gso_ = false;
  size_t count_ = 0;
  size_t vectors_used_ = 0;
  std::array<gso_run, max_messages_per_call> messages_;
  std::array<mmsghdr, max_messages_per_call> headers_;
  std::array<sockaddr_storage, max_messages_per_call> names_;
  std::array<control_buffer, max_messages_per_call> controls_;
  std::array<iovec, max_vectors> vectors_;
  uint64_t calls_ = 0;
  uint64_t taken_ = 0; // messages
  uint64_t sent_ = 0;
  uint64_t octets_ = 0;
  uint64_t runs_ = 0;
  uint64_t in_runs_ = 0;
  uint64_t refused_ = 0;
  uint64_t full_ = 0;
  uint64_t errors_ = 0;
};

void udp_socket::send(std::span<const outgoing_datagram> batch) {
  static thread_local outbox box;
  box.send(*this, batch);
}

} // namespace troupe::net
