#pragma once

#include "actors/fan_out/fan_out.hpp"
#include "net/base/rng.hpp"
#include "tests/support/layered_video.hpp"
#include "tests/support/sent_packets.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace troupe::test {

/// Stores what a plain transport is to send.
class stored_packets final : public actors::packet_sender {
public:
  void send_rtp(net::byte_span header, net::byte_span payload,
                net::time_point) override {
    auto& packet = rtp.emplace_back(header.begin(), header.end());
    packet.insert(packet.end(), payload.begin(), payload.end());
  }

  void send_rtcp(net::mutable_byte_span compound, net::time_point) override {
    rtcp.emplace_back(compound.begin(), compound.end());
  }

  void clear() {
    rtp.clear();
    rtcp.clear();
  }

  bool operator==(const stored_packets& x) const {
    return rtp == x.rtp && rtcp == x.rtcp;
  }

  std::vector<octets> rtp;
  std::vector<octets> rtcp;
};

/// Two shards that get the same media and commands: one passes steady streams
/// on without their forwarders, the other does not. All that comes out of them
/// must be equal.
class twin_shards {
public:
  static constexpr uint64_t consumer_count = 4;
  static constexpr auto producer = actors::producer_key{3};

  explicit twin_shards(const rtp::forwarder::config& settings, uint32_t seed)
      : settings_(settings)
      , dice_(seed) {
    reference.set_passing(false);
    for (auto& random : random_)
      random = net::make_seeded_rng(seed);
    for (uint64_t i = 0; i < 2 * consumer_count; ++i)
      connect(i);
    for (uint64_t i = 0; i < consumer_count; ++i)
      add(i);
  }

  /// Calls `f(fan_out&)` for both.
  template <class F>
  void each(F f) {
    f(passing);
    f(reference);
  }

  /// Calls `f(forwarder&)` for a consumer's in both.
  template <class F>
  void each_engine(uint64_t which, F f) {
    each([&](auto& x) { x.with_consumer(key(which), now, f); });
  }

  void feed(std::vector<rtp::media_packet> packets, bool refused = false,
            net::duration held = {}) {
    for (const auto& x : packets)
      keep(x);
    auto batch = media_of(std::move(packets));
    each([&](auto& x) { x.handle_media(producer, batch, refused, now, held); });
    REQUIRE(passing.has_prompt() == reference.has_prompt());
    REQUIRE(passing.has_patient() == reference.has_patient());
    auto waited = passing.flush(nowhere_, now);
    REQUIRE(waited == reference.flush(nowhere_, now));
    compare();
  }

  /// Lets time pass up to `now`.
  void run_timers() {
    each([&](auto& x) {
      if (auto due = x.poll_timeout(); due && *due <= now)
        x.handle_timeout(now);
      x.flush(nowhere_, now);
    });
    compare();
  }

  /// A random command or report.
  void act();

  /// What all packets sent so far must have been counted as.
  void compare_stats() {
    for (uint64_t i = 0; i < consumer_count; ++i)
      REQUIRE(stats_of(passing, i) == stats_of(reference, i));
    REQUIRE(passing.totals(now).packets == reference.totals(now).packets);
  }

  /// The sequence number that a consumer was last sent.
  uint16_t newest_number(uint64_t which) const {
    return numbers_[which].back();
  }

  bool chance(unsigned percent) {
    return dice_() % 100 < percent;
  }

  uint32_t roll(uint32_t sides) {
    return static_cast<uint32_t>(dice_() % sides);
  }

  net::time_point now = at(0s);
  actors::fan_out passing;
  actors::fan_out reference;
  std::set<uint8_t> keyframes_wanted; // encodings, for the sender

private:
  static actors::consumer_key key(uint64_t which) {
    return actors::consumer_key{which + 1};
  }

  static actors::transport_key transport(uint64_t which) {
    return actors::transport_key{100 + which};
  }

  void connect(uint64_t which) {
    sent_[0].push_back(std::make_shared<stored_packets>());
    sent_[1].push_back(std::make_shared<stored_packets>());
    passing.set_plain(transport(which), sent_[0][which], now);
    reference.set_plain(transport(which), sent_[1][which], now);
  }

