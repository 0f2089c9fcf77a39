#include "rtp/codec/av1_dependency_descriptor.hpp"

#include "rtp/codec/bit_reader.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

bool add_fdiff(av1_frame_dependencies& x, uint32_t fdiff) {
  if (x.fdiff_count == max_frame_dependencies)
    return false;
  x.fdiffs[x.fdiff_count++] = static_cast<uint16_t>(fdiff);
  return true;
}

bool read_template_layers(bit_reader& in, av1_dependency_structure& x) {
  enum : uint32_t { same = 0, next_temporal = 1, next_spatial = 2, end = 3 };
  uint8_t spatial = 0;
  uint8_t temporal = 0;
  for (auto step = uint32_t{same}; step != end;) {
    if (x.template_count == max_frame_templates)
      return false;
    auto& entry = x.templates[x.template_count++];
    entry.spatial_id = spatial;
    entry.temporal_id = temporal;
    x.temporal_layers =
        std::max<uint8_t>(x.temporal_layers, uint8_t(temporal + 1));
    step = in.bits(2);
    if (step == next_temporal) {
      ++temporal;
    } else if (step == next_spatial) {
      ++spatial;
      temporal = 0;
    }
    if (in.failed() || temporal > 7 || spatial >= max_spatial_layers)
      return false;
  }
  x.spatial_layers = static_cast<uint8_t>(spatial + 1);
  return true;
}

bool read_template_fdiffs(bit_reader& in, av1_dependency_structure& x) {
  for (size_t i = 0; i < x.template_count; ++i)
    while (in.flag())
      if (!add_fdiff(x.templates[i], in.bits(4) + 1))
        return false;
  return true;
}

void read_indications(bit_reader& in, size_t count, av1_frame_dependencies& x) {
  for (size_t i = 0; i < count; ++i)
    x.indications[i] = static_cast<decode_target_indication>(in.bits(2));
}

void read_template_chains(bit_reader& in, av1_dependency_structure& x) {
  x.chain_count =
      static_cast<uint8_t>(in.below(uint32_t{x.decode_target_count} + 1));
  if (x.chain_count == 0)
    return;
  for (size_t i = 0; i < x.decode_target_count; ++i)
    x.decode_targets[i].protected_by =
        static_cast<uint8_t>(in.below(x.chain_count));
  for (size_t i = 0; i < x.template_count; ++i)
    for (size_t k = 0; k < x.chain_count; ++k)
      x.templates[i].chain_fdiffs[k] = static_cast<uint8_t>(in.bits(4));
}

/// A decode target contains the layers of all frames that are present in it.
void find_decode_target_layers(av1_dependency_structure& x) {
  for (size_t i = 0; i < x.decode_target_count; ++i) {
    auto& target = x.decode_targets[i];
    for (size_t k = 0; k < x.template_count; ++k) {
      const auto& entry = x.templates[k];
      if (entry.indications[i] == decode_target_indication::not_present)
        continue;
      target.spatial_id = std::max(target.spatial_id, entry.spatial_id);
      target.temporal_id = std::max(target.temporal_id, entry.temporal_id);
    }
  }
}

/// Reads a structure (appendix A.8.3), or null where it is malformed.
std::unique_ptr<av1_dependency_structure> read_structure(bit_reader& in) {
  auto result = std::make_unique<av1_dependency_structure>();
  auto& x = *result;
  x.template_id_offset = static_cast<uint8_t>(in.bits(6));
  x.decode_target_count = static_cast<uint8_t>(in.bits(5) + 1);
  if (!read_template_layers(in, x))
    return nullptr;
  for (size_t i = 0; i < x.template_count; ++i)
    read_indications(in, x.decode_target_count, x.templates[i]);
  if (!read_template_fdiffs(in, x))
    return nullptr;
  read_template_chains(in, x);
  find_decode_target_layers(x);
  x.has_resolutions = in.flag();
  if (x.has_resolutions)
    for (size_t i = 0; i < x.spatial_layers; ++i) {
      x.resolutions[i].width = in.bits(16) + 1;
      x.resolutions[i].height = in.bits(16) + 1;
    }
  if (in.failed())
    return nullptr;
  return result;
}

/// The flags that begin the extended fields (appendix A.8.2).
struct extended_flags {
  bool structure = false;
  bool active_decode_targets = false;
  bool custom_indications = false;
  bool custom_fdiffs = false;
  bool custom_chains = false;
};

extended_flags read_flags(bit_reader& in) {
  extended_flags x;
  x.structure = in.flag();
  x.active_decode_targets = in.flag();
  x.custom_indications = in.flag();
  x.custom_fdiffs = in.flag();
  x.custom_chains = in.flag();
  return x;
}

/// Reads the values that replace those of the frame's template.
bool read_custom(bit_reader& in, const extended_flags& flags,
                 const av1_dependency_structure& structure,
                 av1_frame_dependencies& frame) {
  if (flags.custom_indications)
    read_indications(in, structure.decode_target_count, frame);
  if (flags.custom_fdiffs) {
    frame.fdiff_count = 0;
    frame.fdiffs = {};
    while (auto size = in.bits(2))
      if (!add_fdiff(frame, in.bits(4 * size) + 1))
        return false;
  }
  if (flags.custom_chains)
    for (size_t i = 0; i < structure.chain_count; ++i)
      frame.chain_fdiffs[i] = static_cast<uint8_t>(in.bits(8));
  return !in.failed();
}

} // namespace

std::optional<av1_dependency_descriptor>
parse_dependency_descriptor(net::byte_span bytes,
                            const av1_dependency_structure* current) {
  constexpr size_t mandatory_size = 3;
  if (bytes.size() < mandatory_size)
    return std::nullopt;
  auto in = bit_reader{bytes};
  av1_dependency_descriptor x;
  x.start_of_frame = in.flag();
  x.end_of_frame = in.flag();
  x.template_id = static_cast<uint8_t>(in.bits(6));
  x.frame_number = static_cast<uint16_t>(in.bits(16));
  extended_flags flags;
  if (bytes.size() > mandatory_size)
    flags = read_flags(in);
  if (flags.structure) {
    x.structure = read_structure(in);
    if (!x.structure)
      return std::nullopt;
    current = x.structure.get();
    x.active_decode_targets =
        UINT32_MAX >> (max_decode_targets - current->decode_target_count);
  }
  if (!current)
    return std::nullopt;
  if (flags.active_decode_targets)
    x.active_decode_targets = in.bits(current->decode_target_count);
  auto index = (x.template_id + 64U - current->template_id_offset) % 64;
  if (index >= current->template_count)
    return std::nullopt;
  x.frame = current->templates[index];
  if (!read_custom(in, flags, *current, x.frame))
    return std::nullopt;
  if (current->has_resolutions)
    x.resolution = current->resolutions[x.frame.spatial_id];
  return x;
}

} // namespace troupe::rtp
