#include "actors/load/overload_level.hpp"

namespace troupe::actors {

std::string_view to_string(overload_level x) {
  switch (x) {
    case overload_level::busy:
      return "busy";
    case overload_level::top_layer_off:
      return "top-layer-off";
    case overload_level::lowest_layer_only:
      return "lowest-layer-only";
    case overload_level::last_n_only:
      return "last-n-only";
    case overload_level::speakers_only:
      return "speakers-only";
    case overload_level::audio_only:
      return "audio-only";
    case overload_level::normal:
      break;
  }
  return "normal";
}

} // namespace troupe::actors
