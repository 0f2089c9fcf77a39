#include "rtp/rtcp/compound.hpp"

#include <cstdlib>
#include <vector>

using namespace troupe;
using namespace troupe::rtp::rtcp;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

template <class Record>
uint64_t walk(const record_view<Record>& records) {
  uint64_t sum = 0;
  for (auto x : records) {
    uint8_t out[Record::wire_size];
    x.write(out);
    require(Record::read(out) == x);
    sum += out[0];
  }
  return sum;
}

struct walker {
  uint64_t operator()(const sender_report& x) const {
    return walk(x.blocks);
  }

  uint64_t operator()(const receiver_report& x) const {
    return walk(x.blocks);
  }

  uint64_t operator()(const sdes& x) const {
    size_t position = 0;
    uint64_t sum = 0;
    while (auto chunk = x.next(position))
      sum += chunk->cname.size();
    return sum;
  }

  uint64_t operator()(const bye& x) const {
    uint64_t sum = x.reason.size();
    for (auto source : x.sources)
      sum += value(source.ssrc);
    return sum;
  }

  /// Packing the sequence numbers of a NACK item must give the same item.
  uint64_t operator()(const nack& x) const {
    uint64_t sum = 0;
    for (auto item : x.items) {
      std::vector<uint16_t> numbers;
      item.for_each([&](uint16_t n) { numbers.push_back(n); });
      auto rest = std::span<const uint16_t>{numbers};
      require(pack_nack_item(rest) == item && rest.empty());
      sum += numbers.size();
    }
    return sum;
  }

  uint64_t operator()(const pli&) const {
    return 1;
  }

  uint64_t operator()(const fir& x) const {
    return walk(x.items);
  }

  uint64_t operator()(const remb& x) const {
    return x.bitrate_bps + x.sources.size();
  }

  /// It must contain as many statuses as it declares.
  uint64_t operator()(const transport_cc& x) const {
    uint64_t count = 0;
    auto cursor = x.statuses();
    while (cursor.next())
      ++count;
    require(count == x.status_count());
    return count;
  }

  uint64_t operator()(const extended_report& x) const {
    return walk(x.dlrr);
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto reader = compound_reader{{data, size}};
  size_t messages = 0;
  while (auto x = reader.next()) {
    (void)std::visit(walker{}, *x);
    ++messages;
  }
  require((messages + reader.unknown() + reader.malformed() > 0) == (size > 0));
  return 0;
}
