#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/ortc_match.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

// The payload types for codecs that request none, in order of use. 127 would
// follow 126, but belongs to the probator.
class payload_type_pool {
public:
  payload_type_pool() {
    for (uint8_t x = 100; x < probator_payload_type; ++x)
      free_.push_back(x);
    for (uint8_t x = 96; x < 100; ++x)
      free_.push_back(x);
  }

  void remove(uint8_t payload_type) {
    std::erase(free_, payload_type);
  }

  std::optional<uint8_t> take() {
    if (free_.empty())
      return std::nullopt;
    const auto out = free_.front();
    free_.erase(free_.begin());
    return out;
  }

private:
  std::vector<uint8_t> free_;
};

const rtp_codec_capability* find_supported(const rtp_codec_capability& codec) {
  const auto& codecs = supported_rtp_capabilities().codecs;
  const auto i = std::ranges::find_if(
      codecs, [&](const auto& x) { return is_same_codec(codec, x); });
  return i == codecs.end() ? nullptr : &*i;
}

refusal none_left() {
  return {ortc_errc::no_payload_type_left,
          "cannot allocate more dynamic codec payload types"};
}

// Gives `codec` the payload type that `wanted` requests, or its fixed one, or
// the next of the pool.
checked<void> assign_payload_type(rtp_codec_capability& codec,
                                  const rtp_codec_capability& wanted,
                                  payload_type_pool& pool) {
  if (wanted.preferred_payload_type == probator_payload_type)
    return refusal{ortc_errc::reserved_payload_type,
                   "payload type 127 is reserved for probation"};
  if (wanted.preferred_payload_type) {
    codec.preferred_payload_type = wanted.preferred_payload_type;
    pool.remove(*wanted.preferred_payload_type);
  } else if (!codec.preferred_payload_type) {
    codec.preferred_payload_type = pool.take();
    if (!codec.preferred_payload_type)
      return none_left();
  }
  return {};
}

rtp_codec_capability make_rtx(const rtp_codec_capability& codec,
                              uint8_t payload_type) {
  return {.kind = codec.kind,
          .mime_type = "video/rtx",
          .preferred_payload_type = payload_type,
          .clock_rate = codec.clock_rate,
          .channels = {},
          .parameters = {{"apt",
                          int64_t{codec.preferred_payload_type.value_or(0)}}},
          .feedback = {}};
}

checked<void> add_codec(rtp_capabilities& caps,
                        const rtp_codec_capability& wanted,
                        payload_type_pool& pool) {
  const auto* supported = find_supported(wanted);
  if (!supported)
    return refusal{ortc_errc::unsupported_codec,
                   "media codec not supported: " + wanted.mime_type};
  auto codec = *supported;
  if (auto assigned = assign_payload_type(codec, wanted, pool); !assigned)
    return assigned;
  for (const auto& other : caps.codecs)
    if (other.preferred_payload_type == codec.preferred_payload_type)
      return refusal{ortc_errc::duplicate_payload_type,
                     "payload type used twice: "
                         + std::to_string(*codec.preferred_payload_type)};
  for (const auto& [name, value] : wanted.parameters)
    codec.parameters.insert_or_assign(name, value);
  caps.codecs.push_back(codec);
  if (codec.kind != media_kind::video)
    return {};
  const auto rtx_payload_type = pool.take();
  if (!rtx_payload_type)
    return none_left();
  caps.codecs.push_back(make_rtx(codec, *rtx_payload_type));
  return {};
}

} // namespace

checked<rtp_capabilities> generate_router_rtp_capabilities(
    const std::vector<rtp_codec_capability>& media_codecs) {
  rtp_capabilities out;
  out.header_extensions = supported_rtp_capabilities().header_extensions;
  payload_type_pool pool;
  for (const auto& codec : media_codecs)
    if (auto added = add_codec(out, codec, pool); !added)
      return added.error();
  return out;
}

} // namespace troupe::protocol
