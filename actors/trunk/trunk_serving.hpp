#pragma once

#include "actors/media/consumer_actor.hpp"
#include "actors/trunk/trunk_context.hpp"
#include "actors/trunk/trunk_numbers.hpp"

#include <bitset>
#include <unordered_map>

namespace troupe::actors {

/// INTERNAL to the trunk actor: the consumers by which this node's producers
/// are sent to the other node. Each encoding of simulcast has one of its own,
/// which is paused while the encoding is not wanted: an SSRC cannot be used
/// again once its stream has ended (RFC 3711, section 9.1).
class trunk_serving {
public:
  /// The most tags that the other node may draw while the trunk lives.
  static constexpr size_t max_tags = 4096;

  explicit trunk_serving(trunk_context& trunk) : trunk_(trunk) {}

  /// Sends what the other node wants, or refuses.
  void handle(const serve_stream& x);

  /// A producer of this node is gone.
  void stop(const producer_id& which);

  /// The other node has begun anew: nothing is wanted.
  void close_all();

  size_t size() const {
    return streams_.size();
  }

private:
  struct sender {
    consumer_id id;
    consumer_actor actor; // null until its encoding is wanted
    bool paused = false;
  };

  struct stream {
    std::vector<uint32_t> ssrcs;
    protocol::rtp_parameters sent; // see pipe_parameters()
    std::vector<sender> senders;   // by encoding
    rtp::layering kind = rtp::layering::simple;
    int highest = -1; // as last applied
  };

  // The stream for a want, which begins if there is none; null if that is
  // impossible.
  stream* find_or_add(const want_stream& x, const producer_facts& facts);

  // Whether the other node may use these SSRCs for another stream. Notes them.
  bool take(const std::vector<uint32_t>& ssrcs);

  void apply(stream& to, const want_stream& x, const producer_entry& source);

  void spawn(stream& of, size_t encoding, const producer_entry& source);

  void refuse(const std::string& producer);

  trunk_context& trunk_;
  std::unordered_map<producer_id, stream> streams_;
  // By tag, the numbers of the SSRCs that were used since the trunk began.
  std::unordered_map<uint32_t, std::bitset<1u << trunk_stream_bits>> used_;
};

} // namespace troupe::actors
