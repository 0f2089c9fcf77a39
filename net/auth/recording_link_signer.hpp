#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::net {

/// Why a link to a recording is refused.
enum class link_fault : uint8_t {
  forged,   // the key is that of another recording, room or time, or of none
  expired,  // its time is over
  too_long, // it would be valid for longer than any link is made
};

/// "forged", "expired" or "too-long".
std::string_view to_string(link_fault x);

/// Signs the links by which members get the files of a recording. Browsers can
/// send no headers for a video, so the right is in the link: a time until which
/// it is valid, and a key. The key is the base64url of HMAC-SHA256 of
/// "id\nroom\nuntil", `until` in decimal seconds since 1970. It is good for all
/// files of the recording.
class recording_link_signer {
public:
  using seconds = std::chrono::sys_seconds;

  /// How long links are made for.
  static constexpr std::chrono::seconds lifetime = std::chrono::hours{1};

  /// How far the clocks of nodes with the same secret may differ.
  static constexpr std::chrono::seconds clock_skew = std::chrono::minutes{5};

  /// The fewest octets of a secret.
  static constexpr size_t least_secret = 32;

  /// Nothing that is signed with an empty secret is valid.
  explicit recording_link_signer(std::string secret)
      : secret_(std::move(secret)) {}

  /// The key for a recording's id, which has no line break, and its room.
  std::string sign(std::string_view id, std::string_view room,
                   seconds until) const;

  /// The query of a link that is valid for `lifetime`: "until=...&key=...".
  std::string make_query(std::string_view id, std::string_view room,
                         seconds now) const;

  /// Returns why the link is refused, or nothing if it is valid. The keys are
  /// compared in a time that does not depend on where they differ.
  std::optional<link_fault> verify(std::string_view id, std::string_view room,
                                   seconds until, std::string_view key,
                                   seconds now) const;

private:
  std::string secret_;
};

} // namespace troupe::net
