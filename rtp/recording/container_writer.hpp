#pragma once

#include "rtp/recording/media_frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace troupe::rtp {

/// Octets for a file: at `offset`, which they do not go beyond the file's end
/// from, or at its end.
struct file_write {
  std::optional<uint64_t> offset;
  std::vector<uint8_t> octets;

  bool operator==(const file_write&) const = default;
};

/// Why a container writer refused a frame. It changed nothing then.
enum class frame_refusal : uint8_t {
  /// No such track, or its codec is another one.
  wrong_track,
  /// No octets, or more than a frame may have.
  wrong_size,
  /// Before the recording's start, or before the track's last frame.
  out_of_order,
  /// Too long before what the file already has.
  too_late,
  /// The recording is finished.
  finished,
};

inline constexpr size_t frame_refusal_count = 5;

std::string_view to_string(frame_refusal reason);

/// Puts the frames of a recording's tracks into a file. It has no file: whoever
/// owns it polls its writes, and carries them out in their order. After each
/// append the file can be played as far as it goes.
///
/// After a write has failed, do not use the writer again: truncate the file to
/// the end of its last whole append, and repair it as after a crash.
class container_writer {
public:
  virtual ~container_writer() = default;

  /// Takes the next frame of a track. Those of one track come in order; those
  /// of different tracks may come with some delay between them. Returns why the
  /// frame was refused, if it was.
  virtual std::optional<frame_refusal> handle_frame(size_t track,
                                                    media_frame frame) = 0;

  /// Tells how much time has passed since the recording's start. Frames that
  /// are due are written even if no more come.
  virtual void handle_timeout(duration now) = 0;

  /// When handle_timeout() is wanted, since the recording's start.
  virtual std::optional<duration> poll_timeout() const = 0;

  /// The recording ends: what is left is written, and what a finished file has
  /// beside its frames. Only poll_write() may follow.
  virtual void finish() = 0;

  /// The next write, if there is one.
  virtual std::optional<file_write> poll_write() = 0;
};

} // namespace troupe::rtp
