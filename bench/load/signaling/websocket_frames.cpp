#include "bench/load/signaling/websocket_frames.hpp"

#include <algorithm>
#include <utility>

namespace troupe::load {

namespace {

constexpr size_t largest_header = 10;

void append_number(std::string& out, uint64_t x, int octets) {
  while (octets-- > 0)
    out.push_back(static_cast<char>(x >> (8 * octets)));
}

uint64_t load_number(std::string_view in) {
  uint64_t out = 0;
  for (auto c : in)
    out = out << 8 | static_cast<uint8_t>(c);
  return out;
}

struct frame_extent {
  size_t header;
  size_t payload;
};

// Nothing if the header is incomplete.
std::optional<frame_extent> extent_of(std::string_view in) {
  if (in.size() < 2)
    return std::nullopt;
  size_t length = in[1] & 0x7F;
  size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (in.size() < 2 + more)
    return std::nullopt;
  return frame_extent{2 + more,
                      more ? load_number(in.substr(2, more)) : length};
}

} // namespace

std::string client_frame(frame_kind kind, std::string_view payload) {
  constexpr uint8_t whole = 0x80;
  constexpr uint8_t masked = 0x80;
  std::string out;
  out.reserve(payload.size() + 14);
  out.push_back(static_cast<char>(whole | static_cast<uint8_t>(kind)));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(masked | payload.size()));
  } else if (payload.size() <= 0xFFFF) {
    out.push_back(static_cast<char>(masked | 126));
    append_number(out, payload.size(), 2);
  } else {
    out.push_back(static_cast<char>(masked | 127));
    append_number(out, payload.size(), 8);
  }
  out.append(4, '\0');
  return out.append(payload);
}

void frame_reader::feed(std::string_view octets) {
  input_ = octets;
}

std::optional<server_frame> frame_reader::next() {
  if (std::exchange(from_partial_, false))
    partial_.clear();
  auto out = [](std::string_view whole, const frame_extent& x) {
    return server_frame{static_cast<frame_kind>(whole[0] & 0x0F),
                        whole.substr(x.header, x.payload)};
  };
  auto take = [&](size_t octets) {
    partial_.append(input_.substr(0, octets));
    input_.remove_prefix(std::min(octets, input_.size()));
  };
  if (!partial_.empty()) {
    // Completes a frame that began earlier: first its header, then its length.
    while (!extent_of(partial_) && !input_.empty()
           && partial_.size() < largest_header)
      take(1);
    auto x = extent_of(partial_);
    if (x && partial_.size() < x->header + x->payload)
      take(x->header + x->payload - partial_.size());
    if (!x || partial_.size() < x->header + x->payload)
      return std::nullopt;
    from_partial_ = true;
    return out(partial_, *x);
  }
  auto x = extent_of(input_);
  if (!x || input_.size() < x->header + x->payload) {
    take(input_.size());
    return std::nullopt;
  }
  auto whole = input_.substr(0, x->header + x->payload);
  input_.remove_prefix(whole.size());
  return out(whole, *x);
}

} // namespace troupe::load
