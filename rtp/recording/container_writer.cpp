#include "rtp/recording/container_writer.hpp"

namespace troupe::rtp {

std::string_view to_string(frame_refusal reason) {
  static constexpr std::string_view names[frame_refusal_count] = {
      "wrong_track", "wrong_size", "out_of_order", "too_late", "finished",
  };
  return names[static_cast<size_t>(reason)];
}

} // namespace troupe::rtp
