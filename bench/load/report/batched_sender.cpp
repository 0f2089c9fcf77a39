#include "bench/load/report/batched_sender.hpp"

#include "net/base/assert.hpp"

#include <netinet/udp.h>

#include <cstring>
#include <utility>

namespace troupe::load {

namespace {

// Space for all messages of a call with the packets that are usual.
constexpr size_t scratch_octets = 1 << 20;

} // namespace

batched_sender::batched_sender(int socket)
    : socket_(socket)
    , out_(scratch_octets) {}

void batched_sender::add_receiver(const sockaddr_in& address,
                                  std::unique_ptr<net::srtp_sender> keys) {
  receivers_.push_back({address, std::move(keys)});
}

void batched_sender::send(size_t who,
                          const std::vector<net::mutable_byte_span>& packets) {
  auto& to = receivers_[who];
  auto fresh = true; // runs do not go on from one call to the next
  for (const auto& x : packets) {
    auto size = x.size() + net::srtp_max_overhead;
    auto& in = run_for(to, size, fresh);
    fresh = false;
    auto room = net::mutable_byte_span{out_}.subspan(used_);
    auto written = to.keys->protect_rtp(x.first(header_octets),
                                        x.subspan(header_octets), room);
    TROUPE_ASSERT(written && *written == size);
    used_ += size;
    in.octets += size;
    ++in.segments;
    in.complete = size < in.segment;
    ++sent_;
  }
}

batched_sender::run& batched_sender::run_for(receiver& to, size_t size,
                                             bool fresh) {
  if (used_ + size > out_.size()) {
    flush();
    fresh = true;
  }
  if (!fresh && count_ > 0) {
    auto& last = runs_[count_ - 1];
    if (!last.complete && size <= last.segment
        && last.segments < net::gso_run::max_segments
        && last.octets + size <= net::gso_run::max_octets)
      return last;
  }
  if (count_ == max_messages)
    flush();
  runs_[count_] = {used_, 0, size, 0, false};
  auto& header = headers_[count_].msg_hdr;
  header = {};
  header.msg_name = &to.address;
  header.msg_namelen = sizeof to.address;
  header.msg_iov = &parts_[count_];
  header.msg_iovlen = 1;
  return runs_[count_++];
}

void batched_sender::set_segment(size_t index) {
  auto& header = headers_[index].msg_hdr;
  auto& control = controls_[index];
  cmsghdr head{};
  head.cmsg_level = IPPROTO_UDP;
  head.cmsg_type = UDP_SEGMENT;
  head.cmsg_len = CMSG_LEN(sizeof(uint16_t));
  auto segment = static_cast<uint16_t>(runs_[index].segment);
  std::memcpy(control.octets, &head, sizeof head);
  std::memcpy(control.octets + CMSG_LEN(0), &segment, sizeof segment);
  header.msg_control = control.octets;
  header.msg_controllen = sizeof control.octets;
}

void batched_sender::flush() {
  for (size_t i = 0; i < count_; ++i) {
    parts_[i] = {&out_[runs_[i].begin], runs_[i].octets};
    if (runs_[i].segments > 1)
      set_segment(i);
  }
  for (size_t done = 0; done < count_;) {
    ++calls_;
    auto n = ::sendmmsg(socket_, &headers_[done],
                        static_cast<unsigned>(count_ - done), MSG_NOSIGNAL);
    // A message that the kernel does not take is lost, as with a full queue.
    done += n > 0 ? static_cast<size_t>(n) : 1;
  }
  messages_sent_ += count_;
  count_ = 0;
  used_ = 0;
}

} // namespace troupe::load
