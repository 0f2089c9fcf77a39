#pragma once

#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "rtp/rtcp/receiver_report.hpp"

#include <array>
#include <atomic>

namespace troupe::actors {

/// Decides how much a plain transport may send to its client's address, which
/// may belong to a host that never asked for anything.
///
/// An address is proven once a receiver report from there echoes one of our
/// sender reports (LSR, RFC 3550, section 6.4.1). Until then the reports have a
/// time that is wrong by a random 32 bits, so that only a host that receives
/// them knows what to echo; `unproven_rate` packets of RTP and as many of RTCP
/// are sent per second, and none after `patience`.
///
/// The admit functions and mark_reports() belong to the thread that sends,
/// take_report() to the one that receives; both may call the others.
class plain_destination {
public:
  static constexpr auto patience = std::chrono::seconds{15};
  static constexpr unsigned unproven_rate = 5;

  /// A guess is right once in 2^27; this many wrong ones are no mistake.
  static constexpr unsigned max_guesses = 16;

  /// A trusted destination needs no proof.
  plain_destination(net::rng& random, bool trusted);

  /// Whether an RTP packet may be sent now.
  bool admit_rtp(net::time_point now);

  /// The same for a compound RTCP packet.
  bool admit_rtcp(net::time_point now);

  /// Writes the time to be echoed into the sender reports of a compound.
  void mark_reports(net::mutable_byte_span compound);

  /// Handles a report block from the address, and restores our own time in it.
  /// Returns true if this is the proof.
  bool take_report(rtp::rtcp::report_block& x);

  bool proven() const {
    return proven_.load(std::memory_order_relaxed);
  }

  /// Whether it was trusted from the beginning.
  bool trusted() const {
    return trusted_;
  }

  /// Whether nothing is sent any more, since no proof has come in time or the
  /// host has tried to guess it.
  bool given_up(net::time_point now) const;

  /// Whether the host has tried to guess.
  bool guessed() const {
    return guesses_.load(std::memory_order_relaxed) >= max_guesses;
  }

private:
  // A number of packets a second, counted from the first of each second.
  struct allowance {
    net::time_point since{};
    unsigned used = 0;

    bool take(net::time_point now);
  };

  bool admit(allowance& from, net::time_point now);

  const bool trusted_;
  const uint32_t offset_; // of LSR, modulo 2^32
  std::atomic<bool> proven_;
  std::atomic<unsigned> guesses_{0};
  /// When the first packet was sent, by time_point's clock; 0 is not yet.
  std::atomic<net::duration::rep> first_{0};
  allowance rtp_;
  allowance rtcp_;
  /// The times in the last marked reports; 0 is none.
  std::array<std::atomic<uint32_t>, 32> marks_{};
  size_t next_mark_ = 0;
};

} // namespace troupe::actors
