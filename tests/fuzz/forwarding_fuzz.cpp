#include "net/base/rng.hpp"
#include "rtp/send/forwarder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

// A forwarder that notes later what was sent for it, and one that handles each
// packet, must send and count the same, whatever packets and commands come.

using namespace troupe;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

/// Reads the input; zeros after its end.
class input {
public:
  input(const uint8_t* data, size_t size) : left_(data, size) {}

  uint8_t next() {
    if (left_.empty())
      return 0;
    auto out = left_.front();
    left_ = left_.subspan(1);
    return out;
  }

  bool empty() const {
    return left_.empty();
  }

private:
  net::byte_span left_;
};

constexpr uint8_t encodings = 2;

rtp::forwarder::config make_config(uint8_t what) {
  rtp::forwarder::config x;
  x.kind = (what & 1) != 0 ? rtp::media_kind::audio : rtp::media_kind::video;
  if (x.kind == rtp::media_kind::video)
    x.layout = {(what & 2) != 0 ? rtp::layering::simulcast : rtp::layering::svc,
                encodings, 3, (what & 4) != 0};
  x.ssrc = rtp::ssrc{5};
  x.rtx_ssrc = rtp::ssrc{6};
  x.rtx_payload = rtp::payload_type{97};
  x.feedback.nack = true;
  return x;
}

rtp::packet make_packet(size_t size, net::time_point arrival) {
  static auto pool = net::buffer_pool::make();
  auto data = pool->take();
  data->resize(rtp::fixed_header_size + size);
  std::fill(data->bytes().begin(), data->bytes().end(), uint8_t{0});
  data->bytes()[0] = 0x80;
  return *rtp::packet::parse(std::move(data), arrival);
}

/// The producer's packets.
class packets {
public:
  explicit packets(rtp::media_kind kind) : kind_(kind) {}

  rtp::media_packet next(input& in, net::time_point now) {
    auto how = in.next();
    auto encoding = static_cast<uint8_t>(how % encodings);
    auto& x = newest_[encoding];
    auto waited = std::chrono::milliseconds{how >= 0xF0 ? in.next() * 2 : 0};
    rtp::media_packet out{make_packet(how / 16u, now - waited), ++x.sequence,
                          x.timestamp, encoding};
    if ((how & 0x02) != 0)
      out.timestamp = x.timestamp += 3000;
    auto flags = (how & 0x04) != 0 ? in.next() : uint8_t{0};
    out.keyframe = out.start_of_frame = (flags & 0x01) != 0;
    out.completes_picture =
        kind_ == rtp::media_kind::video && (how & 0x08) != 0;
    out.filler = (flags & 0x06) == 0x06;
    out.temporal_id = flags >> 3 & 1;
    out.needed_for = rtp::layer_set::from({0, out.temporal_id});
    out.numbers = {static_cast<uint16_t>(out.timestamp / 3000 & 0x7FFF),
                   15,
                   2,
                   0,
                   0,
                   true};
    if ((flags & 0xC0) == 0xC0)
      change(in, x, out);
    return out;
  }

private:
  struct position {
    int64_t sequence = 65'530;
    int64_t timestamp = (int64_t{1} << 32) - 9000;
  };

  // A gap, a late packet or a jump of the clock.
  static void change(input& in, position& x, rtp::media_packet& out) {
    auto by = in.next();
    if (by < 80) {
      out.sequence = x.sequence += by * 20;
    } else if (by < 160) {
      out.sequence = --x.sequence - by % 16;
      out.late = true;
    } else {
      out.timestamp = x.timestamp += (by - 200) * 90'000;
    }
  }

  rtp::media_kind kind_;
  std::array<position, encodings> newest_;
};

/// Lets the trails take a batch; only one of a single encoding may pass.
/// Returns how many packets were recorded: all or none.
uint32_t record(std::vector<rtp::packet_trail>& trails,
                const std::vector<rtp::media_packet>& batch,
                net::time_point now) {
  auto encoding = batch.front().encoding;
  if (std::ranges::all_of(
          batch, [&](const auto& x) { return x.encoding == encoding; }))
    return trails[encoding].take(batch, now)
               ? static_cast<uint32_t>(batch.size())
               : 0;
  for (const auto& x : batch)
    trails[x.encoding].note(x);
  return 0;
}

/// One of the two, with all that came out of it.
struct stream {
  stream(const rtp::forwarder::config& x, net::rng& random)
      : engine(x, random) {}

  /// Handles a batch by the pass if it may.
  void pass(const rtp::media_batch& batch,
            const std::vector<rtp::packet_trail>& trails, uint32_t recorded,
            net::time_point now) {
    auto encoding = batch->front().encoding;
    auto extends =
        recorded > 0 && steady.valid() && steady.encoding == encoding;
    if (extends && now < steady.until && trails[encoding].reaches(joined)
        && steady.takes(*batch)) {
      for (const auto& x : *batch)
        sent.push_back(steady.make(x));
      return;
    }
    leave(trails, extends ? recorded : 0);
    handle(batch, now);
    steady = engine.steady(trails);
    if (steady.valid())
      joined = trails[steady.encoding].end();
  }

