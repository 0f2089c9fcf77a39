#pragma once

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::net {

/// The header of a whole, unmasked frame (RFC 6455, section 5.2).
class frame_header {
public:
  frame_header(size_t payload, bool binary) {
    constexpr uint8_t whole = 0x80;
    octets_[0] = whole | (binary ? 2 : 1);
    auto length = payload < 126 ? 0u : payload <= 0xFFFF ? 2u : 8u;
    octets_[1] = static_cast<uint8_t>(length == 0   ? payload
                                      : length == 2 ? 126
                                                    : 127);
    size_ = 2 + length;
    for (auto i = size_; i > 2; payload >>= 8)
      octets_[--i] = static_cast<uint8_t>(payload);
  }

  boost::asio::const_buffer buffer() const {
    return boost::asio::buffer(octets_.data(), size_);
  }

private:
  std::array<uint8_t, 10> octets_{};
  size_t size_ = 0;
};

} // namespace troupe::net
