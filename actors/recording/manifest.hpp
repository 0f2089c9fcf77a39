#pragma once

#include "net/base/result.hpp"
#include "protocol/verbs/ids.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is known of a recording, as its folder's manifest.json holds it. All
/// times but the start's are milliseconds since that.
namespace troupe::actors {

/// Identifies a recording among all that any node has ever made: lower-case
/// letters and digits.
using protocol::recording_id;

/// The manifest's file in the folder of a recording.
inline constexpr std::string_view manifest_name = "manifest.json";

/// The limits of a manifest that is read: the file's octets; and parts, members
/// and moments, and the spans of a part, each.
inline constexpr size_t max_manifest_octets = 1 << 20;
inline constexpr size_t max_manifest_entries = 10'000;

enum class recording_state : uint8_t {
  /// It goes on; or its process has ended without finishing it.
  recording,
  finished,
  /// Its process ended early; its files were repaired.
  recovered,
  /// Nothing of it can be played.
  failed,
};

/// "recording", "finished" and so on.
std::string_view to_string(recording_state x);

/// What a part shows.
enum class recording_source : uint8_t { camera, screen };

/// "camera" or "screen".
std::string_view to_string(recording_source x);

/// A span of a part, in milliseconds of the recording.
struct recorded_span {
  int64_t from = 0;
  int64_t to = 0;

  bool operator==(const recorded_span&) const = default;
};

/// One file: a source of a member, with one track of audio, of video or both.
struct recorded_part {
  std::string file; // its name in the folder
  protocol::peer_id peer;
  recording_source source = recording_source::camera;
  std::string audio; // the codec, as "opus"; empty without audio
  std::string video; // the codec, as "vp8"; empty without video
  uint64_t size = 0;
  int64_t start_offset = 0; // of the file's time 0
  int64_t duration = 0;
  std::vector<recorded_span> pauses; // all tracks were paused
  std::vector<recorded_span> gaps;   // media is missing
  bool degraded = false;             // the disk was too slow for all of it

  bool operator==(const recorded_part&) const = default;
};

/// A member that was there while it was recorded, whether it is in a part or
/// not. Who comes back is here again.
struct recorded_member {
  protocol::peer_id peer;
  std::string name; // the last one
  int64_t joined = 0;
  std::optional<int64_t> left;

  bool operator==(const recorded_member&) const = default;
};

/// A moment of the timeline: "speaker" or "degraded".
struct recorded_moment {
  int64_t at = 0;
  std::string what;
  protocol::peer_id peer; // empty if it is nobody's

  bool operator==(const recorded_moment&) const = default;
};

struct manifest {
  recording_id id;
  protocol::room_id room;
  /// What webhooks call this run of the room; empty if nobody is told.
  std::string room_sid;
  std::string title;
  protocol::peer_id by; // empty: the operator, or `record.auto`
  std::string by_name;
  std::chrono::sys_time<std::chrono::milliseconds> started_at{};
  int64_t duration = 0; // so far
  recording_state state = recording_state::recording;
  /// Why it ended, as recording-stopped says it; empty while it goes on.
  std::string reason;
  std::vector<recorded_member> members;
  std::vector<recorded_part> parts;
  std::vector<recorded_moment> timeline;

  bool operator==(const manifest&) const = default;
};

/// The file's content: one JSON object. Times before the start become 0.
std::string to_json(const manifest& x);

/// Reads a manifest that this or an earlier version has written. The file is
/// untrusted: names of parts that are not slugs, or sizes beyond the limits,
/// are refused. Errors: std::errc::bad_message.
net::result<manifest> parse_manifest(std::string_view json);

/// A name for files and folders, of 1 to 64 octets [A-Za-z0-9._-], that does
/// not begin with a dot. Two names have the same slug if they differ only in
/// what a slug cannot have, so it identifies nothing.
std::string to_slug(std::string_view name);

/// Whether a name is such a slug.
bool is_slug(std::string_view name);

/// Whether a text can be the id of a recording, of at most 64 octets.
bool is_recording_id(std::string_view text);

} // namespace troupe::actors
