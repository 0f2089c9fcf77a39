#include "rtp/receive/receive_stream.hpp"
#include "rtp/recording/track_recorder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

// A recorder must survive any payloads in any order, and whatever it records
// must be frames that a container can store.

using namespace troupe;
using namespace std::chrono_literals;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

constexpr std::array codecs{rtp::codec::vp8, rtp::codec::vp9, rtp::codec::h264,
                            rtp::codec::av1, rtp::codec::opus};

/// The sequence numbers from one packet to the next.
constexpr std::array<int16_t, 16> steps{1, 1, 1,  1,  1,  1,  2,  3,
                                        5, 0, -1, -2, -3, -9, 70, 4000};

net::buffer_ptr make_buffer(size_t size) {
  static auto pool = net::buffer_pool::make();
  auto out = pool->take();
  out->resize(size);
  return out;
}

/// Whether the octets are units, each after its length of four octets.
bool are_units(net::byte_span x) {
  auto in = net::byte_reader{x};
  while (in.remaining() > 0)
    if (in.bytes(in.u32()).empty())
      return false;
  return !in.failed();
}

/// Whether the octets are OBUs with sizes, none of them a temporal delimiter.
bool are_obus(net::byte_span x) {
  auto in = net::byte_reader{x};
  while (in.remaining() > 0) {
    auto header = in.u8();
    if ((header & 0x82) != 0x02 || (header >> 3 & 15) == 2)
      return false;
    if ((header & 0x04) != 0)
      in.skip(1);
    uint64_t size = 0;
    for (int shift = 0;; shift += 7) {
      auto octet = in.u8();
      size |= uint64_t{octet & 0x7Fu} << shift;
      if ((octet & 0x80) == 0)
        break;
    }
    in.bytes(size);
  }
  return !in.failed();
}

/// One recorded track; checks all that comes out of it.
class track {
public:
  explicit track(rtp::codec what)
      : codec_(what)
      , stream_(stream_config(what), rtp::ssrc{1})
      , recorder_(recorder_config(what)) {}

  void packet(net::byte_span payload, uint8_t how) {
    auto data = make_buffer(rtp::fixed_header_size + payload.size());
    auto p = data->bytes().data();
    sequence_ += static_cast<uint16_t>(steps[how >> 4]);
    if ((how & 0x08) != 0)
      timestamp_ += is_audio(codec_) ? 960 : 3000;
    p[0] = 0x80;
    p[1] = static_cast<uint8_t>((how & 0x04) != 0 ? 0xE0 : 0x60);
    net::store_u16(p + 2, sequence_);
    net::store_u32(p + 4, timestamp_);
    net::store_u32(p + 8, 1);
    std::ranges::copy(payload, p + rtp::fixed_header_size);
    std::vector<rtp::media_packet> out;
    stream_.handle_media(*rtp::packet::parse(std::move(data), now_), now_, out);
    for (const auto& x : out)
      recorder_.handle_packet(x, now_);
    poll();
  }

  void command(uint8_t what, uint8_t how) {
    switch (what % 6) {
      case 0:
        now_ += how * 10ms;
        recorder_.handle_timeout(now_);
        break;
      case 1:
        recorder_.handle_pause(now_);
        break;
      case 2:
        recorder_.handle_resume(now_);
        break;
      case 3:
        recorder_.skip_gap();
        break;
      case 4: {
        auto info = rtp::rtcp::sender_info{};
        info.ntp.value = (uint64_t{3'000'000'000} + uint64_t{how} * 77'777'777)
                         << 32;
        info.rtp_timestamp = timestamp_ + how * how;
        recorder_.handle_sender_report(stream_.handle_sender_report(info, now_),
                                       now_);
        break;
      }
      default:
        timestamp_ += how * 100'000'000u;
    }
    poll();
  }

  void advance(net::duration x) {
    now_ += x;
  }

  void finish() {
    recorder_.finish(now_);
    poll();
  }

private:
  static bool is_audio(rtp::codec x) {
    return x == rtp::codec::opus;
  }

  static rtp::receive_stream::config stream_config(rtp::codec what) {
    rtp::receive_stream::config x;
    x.codec = what;
    if (is_audio(what)) {
      x.kind = rtp::media_kind::audio;
      x.clock_rate = 48'000;
    }
    return x;
  }

  static rtp::track_recorder::config recorder_config(rtp::codec what) {
    rtp::track_recorder::config x;
    x.codec = what;
    if (is_audio(what)) {
      x.kind = rtp::media_kind::audio;
      x.clock_rate = 48'000;
    }
    x.start = start;
    return x;
  }

  void poll() {
    while (auto x = recorder_.poll_frame())
      check(*x);
    if (recorder_.poll_keyframe_request()) {
      require(!last_request_ || now_ - *last_request_ >= 1s);
      last_request_ = now_;
    }
    (void)recorder_.poll_jump();
    (void)recorder_.poll_timeout();
  }

  void check(const rtp::media_frame& x) {
    require(!x.octets.empty());
    require(x.time > last_time_);
    require(start + x.time <= now_ + 2s);
    last_time_ = x.time;
    require(x.keyframe || begun_);
    begun_ = true;
    if (codec_ == rtp::codec::h264)
      require(are_units(x.octets));
    if (codec_ == rtp::codec::av1)
      require(are_obus(x.octets));
    if (is_audio(codec_))
      require(x.length > 0ms && x.length <= 120ms);
  }

  static constexpr auto start = net::time_point{} + 1000s;

  rtp::codec codec_;
  rtp::receive_stream stream_;
  rtp::track_recorder recorder_;
  net::time_point now_ = start;
  uint16_t sequence_ = 65'500;
  uint32_t timestamp_ = UINT32_MAX - 10'000;
  net::duration last_time_{-1};
  std::optional<net::time_point> last_request_;
  bool begun_ = false;
};

} // namespace

/// The first octet chooses the codec. Then come packets (how, size, payload)
/// and, where the lowest two bits of "how" are set, commands (what, how).
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto in = net::byte_reader{{data, size}};
  track x{codecs[in.u8() % codecs.size()]};
  while (in.remaining() > 1) {
    auto how = in.u8();
    auto next = in.u8();
    if ((how & 3) == 3) {
      x.command(next, in.u8());
    } else {
      x.packet(in.bytes(std::min<size_t>(next, in.remaining())), how);
      x.advance(5ms);
    }
  }
  x.finish();
  return 0;
}
