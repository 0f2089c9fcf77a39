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
  /// Not part of it.
  not_present = 0,
  /// Part of it, but nothing there refers to it.
  discardable = 1,
  /// One can switch to the target here.
  switching = 2,
  /// Later frames of the target refer to it.
  required = 3,
};

/// Limits of the format: five bits count decode targets, six bits number
/// templates, chains are at most as many as decode targets.
inline constexpr size_t max_decode_targets = 32;
inline constexpr size_t max_frame_templates = 64;
/// Ours: no codec refers to more than 16 frames.
inline constexpr size_t max_frame_dependencies = 16;
/// Two bits step from spatial layer to spatial layer.
inline constexpr size_t max_spatial_layers = 4;

/// How a frame relates to others; also the template of such.
struct av1_frame_dependencies {
  uint8_t spatial_id = 0;
  uint8_t temporal_id = 0;
  uint8_t fdiff_count = 0;
  /// How many frames back each reference is, from 1.
  std::array<uint16_t, max_frame_dependencies> fdiffs{};
  std::array<decode_target_indication, max_decode_targets> indications{};
  /// How many frames back the last frame of each chain is; 0: none, new chain.
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
  /// Which chain protects it; only with chains.
  uint8_t protected_by = 0;

  bool operator==(const av1_decode_target&) const = default;
};

/// The template dependency structure (appendix A.8.3), which key frames
/// announce and later frames refer to. Some 6 KiB: kept on the heap.
struct av1_dependency_structure {
  /// The number of the first template; they count on modulo 64.
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

/// A dependency descriptor (appendix A.8.2), read with the structure it comes
/// with or refers to.
struct av1_dependency_descriptor {
  bool start_of_frame = false;
  bool end_of_frame = false;
  uint8_t template_id = 0;
  uint16_t frame_number = 0;
  /// Announced by this packet; the first packet of a key frame does so.
  std::unique_ptr<av1_dependency_structure> structure;
  /// A bit for each decode target that is being sent, where announced.
  std::optional<uint32_t> active_decode_targets;
  /// The template's values, or this frame's own in their place.
  av1_frame_dependencies frame;
  std::optional<av1_resolution> resolution;
};

/// Reads a descriptor. `current` is the structure in force, or null. Nothing
/// where it is malformed, or needs a structure (or a template of it) that is
/// not there. The result is usable with its own `structure`, or, where it has
/// none, with `current`.
std::optional<av1_dependency_descriptor>
parse_dependency_descriptor(net::byte_span in,
                            const av1_dependency_structure* current);

} // namespace troupe::rtp
