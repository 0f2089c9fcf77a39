#include "rtp/recording/payload_units.hpp"

namespace troupe::rtp {

namespace {

constexpr size_t unit_length_size = 4;

/// Collects the NAL units of one access unit.
class h264_units {
public:
  explicit h264_units(std::vector<uint8_t>& out) : out_(out) {}

  bool take(net::byte_span payload) {
    if (payload.empty())
      return false;
    auto type = payload[0] & 0x1F;
    if (type == fu_a)
      return take_fragment(payload);
    if (open_)
      return false;
    if (type == stap_a)
      return take_aggregate(payload.subspan(1));
    return take_unit(payload);
  }

  /// What was collected; nothing if the last fragment is missing.
  std::optional<joined_frame> result() const {
    if (open_)
      return std::nullopt;
    joined_frame x;
    x.keyframe = has_idr_;
    x.has_picture = has_slice_;
    x.sets = sets_;
    return x;
  }

private:
  // NAL unit types (H.264, table 7-1; RFC 6184, section 5.2).
  enum unit_type : uint8_t {
    first_slice = 1,
    idr_slice = 5,
    sequence_set = 7,
    picture_set = 8,
    last_single = 23,
    stap_a = 24,
    fu_a = 28,
  };

  bool take_unit(net::byte_span x) {
    auto type = x[0] & 0x1F;
    if (type == 0 || type > last_single)
      return false;
    note(type);
    begin_unit();
    append(x);
    end_unit();
    return true;
  }

  bool take_aggregate(net::byte_span units) {
    auto in = net::byte_reader{units};
    do {
      auto x = in.bytes(in.u16());
      if (x.empty() || !take_unit(x))
        return false;
    } while (in.remaining() > 0);
    return true;
  }

  bool take_fragment(net::byte_span payload) {
    if (payload.size() < 3)
      return false;
    auto header = payload[1];
    auto type = static_cast<uint8_t>(header & 0x1F);
    auto begins = (header & 0x80) != 0;
    auto ends = (header & 0x40) != 0;
    if (begins == open_ || (begins && ends) || type == 0 || type > last_single
        || (open_ && type != open_type_))
      return false;
    if (begins) {
      open_ = true;
      open_type_ = type;
      note(type);
      begin_unit();
      out_.push_back(static_cast<uint8_t>((payload[0] & 0xE0) | type));
    }
    append(payload.subspan(2));
    if (ends) {
      open_ = false;
      end_unit();
    }
    return true;
  }

  void note(int type) {
    has_slice_ |= type >= first_slice && type <= idr_slice;
    has_idr_ |= type == idr_slice;
    sets_ |= {type == sequence_set, type == picture_set};
  }

  void begin_unit() {
    unit_ = out_.size();
    out_.resize(unit_ + unit_length_size);
  }

  void append(net::byte_span x) {
    out_.insert(out_.end(), x.begin(), x.end());
  }

  void end_unit() {
    net::store_u32(&out_[unit_], static_cast<uint32_t>(out_.size() - unit_
                                                       - unit_length_size));
  }

  std::vector<uint8_t>& out_;
  size_t unit_ = 0; // where the last unit's length is
  bool open_ = false;
  uint8_t open_type_ = 0;
  bool has_slice_ = false;
  bool has_idr_ = false;
  parameter_sets sets_;
};

} // namespace

std::optional<joined_frame> join_h264(std::span<const media_packet> packets,
                                      std::vector<uint8_t>& out) {
  h264_units units{out};
  for (const auto& x : packets)
    if (!units.take(x.packet.payload()))
      return std::nullopt;
  return units.result();
}

} // namespace troupe::rtp
