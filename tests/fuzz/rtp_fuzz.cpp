#include "rtp/codec/payload_descriptor.hpp"
#include "rtp/codec/vp8.hpp"
#include "rtp/packet/header_writer.hpp"
#include "rtp/packet/rtx.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

using namespace troupe;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

net::buffer_pool& pool() {
  static auto instance = net::buffer_pool::make();
  return *instance;
}

std::optional<rtp::packet> parse(net::byte_span in) {
  auto data = pool().take();
  data->resize(in.size());
  std::copy(in.begin(), in.end(), data->bytes().begin());
  return rtp::packet::parse(std::move(data), {});
}

void read_extensions(const rtp::packet& x, const rtp::extension_map& ids) {
  for (int id = 0; id < 256; ++id)
    (void)x.extension(static_cast<uint8_t>(id));
  (void)read_mid(x, ids);
  (void)read_abs_send_time(x, ids);
  (void)read_transport_cc(x, ids);
  (void)read_audio_level(x, ids);
  (void)read_video_orientation(x, ids);
  (void)read_toffset(x, ids);
  (void)read_abs_capture_time(x, ids);
  (void)read_playout_delay(x, ids);
}

void describe(const rtp::packet& x, const rtp::extension_map& ids) {
  for (auto what : {rtp::codec::opus, rtp::codec::vp8, rtp::codec::vp9,
                    rtp::codec::h264, rtp::codec::av1}) {
    rtp::payload_describer describer{what, ids};
    (void)describer.describe(x);
  }
  auto payload = std::vector<uint8_t>(x.payload().begin(), x.payload().end());
  if (auto d = rtp::describe(rtp::codec::vp8, payload, false)) {
    rewrite_vp8(payload, *d, 0x1234, 0x56);
    auto again = rtp::describe(rtp::codec::vp8, payload, false);
    require(again && again->picture_id_offset == d->picture_id_offset
            && again->tl0picidx_offset == d->tl0picidx_offset);
  }
}

/// A rewritten header must be one that our parser accepts.
void rewrite(const rtp::packet& x, const rtp::extension_map& ids) {
  rtp::header_writer writer{ids, ids};
  writer.set_mid("mid");
  uint8_t scratch[rtp::max_header_size];
  auto layout = writer.write(x, {}, scratch);
  if (!layout)
    return;
  auto out = net::mutable_byte_span{scratch}.first(layout->size);
  patch_transport_cc(out, *layout, 7);
  auto back = parse(out);
  require(back && back->header().size() == layout->size);
  require(read_mid(*back, ids) == "mid");
  require(read_transport_cc(*back, ids) == 7);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > net::buffer::capacity)
    return 0;
  auto x = parse({data, size});
  if (!x)
    return 0;
  require(x->header().size() + x->payload().size() + x->padding() == size);
  auto ids = rtp::extension_map::defaults();
  read_extensions(*x, ids);
  describe(*x, ids);
  rewrite(*x, ids);
  if (auto y = parse({data, size}))
    (void)unwrap_rtx(std::move(*y), x->ssrc(), x->payload_type());
  return 0;
}