  void handle(const rtp::media_batch& batch, net::time_point now) {
    auto attention = engine.attends();
    if (std::ranges::none_of(*batch, [&](const auto& x) {
          return (attention.encodings >> x.encoding & 1) != 0;
        }))
      engine.count_dropped(attention.otherwise, batch->size());
    else
      engine.handle_batch(batch, now);
    poll();
  }

  void leave(const std::vector<rtp::packet_trail>& trails, uint32_t except) {
    if (!steady.valid())
      return;
    const auto& trail = trails[steady.encoding];
    engine.catch_up(trail, steady.encoding, joined, trail.end() - except);
    steady = {};
  }

  void poll() {
    while (auto batch = engine.poll_batch())
      sent.insert(sent.end(), batch->packets.begin(), batch->packets.end());
    while (auto keys = engine.poll_retransmission_request())
      lacking.insert(lacking.end(), keys->begin(), keys->end());
    while (auto report = engine.poll_rtcp())
      reports.insert(reports.end(), report->begin(), report->end());
    while (auto event = engine.poll_event())
      events.push_back(event->index());
  }

  rtp::forwarder engine;
  rtp::steady_stream steady;
  uint32_t joined = 0;
  std::vector<rtp::outgoing_packet> sent;
  std::vector<rtp::packet_key> lacking;
  std::vector<uint8_t> reports;
  std::vector<size_t> events;
};

bool same(const rtp::outgoing_packet& x, const rtp::outgoing_packet& y) {
  return x.fields.sequence_number == y.fields.sequence_number
         && x.fields.timestamp == y.fields.timestamp
         && x.fields.ssrc == y.fields.ssrc
         && x.fields.payload_type == y.fields.payload_type
         && x.fields.marker == y.fields.marker
         && x.original_sequence_number == y.original_sequence_number
         && x.patch == y.patch
         && x.packet.payload().data() == y.packet.payload().data();
}

void compare(stream& x, stream& y) {
  require(std::ranges::equal(x.sent, y.sent, same));
  require(x.lacking == y.lacking && x.reports == y.reports
          && x.events == y.events);
  for (auto* z : {&x, &y}) {
    z->sent.clear();
    z->lacking.clear();
    z->reports.clear();
    z->events.clear();
  }
}

void compare_stats(const stream& x, const stream& y, net::time_point now) {
  auto a = x.engine.stats(now);
  auto b = y.engine.stats(now);
  require(a.packets == b.packets && a.octets == b.octets
          && a.bitrate_bps == b.bitrate_bps && a.rtx_packets == b.rtx_packets
          && a.retransmissions_refused == b.retransmissions_refused
          && a.freezes == b.freezes && a.score == b.score
          && a.drops.total() == b.drops.total());
}

void command(rtp::forwarder& x, uint8_t what, uint8_t how,
             net::time_point now) {
  auto layers = rtp::layers{static_cast<uint8_t>(how & 1),
                            static_cast<uint8_t>(how >> 1 & 1)};
  switch (what) {
    case 0:
      return x.set_layers(layers, now);
    case 1:
      return (how & 1) != 0 ? x.pause(now) : x.resume(now);
    case 2:
      return (how & 1) != 0 ? x.handle_producer_paused(now)
                            : x.handle_producer_resumed(now);
    case 3:
      return x.skip_gap();
    case 4:
      return x.handle_keyframe_request(now);
    case 5:
      return x.handle_overload(now);
    case 6:
      return x.handle_connected(now, {uint16_t{how}, {}});
    case 7: {
      auto lost = std::array{static_cast<uint16_t>(how * 257),
                             static_cast<uint16_t>(how)};
      return x.handle_nack(lost, now);
    }
    case 8:
      return x.set_alive(how & 3, now);
    default:
      return x.handle_timeout(now);
  }
}

} // namespace

/// The first octet chooses the configuration; then come packets and commands,
/// each with the time since the one before it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  input in{data, size};
  auto config = make_config(in.next());
  auto random = net::make_seeded_rng(1);
  auto same_random = net::make_seeded_rng(1);
  stream passing{config, *random};
  stream plain{config, *same_random};
  std::vector<rtp::packet_trail> trails;
  for (uint8_t i = 0; i < encodings; ++i)
    trails.emplace_back(i, config.clock_rate);
  packets source{config.kind};
  auto now = net::time_point{} + std::chrono::seconds{1000};
  while (!in.empty()) {
    auto what = in.next();
    now += std::chrono::milliseconds{what >> 3 & 0x1F};
    if ((what & 7) != 7) {
      std::vector<rtp::media_packet> taken;
      for (int i = 0; i <= (what & 7); ++i)
        taken.push_back(source.next(in, now));
      auto batch = std::make_shared<const std::vector<rtp::media_packet>>(
          std::move(taken));
      auto recorded = record(trails, *batch, now);
      passing.pass(batch, trails, recorded, now);
      plain.handle(batch, now);
    } else {
      auto which = static_cast<uint8_t>(in.next() % 10);
      auto how = in.next();
      passing.leave(trails, 0);
      for (auto* x : {&passing, &plain}) {
        command(x->engine, which, how, now);
        x->poll();
      }
      compare_stats(passing, plain, now);
    }
    compare(passing, plain);
  }
  passing.leave(trails, 0);
  compare_stats(passing, plain, now);
  return 0;
}
