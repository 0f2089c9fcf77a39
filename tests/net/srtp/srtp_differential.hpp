#pragma once

#include "tests/net/srtp/srtp_test_kit.hpp"

#include <doctest/doctest.h>

#include <functional>

/// Compares each backend with libsrtp2, packet by packet, in both directions.
namespace troupe::test {

using namespace troupe::net;

using packet = std::vector<uint8_t>;

/// A sender and a receiver of a backend and of the reference, under one key.
struct backend_pair {
  backend_pair(srtp_backend backend, srtp_profile profile, rng& random) {
    auto key = random_key(profile, random);
    sender = make_srtp_sender(backend, profile, key);
    receiver = make_srtp_receiver(backend, profile, key);
    ref_sender = make_srtp_sender(srtp_backend::libsrtp2, profile, key);
    ref_receiver = make_srtp_receiver(srtp_backend::libsrtp2, profile, key);
    REQUIRE((sender && receiver && ref_sender && ref_receiver));
  }

  /// Protects a packet with both senders, which must produce the same octets.
  packet send(const packet& header, const packet& payload) {
    auto ours = protect(*sender, header, payload);
    auto theirs = protect(*ref_sender, header, payload);
    REQUIRE(ours == theirs);
    return ours;
  }

  packet send_rtcp(const packet& plain) {
    auto ours = protect_rtcp(*sender, plain);
    auto theirs = protect_rtcp(*ref_sender, plain);
    REQUIRE(ours == theirs);
    return ours;
  }

  /// Both receivers must agree on success, plaintext and error.
  bool receive(const packet& wire) {
    return compare(wire, &srtp_receiver::unprotect_rtp);
  }

  bool receive_rtcp(const packet& wire) {
    return compare(wire, &srtp_receiver::unprotect_rtcp);
  }

  bool
  compare(const packet& wire,
          std::optional<size_t> (srtp_receiver::*open)(mutable_byte_span)) {
    auto ours = wire;
    auto theirs = wire;
    auto our_size = (*receiver.*open)(ours);
    auto their_size = (*ref_receiver.*open)(theirs);
    REQUIRE(our_size == their_size);
    if (!our_size) {
      // For GCM packets without the E bit, the reference reports an error only
      // after the tag check.
      if (receiver->last_error() != srtp_error::malformed)
        REQUIRE(receiver->last_error() == ref_receiver->last_error());
      return false;
    }
    ours.resize(*our_size);
    theirs.resize(*their_size);
    REQUIRE(ours == theirs);
    last = ours;
    return true;
  }

  void keep(uint32_t ssrc) {
    receiver->keep(ssrc);
    ref_receiver->keep(ssrc);
  }

  void retire_received(uint32_t ssrc) {
    receiver->retire(ssrc);
    ref_receiver->retire(ssrc);
  }

  void retire_sent(uint32_t ssrc) {
    sender->retire(ssrc);
    ref_sender->retire(ssrc);
  }

  /// The error of the latest refusal, on which both receivers must agree.
  srtp_error error() const {
    REQUIRE(receiver->last_error() == ref_receiver->last_error());
    return receiver->last_error();
  }

  std::unique_ptr<srtp_sender> sender;
  std::unique_ptr<srtp_receiver> receiver;
  std::unique_ptr<srtp_sender> ref_sender;
  std::unique_ptr<srtp_receiver> ref_receiver;
  packet last;
};

inline void
for_each_suite(const std::function<void(backend_pair&, rng&)>& body) {
  for (auto backend : own_backends()) {
    for (auto profile : all_profiles) {
      CAPTURE(to_string(backend));
      CAPTURE(to_string(profile));
      auto random = make_seeded_rng(42);
      backend_pair r{backend, profile, *random};
      body(r, *random);
    }
  }
  if (!srtp_backend_available(srtp_backend::ipsec_mb))
    MESSAGE("ipsec-mb is not available: not tested");
}

inline packet random_octets(size_t size, rng& random) {
  packet result(size);
  random.fill(result);
  return result;
}

inline packet joined(const packet& a, const packet& b) {
  auto result = a;
  result.insert(result.end(), b.begin(), b.end());
  return result;
}

} // namespace troupe::test
