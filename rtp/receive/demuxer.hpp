#pragma once

#include "net/base/result.hpp"
#include "rtp/base/drop_reason.hpp"
#include "rtp/base/fifo.hpp"
#include "rtp/packet/header_extensions.hpp"

#include <string>
#include <unordered_map>

namespace troupe::rtp {

/// The number that a transport gives a producer or consumer.
enum class stream_handle : uint32_t {};

/// Why a producer cannot be added to a transport.
enum class demuxer_errc {
  /// Another producer, or another encoding of this one, has this SSRC.
  duplicate_ssrc = 1,
  /// Another producer has this MID.
  duplicate_mid,
  /// Without a MID, RIDs must be unique in the transport.
  duplicate_rid,
  /// Neither MID nor SSRC nor RID: its packets cannot be recognized.
  no_identity,
  /// The handle is in use.
  duplicate_handle,
};

const std::error_category& demuxer_category();

inline std::error_code make_error_code(demuxer_errc x) {
  return {static_cast<int>(x), demuxer_category()};
}

/// What identifies a producer's packets among others of the same transport.
struct producer_identity {
  std::string mid;
  /// The signaled SSRCs of all encodings, RTX included.
  std::vector<ssrc> ssrcs;
  std::vector<std::string> rids;
  extension_map extensions;
};

/// Finds the producer of each packet that arrives on a transport: by SSRC, else
/// by MID, else, for packets without a MID, by RID or repaired RID (RFC 9143,
/// section 9.2, and RFC 8852, section 3). It learns the SSRCs found by MID or
/// RID, at most max_learned of them. It looks up further ones by their
/// extensions each time, so that a flood of SSRCs costs no memory.
class demuxer {
public:
  static constexpr size_t max_learned = 64;

  /// Adds a producer. If it fails, nothing is added.
  net::result<void> add_producer(stream_handle handle,
                                 const producer_identity& identity);

  /// Removes a producer and returns all SSRCs that were signaled or learned for
  /// it. Idempotent.
  std::vector<ssrc> remove_producer(stream_handle handle);

  /// Sorts one packet; poll_batch() then returns it with others of its
  /// producer. Packets of unknown sources are counted and dropped.
  void handle_packet(packet x);

  struct routed_batch {
    stream_handle producer{};
    rtp_batch packets;
  };

  /// The packets of one producer since the last poll, in order of arrival.
  std::optional<routed_batch> poll_batch();

  /// The next learned SSRC. If it is not polled, later ones are not reported.
  std::optional<ssrc> poll_learned() {
    return unpolled_.pop();
  }

  /// The producer whose media or RTX has this SSRC, signaled or learned. For
  /// RTCP from the sender.
  std::optional<stream_handle> find(ssrc x) const;

  const drop_counters& drops() const {
    return drops_;
  }

  size_t learned() const {
    return learned_;
  }

private:
  struct table_entry {
    stream_handle producer{};
    bool learned = false;
  };

  struct producer_entry {
    stream_handle handle{};
    producer_identity identity;
    std::vector<packet> pending;
    size_t last_size = 0; // of the previous batch
  };

  producer_entry* entry_of(stream_handle handle);
  const producer_entry* entry_of(stream_handle handle) const;
  producer_entry* find_by_ssrc(ssrc x);
  producer_entry* find_by_extension(const packet& x);
  net::result<void> check(stream_handle handle,
                          const producer_identity& identity) const;

  std::unordered_map<ssrc, table_entry> ssrcs_;
  std::vector<producer_entry> producers_;
  size_t learned_ = 0;
  fifo<ssrc> unpolled_; // learned since the last poll
  size_t poll_from_ = 0;
  // The producer of the last packet's SSRC: packets come in runs.
  ssrc last_ssrc_{};
  stream_handle last_producer_{};
  bool has_last_ = false;
  drop_counters drops_;
};

} // namespace troupe::rtp

template <>
struct std::is_error_code_enum<troupe::rtp::demuxer_errc> : std::true_type {};
