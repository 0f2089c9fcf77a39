#include "rtp/codec/av1.hpp"

#include <cstdlib>

using namespace troupe;

/// The first octet gives the offset of the second of two descriptors, which is
/// parsed with the structure of the first.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  auto in = net::byte_span{data + 1, size - 1};
  auto split = size_t{data[0]} % (in.size() + 1);
  auto first = rtp::parse_dependency_descriptor(in.first(split), nullptr);
  if (!first)
    return 0;
  if (!first->structure)
    std::abort(); // the first descriptor must carry its structure
  const auto& structure = *first->structure;
  (void)describe_av1(*first, structure);
  auto second = rtp::parse_dependency_descriptor(in.subspan(split), &structure);
  if (second)
    (void)describe_av1(*second,
                       second->structure ? *second->structure : structure);
  return 0;
}
