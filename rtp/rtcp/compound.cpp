#include "rtp/rtcp/compound.hpp"

#include <algorithm>

namespace troupe::rtp::rtcp {

namespace {

constexpr size_t header_size = 4;

template <class Message>
std::optional<message> parse_as(const packet_view& x) {
  if (auto result = Message::parse(x))
    return message{std::move(*result)};
  return std::nullopt;
}

using parser = std::optional<message> (*)(const packet_view&);

/// Returns the parser of the packet, or null if there is none.
parser find_parser(const packet_view& x) {
  switch (x.type) {
    case packet_type::sender_report:
      return parse_as<sender_report>;
    case packet_type::receiver_report:
      return parse_as<receiver_report>;
    case packet_type::sdes:
      return parse_as<sdes>;
    case packet_type::bye:
      return parse_as<bye>;
    case packet_type::transport_feedback:
      if (x.count == nack::format)
        return parse_as<nack>;
      if (x.count == transport_cc::format)
        return parse_as<transport_cc>;
      return nullptr;
    case packet_type::payload_feedback:
      if (x.count == pli::format)
        return parse_as<pli>;
      if (x.count == fir::format)
        return parse_as<fir>;
      if (x.count == remb::format && remb::is_remb(x))
        return parse_as<remb>;
      return nullptr;
    case packet_type::extended_report:
      return parse_as<extended_report>;
    default:
      return nullptr;
  }
}

} // namespace

std::optional<packet_view> compound_reader::next_packet() {
  while (!in_.empty()) {
    auto p = in_.data();
    auto size = in_.size() < header_size
                    ? SIZE_MAX
                    : header_size + 4 * size_t{net::load_u16(p + 2)};
    if (size > in_.size() || p[0] >> 6 != 2) {
      ++malformed_;
      in_ = {};
      break;
    }
    auto body = in_.subspan(header_size, size - header_size);
    in_ = in_.subspan(size);
    if ((p[0] & 0x20) != 0) {
      auto padding = body.empty() ? size_t{0} : size_t{body.back()};
      if (padding == 0 || padding > body.size()) {
        ++malformed_;
        continue;
      }
      body = body.first(body.size() - padding);
    }
    return packet_view{packet_type{p[1]}, static_cast<uint8_t>(p[0] & 0x1F),
                       body};
  }
  return std::nullopt;
}

std::optional<message> compound_reader::next() {
  while (auto x = next_packet()) {
    auto parse = find_parser(*x);
    if (!parse) {
      ++unknown_;
      continue;
    }
    if (auto result = parse(*x))
      return result;
    ++malformed_;
  }
  return std::nullopt;
}

uint8_t* compound_builder::append(packet_type type, size_t count,
                                  size_t body_size) {
  if (count > 31 || header_size + body_size > remaining())
    return nullptr;
  auto p = out_.data() + size_;
  p[0] = static_cast<uint8_t>(0x80 | count);
  p[1] = static_cast<uint8_t>(type);
  net::store_u16(p + 2, static_cast<uint16_t>(body_size / 4));
  size_ += header_size + body_size;
  return p + header_size;
}

namespace {

template <class Record>
void write_all(std::span<const Record> records, uint8_t* p) {
  for (const auto& x : records) {
    x.write(p);
    p += Record::wire_size;
  }
}

} // namespace

bool compound_builder::add_sender_report(const sender_info& info,
                                         std::span<const report_block> blocks) {
  auto p =
      append(packet_type::sender_report, blocks.size(),
             sender_info::wire_size + blocks.size() * report_block::wire_size);
  if (!p)
    return false;
  info.write(p);
  write_all(blocks, p + sender_info::wire_size);
  return true;
}

bool compound_builder::add_receiver_report(
    ssrc sender, std::span<const report_block> blocks) {
  auto p = append(packet_type::receiver_report, blocks.size(),
                  4 + blocks.size() * report_block::wire_size);
  if (!p)
    return false;
  net::store_u32(p, value(sender));
  write_all(blocks, p + 4);
  return true;
}

bool compound_builder::add_sdes(ssrc source, std::string_view cname) {
  if (cname.size() > 255)
    return false;
  // SSRC, item type and length, text, and at least one zero.
  auto size = net::pad_to_four(4 + 2 + cname.size() + 1);
  auto p = append(packet_type::sdes, 1, size);
  if (!p)
    return false;
  auto out = net::byte_writer{{p, size}};
  out.u32(value(source));
  out.u8(1);
  out.u8(static_cast<uint8_t>(cname.size()));
  out.bytes(net::as_bytes(cname));
  out.zeros(out.remaining());
  return true;
}

bool compound_builder::add_bye(std::span<const ssrc> sources,
                               std::string_view reason) {
  if (reason.size() > 255)
    return false;
  auto reason_size =
      reason.empty() ? size_t{0} : net::pad_to_four(1 + reason.size());
  auto size = 4 * sources.size() + reason_size;
  auto p = append(packet_type::bye, sources.size(), size);
  if (!p)
    return false;
  auto out = net::byte_writer{{p, size}};
  for (auto x : sources)
    out.u32(value(x));
  if (!reason.empty()) {
    out.u8(static_cast<uint8_t>(reason.size()));
    out.bytes(net::as_bytes(reason));
  }
  out.zeros(out.remaining());
  return true;
}

bool compound_builder::add_nack(ssrc sender, ssrc media,
                                std::span<const uint16_t>& lost) {
  constexpr size_t fixed = 8;
  if (lost.empty() || remaining() < header_size + fixed + nack_item::wire_size)
    return false;
  auto max_items = (remaining() - header_size - fixed) / nack_item::wire_size;
  auto items = out_.data() + size_ + header_size + fixed;
  size_t count = 0;
  for (; count < max_items && !lost.empty(); ++count)
    pack_nack_item(lost).write(items + count * nack_item::wire_size);
  auto p = append(packet_type::transport_feedback, nack::format,
                  fixed + count * nack_item::wire_size);
  net::store_u32(p, value(sender));
  net::store_u32(p + 4, value(media));
  return true;
}

bool compound_builder::add_pli(ssrc sender, ssrc media) {
  auto p = append(packet_type::payload_feedback, pli::format, 8);
  if (!p)
    return false;
  net::store_u32(p, value(sender));
  net::store_u32(p + 4, value(media));
  return true;
}

bool compound_builder::add_fir(ssrc sender, std::span<const fir_item> items) {
  auto p = append(packet_type::payload_feedback, fir::format,
                  8 + items.size() * fir_item::wire_size);
  if (!p)
    return false;
  net::store_u32(p, value(sender));
  net::store_u32(p + 4, 0);
  write_all(items, p + 8);
  return true;
}

bool compound_builder::add_remb(ssrc sender, uint64_t bitrate_bps,
                                std::span<const ssrc> sources) {
  auto size = 16 + 4 * sources.size();
  if (sources.size() > 255)
    return false;
  auto p = append(packet_type::payload_feedback, remb::format, size);
  if (!p)
    return false;
  uint32_t exponent = 0;
  while (bitrate_bps >> exponent > 0x3FFFF)
    ++exponent;
  auto out = net::byte_writer{{p, size}};
  out.u32(value(sender));
  out.u32(0);
  out.u32(remb::identifier);
  out.u8(static_cast<uint8_t>(sources.size()));
  out.u24(exponent << 18 | static_cast<uint32_t>(bitrate_bps >> exponent));
  for (auto x : sources)
    out.u32(value(x));
  return true;
}

bool compound_builder::add_transport_cc(ssrc sender, ssrc media,
                                        uint8_t feedback_count,
                                        const transport_cc_builder& feedback) {
  auto free_space = net::mutable_byte_span{out_}.subspan(size_);
  auto size = feedback.build(sender, media, feedback_count, free_space);
  if (!size)
    return false;
  size_ += *size;
  return true;
}

bool compound_builder::add_rrtr(ssrc sender, ntp_time reference_time) {
  auto p = append(packet_type::extended_report, 0, 16);
  if (!p)
    return false;
  net::store_u32(p, value(sender));
  net::store_u32(p + 4, uint32_t{extended_report::rrtr_block} << 24 | 2);
  net::store_u64(p + 8, reference_time.value);
  return true;
}

bool compound_builder::add_dlrr(ssrc sender, std::span<const dlrr_item> items) {
  auto words = 3 * items.size();
  auto p = append(packet_type::extended_report, 0, 8 + 4 * words);
  if (!p)
    return false;
  net::store_u32(p, value(sender));
  net::store_u32(p + 4, uint32_t{extended_report::dlrr_block} << 24
                            | static_cast<uint32_t>(words));
  write_all(items, p + 8);
  return true;
}

} // namespace troupe::rtp::rtcp
