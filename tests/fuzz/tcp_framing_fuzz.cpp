#include "net/base/classify.hpp"
#include "net/ice/tcp_framing.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

using namespace troupe::net;

// The first octet selects how the stream is split; the resulting frames must
// not depend on it. Each frame is classified.
namespace {

struct outcome {
  std::vector<std::vector<uint8_t>> frames;
  bool failed = false;

  bool operator==(const outcome&) const = default;
};

outcome deframe(byte_span stream, size_t step) {
  outcome out;
  tcp_deframer deframer;
  while (!stream.empty() && !deframer.failed()) {
    const auto space = deframer.free_space();
    if (space.empty())
      std::abort();
    const auto n = std::min({space.size(), stream.size(), step});
    std::ranges::copy(stream.first(n), space.begin());
    deframer.commit(n);
    stream = stream.subspan(n);
    while (auto frame = deframer.poll_frame()) {
      classify(*frame);
      out.frames.emplace_back(frame->begin(), frame->end());
    }
  }
  out.failed = deframer.failed();
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  const byte_span stream{data + 1, size - 1};
  if (deframe(stream, 1 + size_t{data[0]} * 7) != deframe(stream, 4096))
    std::abort();
  return 0;
}