  void add(uint64_t which) {
    actors::shard_consumer x;
    x.key = key(which);
    x.on = transport(which);
    x.from = producer;
    x.engine = settings_;
    x.engine.ssrc = rtp::ssrc{next_ssrc_++};
    x.engine.rtx_ssrc = rtp::ssrc{next_ssrc_++};
    ssrcs_[which] = x.engine.ssrc;
    passing.add_consumer(x, *random_[0], now);
    reference.add_consumer(x, *random_[1], now);
  }

  void report_loss(uint64_t which, uint32_t how) {
    rtp::rtcp::report_block block{};
    block.ssrc = ssrcs_[which];
    block.fraction_lost = static_cast<uint8_t>(how % 100);
    block.cumulative_lost = static_cast<int32_t>(how);
    each_engine(which, [&](auto& x) { x.handle_report_block(block, now); });
  }

  void report_source(uint32_t how) {
    rtp::source_report report;
    report.encoding = static_cast<uint8_t>(how % 3);
    report.ntp = {uint64_t{how} << 32};
    report.timestamp = 90000 * int64_t{how};
    report.arrival = now;
    each([&](auto& x) { x.handle_source_report(producer, report); });
  }

  void replay(uint64_t which, const std::vector<rtp::media_packet>& group) {
    each([&](auto& x) { x.handle_replay(key(which), media_of(group), now); });
  }

  void keep(const rtp::media_packet& x) {
    kept_.emplace(std::pair{x.encoding, x.sequence}, x);
    auto& group = groups_[x.encoding];
    if (x.keyframe && x.start_of_frame && !x.late
        && (group.empty() || group.front().timestamp != x.timestamp))
      group.clear();
    if (!x.late)
      group.push_back(x);
  }

  void compare() {
    for (uint64_t i = 0; i < 2 * consumer_count; ++i)
      REQUIRE(*sent_[0][i] == *sent_[1][i]);
    auto mine = poll(passing);
    REQUIRE(to_text(mine) == to_text(poll(reference)));
    for (uint64_t i = 0; i < 2 * consumer_count; ++i) {
      if (!sent_[0][i]->rtp.empty())
        note_numbers(i % consumer_count, sent_[0][i]->rtp);
      sent_[0][i]->clear();
      sent_[1][i]->clear();
    }
    for (const auto& x : mine)
      answer(x);
  }

  void note_numbers(uint64_t which, const std::vector<octets>& packets) {
    for (const auto& x : packets)
      if (rtp::ssrc{net::load_u32(&x[8])} == ssrcs_[which])
        numbers_[which].push_back(net::load_u16(&x[2]));
  }

  static std::vector<actors::shard_event> poll(actors::fan_out& from) {
    std::vector<actors::shard_event> out;
    while (auto x = from.poll_event())
      out.push_back(std::move(*x));
    return out;
  }

  static std::string to_text(const std::vector<actors::shard_event>& events);

  // As the producer and its client do.
  void answer(const actors::shard_event& x) {
    auto which = static_cast<uint64_t>(x.consumer) - 1;
    if (const auto* k = std::get_if<rtp::keyframe_wanted>(&x.what)) {
      const auto& group = groups_[k->encoding];
      if (k->start && chance(50) && !group.empty() && group.front().keyframe)
        replay(which, group);
      else
        keyframes_wanted.insert(k->encoding);
    } else if (const auto* m = std::get_if<actors::packets_missing>(&x.what)) {
      std::vector<rtp::media_packet> found;
      for (const auto& missing : m->keys)
        if (auto i = kept_.find({missing.encoding, missing.sequence});
            i != kept_.end())
          found.push_back(i->second);
      auto batch = media_of(std::move(found));
      each_engine(which,
                  [&](auto& to) { to.handle_retransmissions(batch, now); });
    }
  }

  std::string stats_of(actors::fan_out& from, uint64_t which) const;

  rtp::forwarder::config settings_;
  std::minstd_rand dice_;
  std::array<std::unique_ptr<net::rng>, 2> random_;
  std::array<std::vector<std::shared_ptr<stored_packets>>, 2> sent_;
  sent_packets nowhere_;
  uint32_t next_ssrc_ = 1000;
  std::array<rtp::ssrc, consumer_count> ssrcs_{};
  std::array<std::vector<uint16_t>, consumer_count> numbers_; // as sent
  std::map<std::pair<uint8_t, int64_t>, rtp::media_packet> kept_;
  std::map<uint8_t, std::vector<rtp::media_packet>> groups_;
};

