#include "net/cluster/basp_gate.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

using namespace troupe::net;

// The first octet selects how the stream is split; what passes must not depend
// on it. What passed is whole frames, and passes a second gate unchanged.
namespace {

struct outcome {
  std::vector<uint8_t> out;
  std::optional<basp_fault> fault;
  uint64_t passed = 0;
  uint64_t dropped = 0;
  size_t held = 0;

  bool operator==(const outcome&) const = default;
};

void require(bool condition) {
  if (!condition)
    std::abort();
}

outcome run(byte_span stream, size_t step) {
  basp_gate gate;
  outcome out;
  while (!stream.empty()) {
    const auto n = std::min(step, stream.size());
    out.fault = gate.handle_input(stream.first(n), out.out);
    stream = stream.subspan(n);
    require(gate.held() < basp_gate::header_size + basp_gate::max_payload);
    require(!out.fault || gate.held() == 0);
  }
  out.passed = gate.passed();
  out.dropped = gate.dropped();
  out.held = gate.held();
  return out;
}

uint64_t count_frames(byte_span octets) {
  uint64_t out = 0;
  while (!octets.empty()) {
    require(octets.size() >= basp_gate::header_size);
    const auto header = read_basp_header(octets.first(basp_gate::header_size));
    require(header.has_value());
    const auto size = basp_gate::header_size + header->payload_size;
    require(octets.size() >= size);
    octets = octets.subspan(size);
    ++out;
  }
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  const byte_span stream{data + 1, size - 1};
  const auto whole = run(stream, std::max<size_t>(stream.size(), 1));
  require(run(stream, 1 + size_t{data[0]}) == whole);
  require(count_frames(whole.out) == whole.passed);
  const outcome again{whole.out, std::nullopt, whole.passed, 0, 0};
  require(run(whole.out, std::max<size_t>(whole.out.size(), 1)) == again);
  return 0;
}
