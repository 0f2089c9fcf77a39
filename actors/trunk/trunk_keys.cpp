#include "actors/trunk/trunk_keys.hpp"

#include "actors/trunk/trunk_numbers.hpp"

#include <utility>

namespace troupe::actors {

namespace {

constexpr auto profile = net::srtp_profile::aead_aes_128_gcm;

net::srtp_master_key draw_key(net::rng& random) {
  net::srtp_master_key out;
  out.key.resize(net::srtp_key_length(profile));
  out.salt.resize(net::srtp_salt_length(profile));
  random.fill(out.key);
  random.fill(out.salt);
  return out;
}

} // namespace

trunk_keys::trunk_keys(net::srtp_backend backend, net::rng& random)
    : backend_(backend)
    , epoch_(random.u64())
    , own_(draw_key(random))
    , sender_(net::make_srtp_sender(backend, profile, own_)) {}

void trunk_keys::describe(open_trunk& x) const {
  x.epoch = epoch_;
  x.key.assign(own_.key.begin(), own_.key.end());
  x.salt.assign(own_.salt.begin(), own_.salt.end());
}

trunk_keys::change trunk_keys::accept(const open_trunk& x) {
  const auto remote = net::parse_address(x.address, x.port);
  const auto reporters = x.reporter & ((1u << trunk_stream_bits) - 1);
  if (!remote || x.port == 0 || x.tag == 0 || trunk_tag_of(x.reporter) != x.tag
      || reporters > first_trunk_reporter)
    return change::refused;
  const auto known = remote_epoch_ == x.epoch;
  if (!known) {
    // Null if a length is wrong.
    auto receiver = net::make_srtp_receiver(
        backend_, profile,
        {{x.key.begin(), x.key.end()}, {x.salt.begin(), x.salt.end()}});
    if (!receiver)
      return change::refused;
    receiver_ = std::move(receiver);
  }
  const auto same =
      tag_ == x.tag && reporter_ == x.reporter && remote_ == remote;
  tag_ = x.tag;
  reporter_ = x.reporter;
  remote_ = remote;
  if (known)
    return same ? change::none : change::renumbered;
  return std::exchange(remote_epoch_, x.epoch) ? change::replaced
                                               : change::first;
}

} // namespace troupe::actors