inline std::string
twin_shards::to_text(const std::vector<actors::shard_event>& events) {
  std::ostringstream out;
  for (const auto& x : events) {
    out << static_cast<uint64_t>(x.consumer) << ':' << x.what.index();
    if (const auto* k = std::get_if<rtp::keyframe_wanted>(&x.what))
      out << ' ' << int{k->encoding} << k->start << k->incomplete;
    else if (const auto* s = std::get_if<rtp::consumer_score_changed>(&x.what))
      out << ' ' << int{s->score};
    else if (const auto* l = std::get_if<rtp::layers_changed>(&x.what))
      out << ' '
          << (l->layers ? l->layers->spatial * 10 + l->layers->temporal : -1);
    else if (const auto* m = std::get_if<actors::packets_missing>(&x.what))
      for (const auto& missing : m->keys)
        out << ' ' << int{missing.encoding} << '/' << missing.sequence;
    else if (const auto* w = std::get_if<actors::layers_wanted>(&x.what))
      out << ' ' << (w->highest ? int{*w->highest} : -1);
    out << '\n';
  }
  return out.str();
}

inline std::string twin_shards::stats_of(actors::fan_out& from,
                                         uint64_t which) const {
  const auto* engine = from.find_consumer(key(which));
  if (engine == nullptr)
    return "none";
  auto x = engine->stats(now);
  std::ostringstream out;
  out << x.packets << " packets " << x.octets << " octets " << x.bitrate_bps
      << " bps " << x.rtx_packets << " rtx " << x.rtx_octets << " lost "
      << x.packets_lost << ' ' << int{x.fraction_lost} << " rtt "
      << (x.round_trip_time ? x.round_trip_time->count() : -1) << " nacks "
      << x.nacks_received << ' ' << x.packets_nacked << " refused "
      << x.retransmissions_refused << " requests "
      << x.keyframe_requests_received << " freezes " << x.freezes << " score "
      << int{x.score} << " drops";
  for (size_t i = 0; i < rtp::drop_reason_count; ++i)
    out << ' ' << x.drops.of(static_cast<rtp::drop_reason>(i));
  if (auto layers = engine->current_layers())
    out << " layers " << int{layers->spatial} << int{layers->temporal};
  return out.str();
}

inline void twin_shards::act() {
  auto which = uint64_t{roll(consumer_count)};
  auto how = roll(1000);
  auto layers = rtp::layers{static_cast<uint8_t>(how % 3),
                            static_cast<uint8_t>(how / 3 % 3)};
  switch (roll(15)) {
    case 0:
    case 1:
      return each([&](auto& x) { x.set_preferred_layers(key(which), layers); });
    case 2:
      return each([&](auto& x) { x.set_paused(key(which), how % 4 == 0); });
    case 3:
      return each([&](auto& x) {
        x.handle_producer_paused(producer, how % 4 == 0, now);
      });
    case 4:
      return each([&](auto& x) {
        auto to = how % 2 ? which : which + consumer_count;
        x.move_consumer(key(which), transport(to), now);
      });
    case 5:
      return each([&](auto& x) { x.skip_gap(producer); });
    case 6:
      return each([&](auto& x) { x.handle_keyframe_request(key(which), now); });
    case 7:
      return each_engine(which, [&](auto& x) { x.handle_overload(now); });
    case 8:
      return report_loss(which, how);
    case 9:
      return report_source(how);
    case 10: // an answer that comes late
      if (auto i = groups_.find(layers.spatial); i != groups_.end()
                                                 && !i->second.empty()
                                                 && i->second.front().keyframe)
        replay(which, i->second);
      return;
    case 11:
      if (how % 4 != 0)
        return;
      each([&](auto& x) { x.remove_consumer(key(which)); });
      return add(which);
    default: {
      const auto& sent = numbers_[which];
      std::vector<uint16_t> lost;
      for (size_t i = 0; i < how % 5 && i < sent.size(); ++i)
        lost.push_back(sent[sent.size() - 1 - roll(40) % sent.size()]);
      if (!lost.empty())
        each_engine(which, [&](auto& x) { x.handle_nack(lost, now); });
    }
  }
}

} // namespace troupe::test
