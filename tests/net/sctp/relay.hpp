#pragma once

#include "net/base/rng.hpp"
#include "net/sctp/crc32c.hpp"
#include "net/sctp/sctp_stack.hpp"
#include "tests/net/sctp/tsn_shift.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace troupe::test {

using namespace net;
using namespace std::chrono_literals;

/// Writes the checksum of a modified packet.
inline void seal(std::vector<uint8_t>& packet) {
  auto sum = sctp_checksum(packet);
  for (size_t i = 8; i < 12; ++i, sum >>= 8)
    packet[i] = static_cast<uint8_t>(sum);
}

/// Removes I-DATA (RFC 8260) from the offer of an INIT or INIT ACK.
inline void refuse_interleaving(std::vector<uint8_t>& packet) {
  if (packet[12] != 1 && packet[12] != 2)
    return;
  for (size_t at = 32; at + 4 <= packet.size();) {
    const auto end = at + load_u16(&packet[at + 2]);
    if (load_u16(&packet[at]) == 0x8008)
      for (size_t i = at + 4; i < end; ++i)
        if (packet[i] == 64 || packet[i] == 194)
          packet[i] = 0;
    at = (end + 3) & ~size_t{3};
  }
  seal(packet);
}

/// Two associations connected by a network with loss, delay and reordering, in
/// virtual time. Both belong to one stack.
class sctp_relay {
public:
  struct conditions {
    unsigned loss_percent = 0;
    duration delay = 20ms;
    /// Packets are delayed further by up to this time, independently.
    duration jitter = 0ms;
    /// Whether both support I-DATA. Browsers do not by default.
    bool interleaving = false;
  };

  explicit sctp_relay(uint64_t seed = 1) : random_(make_seeded_rng(seed)) {
    client = stack.open();
    server = stack.open();
  }

  /// The client begins; runs until both are connected.
  void connect() {
    stack.connect(client, now);
    REQUIRE(run_until([this] {
      return stack.state(client) == sctp_state::connected
             && stack.state(server) == sctp_state::connected;
    }));
  }

  void step() {
    collect();
    auto next = stack.poll_timeout().value_or(now + 10ms);
    if (!flying_.empty())
      next = std::min(next, flying_.begin()->first);
    now = std::max(now, next);
    while (!flying_.empty() && flying_.begin()->first <= now) {
      auto x = std::move(flying_.begin()->second);
      flying_.erase(flying_.begin());
      stack.handle_record(x.association, x.octets, now);
    }
    if (auto at = stack.poll_timeout(); at && *at <= now)
      stack.handle_timeout(now);
    collect();
  }

  template <class F>
  bool run_until(F done, duration limit = 60s) {
    const auto end = now + limit;
    while (!done()) {
      if (now > end)
        return false;
      step();
    }
    return true;
  }

  void run(duration how_long) {
    const auto end = now + how_long;
    run_until([&] { return now >= end; }, how_long + 1s);
  }

  sctp_send_result send(sctp_association_id from, sctp_stream_id stream,
                        std::string_view text, const sctp_reliability& how = {},
                        sctp_ppid ppid = sctp_ppid::string) {
    return stack.send(
        from, stream, ppid,
        std::make_shared<std::vector<uint8_t>>(text.begin(), text.end()), how,
        now);
  }

  /// Sends the text in messages, waiting for space in the buffer.
  void send_all(sctp_association_id from, sctp_stream_id stream,
                std::string_view text, const sctp_reliability& how = {}) {
    REQUIRE(run_until([&] {
      return send(from, stream, text, how) == sctp_send_result::sent;
    }));
  }

  std::vector<std::string> texts(sctp_association_id at) const {
    std::vector<std::string> out;
    for (const auto& x : messages)
      if (x.association == at)
        out.emplace_back(x.octets->begin(), x.octets->end());
    return out;
  }

  template <class T>
  std::vector<T> events_of(sctp_association_id at) const {
    std::vector<T> out;
    for (const auto& x : events)
      if (const auto* y = std::get_if<T>(&x.what); y && x.association == at)
        out.push_back(*y);
    return out;
  }

  sctp_association_id other(sctp_association_id x) const {
    return x == client ? server : client;
  }

  void collect() {
    while (auto x = stack.poll_packet()) {
      ++packets;
      longest = std::max(longest, x->octets.size());
      if (keep)
        kept.push_back(*x);
      const auto to = other(x->association);
      if (!network.interleaving)
        refuse_interleaving(x->octets);
      if (shift)
        shift->apply(x->octets, x->association == client ? 0 : 1);
      if (random_->below(100) < network.loss_percent)
        continue;
      auto wait = network.delay;
      if (network.jitter > 0ms)
        wait += duration{static_cast<int64_t>(random_->below(
                    static_cast<uint32_t>(network.jitter / 1us)))}
                * 1000;
      flying_.emplace(now + wait, sctp_packet{to, std::move(x->octets)});
    }
    while (auto x = stack.poll_message())
      messages.push_back(std::move(*x));
    while (auto x = stack.poll_event())
      events.push_back(std::move(*x));
  }

  sctp_stack stack;
  sctp_association_id client{};
  sctp_association_id server{};
  conditions network;
  time_point now{1h};
  std::vector<sctp_message> messages;
  std::vector<sctp_event> events;
  std::vector<sctp_packet> kept;
  /// Shifts the TSNs that each side sees of the other.
  std::optional<tsn_shift> shift;
  bool keep = false;
  size_t packets = 0;
  size_t longest = 0;

private:
  std::unique_ptr<rng> random_;
  std::multimap<time_point, sctp_packet> flying_;
};

} // namespace troupe::test
