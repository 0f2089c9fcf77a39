#pragma once

#include "net/base/bytes.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace troupe::rtp {

/// What a frame means to one decode target (RTP payload format for AV1,
/// appendix A.2).
enum class decode_target_indication : uint8_t {
  /// The frame is not part of the target.
  not_present = 0,
  /// The frame is part of the target, but no frame of the target refers to it.
  discardable = 1,
  /// A receiver can switch to the target at this frame.
  switching = 2,
  /// Later frames of the target refer to it.
  required = 3,
};

/// Limits of the format: five bits count decode targets, six bits number
/// templates, and there are at most as many chains as decode targets.
inline constexpr size_t max_decode_targets = 32;
inline constexpr size_t max_frame_templates = 64;
/// Our own limit: no codec refers to more than 16 frames.
inline constexpr size_t max_frame_dependencies = 16;
/// The format numbers spatial layers with two bits.
inline constexpr size_t max_spatial_layers = 4;

/// How a frame relates to other frames; also a template of such relations.
struct av1_frame_dependencies {
  uint8_t spatial_id = 0;
  uint8_t temporal_id = 0;
  uint8_t fdiff_count = 0;
  /// How many frames back each reference is, at least 1.
  std::array<uint16_t, max_frame_dependencies> fdiffs{};
  std::array<decode_target_indication, max_decode_targets> indications{};
  /// How many frames back the last frame of each chain is; 0 begins a new
  /// chain.
  std::array<uint8_t, max_decode_targets> chain_fdiffs{};

  bool operator==(const av1_frame_dependencies&) const = default;
};

/// The largest size of a spatial layer's frames, in pixels.
struct av1_resolution {
  uint32_t width = 0;
  uint32_t height = 0;

  bool operator==(const av1_resolution&) const = default;
};

/// The highest layers that a decode target contains.
struct av1_decode_target {
  uint8_t spatial_id = 0;
  uint8_t temporal_id = 0;
  /// The chain that protects it; only if the structure has chains.
  uint8_t protected_by = 0;

  bool operator==(const av1_decode_target&) const = default;
};

/// The template dependency structure (appendix A.8.3). Key frames announce it
/// and later frames refer to it. Takes some 6 KiB: keep it on the heap.
struct av1_dependency_structure {
  /// The number of the first template; numbers wrap modulo 64.
  uint8_t template_id_offset = 0;
  uint8_t template_count = 0;
  uint8_t decode_target_count = 0;
  uint8_t chain_count = 0;
  uint8_t spatial_layers = 1;
  uint8_t temporal_layers = 1;
  bool has_resolutions = false;
  std::array<av1_resolution, max_spatial_layers> resolutions{};
  std::array<av1_decode_target, max_decode_targets> decode_targets{};
  std::array<av1_frame_dependencies, max_frame_templates> templates{};

  bool operator==(const av1_dependency_structure&) const = default;
};

/// A dependency descriptor (appendix A.8.2), read with the structure that it
/// contains or refers to.
struct av1_dependency_descriptor {
  bool start_of_frame = false;
  bool end_of_frame = false;
  uint8_t template_id = 0;
  uint16_t frame_number = 0;
  /// The structure, if this packet announces it, as the first packet of a key
  /// frame does.
  std::unique_ptr<av1_dependency_structure> structure;
  /// A bit for each decode target that is being sent, if announced.
  std::optional<uint32_t> active_decode_targets;
  /// The template's values, or those that the frame has in their place.
  av1_frame_dependencies frame;
  std::optional<av1_resolution> resolution;
};

/// Reads a descriptor. `current` is the structure in force, or null. Returns
/// nothing if the descriptor is malformed or needs a structure, or a template
/// of it, that is missing. Use the result with its own `structure`, or with
/// `current` if it has none.
std::optional<av1_dependency_descriptor>
parse_dependency_descriptor(net::byte_span in,
                            const av1_dependency_structure* current);

} // namespace troupe::rtp
