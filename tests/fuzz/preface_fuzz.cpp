#include "net/cluster/preface.hpp"

#include <algorithm>
#include <cstdlib>

using namespace troupe::net;

// The first octet selects how the stream is split; the preface must not depend
// on it. A preface that was read and written again is the same.
namespace {

struct outcome {
  preface_reader reader;
  size_t taken = 0;
};

void require(bool condition) {
  if (!condition)
    std::abort();
}

outcome read_pieces(byte_span stream, size_t step) {
  outcome out;
  while (!stream.empty()) {
    const auto piece = stream.first(std::min(step, stream.size()));
    const auto n = out.reader.read(piece);
    require(n <= piece.size());
    require(n == piece.size()
            || out.reader.status() != preface_reader::state::more);
    out.taken += n;
    stream = stream.subspan(piece.size());
  }
  return out;
}

bool same(const cluster_preface& x, const cluster_preface& y) {
  return x.cluster == y.cluster && x.node == y.node
         && x.incarnation == y.incarnation && x.level == y.level
         && x.oldest_level == y.oldest_level && x.media == y.media
         && x.listen == y.listen && x.wall_clock == y.wall_clock;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  const byte_span stream{data + 1, size - 1};
  const auto whole = read_pieces(stream, std::max<size_t>(stream.size(), 1));
  const auto pieces = read_pieces(stream, 1 + size_t{data[0]});
  require(whole.reader.status() == pieces.reader.status());
  require(whole.taken == pieces.taken && whole.taken <= max_preface_size);
  if (whole.reader.status() != preface_reader::state::done)
    return 0;
  const auto& value = whole.reader.value();
  require(same(value, pieces.reader.value()));
  require(is_node_name(value.cluster) && is_node_name(value.node));
  preface_reader again;
  again.read(write_preface(value));
  require(again.status() == preface_reader::state::done);
  require(same(value, again.value()));
  return 0;
}
