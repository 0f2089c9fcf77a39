#include "net/cluster/preface.hpp"

#include "net/base/ascii.hpp"
#include "net/base/assert.hpp"

#include <algorithm>
#include <optional>

namespace troupe::net {

namespace {

constexpr std::string_view magic = "TRPC";

// Changes only if the fields below change. A later version of the program may
// append fields, which older ones ignore.
constexpr uint16_t format_version = 1;

// Magic, format version, and the length of the rest.
constexpr size_t preface_header_size = 8;

constexpr uint8_t family_v4 = 4;
constexpr uint8_t family_v6 = 6;

bool is_name_character(char c) {
  return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
}

void write_text(byte_writer& out, std::string_view text) {
  out.u8(static_cast<uint8_t>(text.size()));
  out.bytes(as_bytes(text));
}

std::string read_text(byte_reader& in) {
  return std::string{as_text(in.bytes(in.u8()))};
}

void write_address(byte_writer& out, const socket_address& x) {
  const auto octets = byte_span{x.octets()};
  out.u8(x.is_v4() ? family_v4 : family_v6);
  out.bytes(x.is_v4() ? octets.last(4) : octets);
  out.u16(x.port());
}

// Returns nullopt for an unknown family.
std::optional<socket_address> read_address(byte_reader& in) {
  const auto family = in.u8();
  if (family != family_v4 && family != family_v6)
    return std::nullopt;
  const auto octets = in.bytes(family == family_v4 ? 4 : 16);
  return socket_address{octets, in.u16()};
}

} // namespace

bool is_node_name(std::string_view name) {
  return !name.empty() && name.size() <= max_node_name
         && std::ranges::all_of(name, is_name_character);
}

std::vector<uint8_t> write_preface(const cluster_preface& in) {
  TROUPE_ASSERT(is_node_name(in.cluster) && is_node_name(in.node));
  TROUPE_ASSERT(in.incarnation != 0 && in.oldest_level <= in.level);
  std::vector<uint8_t> out(max_preface_size);
  byte_writer writer{out};
  writer.bytes(as_bytes(magic));
  writer.u16(format_version);
  writer.u16(0);
  write_text(writer, in.cluster);
  write_text(writer, in.node);
  writer.u64(in.incarnation);
  writer.u16(in.level);
  writer.u16(in.oldest_level);
  write_address(writer, in.media);
  write_address(writer, in.listen);
  writer.u64(in.wall_clock);
  TROUPE_ASSERT(!writer.failed());
  out.resize(writer.position());
  store_u16(out.data() + 6,
            static_cast<uint16_t>(out.size() - preface_header_size));
  return out;
}

size_t preface_reader::read(byte_span in) {
  size_t taken = 0;
  auto take_until = [&](size_t size) {
    const auto n = std::min(size - octets_.size(), in.size() - taken);
    const auto next = in.subspan(taken, n);
    octets_.insert(octets_.end(), next.begin(), next.end());
    taken += n;
    return octets_.size() == size;
  };
  if (state_ != state::more)
    return 0;
  if (octets_.size() < preface_header_size) {
    if (!take_until(preface_header_size))
      return taken;
    if (as_text(octets_).substr(0, magic.size()) != magic
        || load_u16(octets_.data() + 4) != format_version
        || load_u16(octets_.data() + 6)
               > max_preface_size - preface_header_size) {
      state_ = state::bad;
      return taken;
    }
  }
  if (take_until(preface_header_size + load_u16(octets_.data() + 6)))
    parse();
  return taken;
}

void preface_reader::parse() {
  byte_reader in{byte_span{octets_}.subspan(preface_header_size)};
  state_ = state::bad;
  cluster_preface out;
  out.cluster = read_text(in);
  out.node = read_text(in);
  out.incarnation = in.u64();
  out.level = in.u16();
  out.oldest_level = in.u16();
  const auto media = read_address(in);
  const auto listen = read_address(in);
  if (in.failed() || !media || !listen || !is_node_name(out.cluster)
      || !is_node_name(out.node) || out.incarnation == 0
      || out.oldest_level > out.level)
    return;
  // Appended later, so it may be missing.
  if (in.remaining() >= 8)
    out.wall_clock = in.u64();
  out.media = *media;
  out.listen = *listen;
  value_ = std::move(out);
  state_ = state::done;
}

} // namespace troupe::net
