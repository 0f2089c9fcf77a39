#include "protocol/ortc/scalability_mode.hpp"

#include "net/base/ascii.hpp"

namespace troupe::protocol {

namespace {

// Removes one or two digits, the first not 0, from `text`. 0 if there are none.
uint8_t take_layers(std::string_view& text) {
  int layers = 0;
  for (int i = 0; i < 2 && !text.empty() && net::is_digit(text[0]); ++i) {
    layers = layers * 10 + (text[0] - '0');
    if (layers == 0)
      return 0;
    text.remove_prefix(1);
  }
  return static_cast<uint8_t>(layers);
}

} // namespace

scalability_mode parse_scalability_mode(std::string_view text) {
  if (!text.starts_with('L') && !text.starts_with('S'))
    return {};
  text.remove_prefix(1);
  scalability_mode out;
  out.spatial_layers = take_layers(text);
  if (out.spatial_layers == 0 || !text.starts_with('T'))
    return {};
  text.remove_prefix(1);
  out.temporal_layers = take_layers(text);
  if (out.temporal_layers == 0)
    return {};
  out.is_ksvc = text.starts_with("_KEY");
  return out;
}

std::string make_scalability_mode(size_t spatial_layers,
                                  size_t temporal_layers) {
  return 'L' + std::to_string(spatial_layers) + 'T'
         + std::to_string(temporal_layers);
}

} // namespace troupe::protocol
