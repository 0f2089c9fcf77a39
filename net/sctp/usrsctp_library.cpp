#include "net/sctp/usrsctp_library.hpp"

#include "net/sctp/sctp_association.hpp"

#include <usrsctp.h>

namespace troupe::net {

namespace {

// Times in milliseconds, as browsers expect: within RFC 4960's bounds or faster
// (its minimum retransmission timeout of 1 s is outdated).
constexpr uint32_t rto_initial = 500;
constexpr uint32_t rto_min = 220;
constexpr uint32_t rto_max = 10'000;
constexpr uint32_t sack_delay = 100;

void configure() {
  usrsctp_sysctl_set_sctp_ecn_enable(0);
  usrsctp_sysctl_set_sctp_asconf_enable(0);
  usrsctp_sysctl_set_sctp_auto_asconf(0);
  usrsctp_sysctl_set_sctp_auth_enable(0);
  usrsctp_sysctl_set_sctp_nrsack_enable(0);
  usrsctp_sysctl_set_sctp_pktdrop_enable(0);
  usrsctp_sysctl_set_sctp_pr_enable(1);
  usrsctp_sysctl_set_sctp_reconfig_enable(1);
  usrsctp_sysctl_set_sctp_rto_initial_default(rto_initial);
  usrsctp_sysctl_set_sctp_rto_min_default(rto_min);
  usrsctp_sysctl_set_sctp_rto_max_default(rto_max);
  usrsctp_sysctl_set_sctp_init_rto_max_default(rto_max);
  usrsctp_sysctl_set_sctp_delayed_sack_time_default(sack_delay);
  usrsctp_sysctl_set_sctp_heartbeat_interval_default(0);
  // DTLS keeps an association from receiving a predecessor's packets.
  usrsctp_sysctl_set_sctp_vtag_time_wait(0);
  // Free memory at once instead of caching it.
  usrsctp_sysctl_set_sctp_system_free_resc_limit(0);
  usrsctp_sysctl_set_sctp_asoc_free_resc_limit(0);
  // Do not answer packets that belong to no association.
  usrsctp_sysctl_set_sctp_blackhole(2);
}

} // namespace

usrsctp_library::usrsctp_library() {
  usrsctp_tunable_set_sctp_hashtblsize(4096);
  usrsctp_init_nothreads(0, &usrsctp_library::handle_output, nullptr);
  configure();
  // We compute checksums, since we write the ports into the packets.
  usrsctp_enable_crc32c_offload();
  usrsctp_register_address(address());
}

usrsctp_library& usrsctp_library::instance() {
  // Never destroyed: at exit no usrsctp_call would give usrsctp its time.
  static auto* const out = new usrsctp_library;
  return *out;
}

void* usrsctp_library::address() {
  return reinterpret_cast<void*>(uintptr_t{1});
}

uint16_t usrsctp_library::claim_port(sctp_association* owner) {
  for (size_t i = 1; i < ports_.size(); ++i) {
    if (++last_port_ == 0)
      ++last_port_;
    if (!ports_[last_port_]) {
      ports_[last_port_] = owner;
      return last_port_;
    }
  }
  return 0;
}

void usrsctp_library::release_port(uint16_t port) {
  ports_[port] = nullptr;
}

int usrsctp_library::handle_output(void*, void* buffer, size_t length, uint8_t,
                                   uint8_t) {
  const auto* octets = static_cast<const uint8_t*>(buffer);
  if (length >= sctp_header_octets)
    if (auto* owner = instance().ports_[load_u16(octets)])
      owner->take_packet({octets, length});
  return 0;
}

void usrsctp_library::advance(time_point now) {
  using namespace std::chrono;
  if (!ticked_ || now < *ticked_)
    ticked_ = now; // another clock, as in tests
  const auto passed = duration_cast<milliseconds>(now - *ticked_);
  if (passed < usrsctp_call::tick)
    return;
  *ticked_ += passed;
  usrsctp_handle_timers(static_cast<uint32_t>(passed.count()));
}

usrsctp_call::usrsctp_call(time_point now)
    : library_(usrsctp_library::instance())
    , guard_(library_.mutex_)
    , clock_(now) {
  library_.advance(now);
}

usrsctp_lock::usrsctp_lock() : guard_(usrsctp_library::instance().mutex_) {}

} // namespace troupe::net
