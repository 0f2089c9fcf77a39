#include "net/base/byte_range.hpp"

#include <cstdlib>

using namespace troupe::net;

/// Reads a Range header for a content whose size is in the first eight octets.
/// Whatever the client asks for lies within the content.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 8)
    return 0;
  uint64_t content = 0;
  for (size_t i = 0; i < 8; ++i)
    content = content << 8 | data[i];
  const std::string_view header{reinterpret_cast<const char*>(data + 8),
                                size - 8};
  const auto [what, part] = read_range(header, content);
  if (what != range_request::kind::part)
    return part == byte_range{} ? 0 : (std::abort(), 1);
  if (part.size == 0 || part.first >= content
      || part.size > content - part.first)
    std::abort();
  return 0;
}
