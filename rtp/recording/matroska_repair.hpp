#pragma once

#include "net/base/result.hpp"
#include "rtp/recording/container_writer.hpp"
#include "rtp/recording/ebml.hpp"
#include "rtp/recording/file_window.hpp"
#include "rtp/recording/matroska_index.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <system_error>

namespace troupe::rtp {

/// Why a file cannot be repaired. It is left as it is then.
enum class repair_errc {
  /// Neither WebM nor Matroska.
  not_matroska = 1,
  /// It ends before its first cluster could begin.
  torn_header,
  /// Not as matroska_writer writes it: no room for what a repair adds, another
  /// timestamp scale, no tracks.
  foreign,
  /// A read has failed.
  unreadable,
};

const std::error_category& repair_category() noexcept;

std::error_code make_error_code(repair_errc x) noexcept;

/// How to repair a file. First truncate it, then carry out the writes in their
/// order; if that is interrupted, a new repair finds the same.
struct repair_plan {
  /// The file had been finished, and needs nothing.
  bool finished = false;
  /// What to keep: all up to the end of the last whole cluster.
  uint64_t size = 0;
  std::vector<file_write> writes;
  /// The recording's length then; and how many clusters there are. Without any
  /// the file is of no use.
  duration length{};
  uint64_t clusters = 0;
};

/// Finds out how to repair a file of matroska_writer after a crash: up to which
/// cluster it is whole, and what it lacks, which is the same that
/// matroska_writer::finish() would have written. The file is untrusted. It is
/// read once, without the frames themselves.
class matroska_repair {
public:
  /// Limits for untrusted files.
  static constexpr size_t max_tracks = 16;
  static constexpr size_t max_cluster_blocks = 65'536;

  /// The file must outlive this.
  explicit matroska_repair(random_access_reader& file) : in_(file) {}

  /// Reads the header, or the next cluster, so that a thread can do something
  /// else in between. False if there is nothing more to read.
  bool step();

  /// The plan, once step() has returned false.
  net::result<repair_plan> plan() const;

private:
  // An element of the file: its id, and where its data begins and ends.
  struct element {
    uint32_t id = 0;
    uint64_t data = 0;
    uint64_t end = 0;

    bool is(ebml::id x) const {
      return id == static_cast<uint32_t>(x);
    }
  };

  struct block {
    uint64_t track = 0;
    bool keyframe = false;
    int64_t time = 0;
    uint8_t head_size = 0;
    std::array<uint8_t, 2> head{};
  };

  std::optional<element> read_element(uint64_t offset, uint64_t end);
  std::optional<repair_errc> read_header();
  std::optional<repair_errc> read_segment(uint64_t offset);
  bool is_matroska(const element& header);
  bool begins_with(uint64_t offset, uint8_t first, uint8_t second);
  bool read_info(const element& info);
  bool read_tracks(const element& tracks);
  bool read_track(const element& entry, size_t number);
  bool read_cluster();
  bool read_blocks(uint64_t offset, uint64_t end);
  std::optional<block> read_block(const element& x, int64_t cluster_time);
  uint64_t read_uint(const element& x);
  std::string_view read_text(const element& x);

  file_window in_;
  matroska_layout layout_;
  std::optional<uint64_t> segment_size_;
  std::vector<codec> tracks_;
  std::optional<matroska_index> index_; // once the header has been read
  std::optional<repair_errc> error_;
  duration told_length_{};    // by the Duration
  uint64_t end_ = 0;          // of the last whole cluster
  std::vector<block> blocks_; // of the cluster being read
};

} // namespace troupe::rtp

template <>
struct std::is_error_code_enum<troupe::rtp::repair_errc> : std::true_type {};
