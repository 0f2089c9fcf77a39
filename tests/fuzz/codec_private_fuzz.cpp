// Reads the parameter sets of an untrusted key frame. The first octet chooses
// the codec. What is found must be within its limits, and the same again.

#include "net/base/assert.hpp"
#include "rtp/recording/codec_private.hpp"

using namespace troupe;
using namespace troupe::rtp;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  media_frame frame;
  frame.kind = (data[0] & 1) != 0 ? codec::h264 : codec::av1;
  frame.keyframe = true;
  frame.octets.assign(data + 1, data + size);
  auto track = describe_track(frame);
  if (!track)
    return 0;
  TROUPE_ASSERT(track->width > 0 && track->width <= 65'536);
  TROUPE_ASSERT(track->height > 0 && track->height <= 65'536);
  TROUPE_ASSERT(track->private_data.size() >= 7);
  TROUPE_ASSERT(track->private_data.size() <= size + 1000);
  return 0;
}
