#include "protocol/json/forward_request.hpp"

#include <cstdlib>

using namespace troupe::protocol;

/// Reads the request of a forward. Whatever comes, it has kinds in their order,
/// and all its ports exist.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto read =
      read_forward_request({reinterpret_cast<const char*>(data), size});
  if (!read)
    return 0;
  const auto& x = *read;
  if (x.peer.empty() || x.kinds.empty() || x.kinds.size() > 2
      || (x.kinds.size() == 2 && x.kinds.front() >= x.kinds.back())
      || x.to.port() == 0 || x.to.port() > 65'536 - forward_ports)
    std::abort();
  return 0;
}
