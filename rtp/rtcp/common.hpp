#pragma once

#include "net/base/bytes.hpp"
#include "rtp/base/types.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

namespace troupe::rtp::rtcp {

/// RTCP packet types (RFC 3550, section 12.1; RFC 4585, section 6.1; RFC 3611,
/// section 2).
enum class packet_type : uint8_t {
  sender_report = 200,
  receiver_report = 201,
  sdes = 202,
  bye = 203,
  app = 204,
  transport_feedback = 205,
  payload_feedback = 206,
  extended_report = 207,
};

/// One packet of a compound, with its header read and its padding removed.
struct packet_view {
  packet_type type{};
  /// The five bits after the padding bit: a count, or a feedback format.
  uint8_t count = 0;
  /// The octets after the common header of four octets.
  net::byte_span body;
};

/// A run of equally sized records inside a packet, decoded on access. A view:
/// the packet's octets must outlive it. `Record` has a `wire_size` and a static
/// `read(const uint8_t*)`.
template <class Record>
class record_view {
public:
  class iterator {
  public:
    using value_type = Record;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using pointer = void;
    using reference = Record;

    iterator() = default;

    explicit iterator(const uint8_t* pos) : pos_(pos) {}

    Record operator*() const {
      return Record::read(pos_);
    }

    iterator& operator++() {
      pos_ += Record::wire_size;
      return *this;
    }

    iterator operator++(int) {
      auto old = *this;
      ++*this;
      return old;
    }

    bool operator==(const iterator&) const = default;

  private:
    const uint8_t* pos_ = nullptr;
  };

  record_view() = default;

  /// Views all whole records in `bytes`.
  explicit record_view(net::byte_span bytes)
      : bytes_(bytes.first(bytes.size() - bytes.size() % Record::wire_size)) {}

  size_t size() const {
    return bytes_.size() / Record::wire_size;
  }

  bool empty() const {
    return bytes_.empty();
  }

  /// `i` must be below size().
  Record operator[](size_t i) const {
    return Record::read(bytes_.data() + i * Record::wire_size);
  }

  iterator begin() const {
    return iterator{bytes_.data()};
  }

  iterator end() const {
    return iterator{bytes_.data() + bytes_.size()};
  }

private:
  net::byte_span bytes_;
};

/// An SSRC as a record.
struct ssrc_record {
  static constexpr size_t wire_size = 4;

  rtp::ssrc ssrc{};

  static ssrc_record read(const uint8_t* p) {
    return {rtp::ssrc{net::load_u32(p)}};
  }

  bool operator==(const ssrc_record&) const = default;
};

} // namespace troupe::rtp::rtcp
