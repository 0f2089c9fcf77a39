#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The frames of RFC 6455 as far as a client in a hurry needs them.
namespace troupe::load {

enum class frame_kind : uint8_t {
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

/// A whole frame of a client. Its mask is zero, so that the payload goes as it
/// is (RFC 6455, section 5.3).
std::string client_frame(frame_kind kind, std::string_view payload);

/// A frame of a server; the payload lies in the reader's input.
struct server_frame {
  frame_kind kind = frame_kind::text;
  std::string_view payload;
};

/// Cuts what a server sends into frames. Continuations are not understood:
/// servers under test send each message whole.
class frame_reader {
public:
  /// Takes the next octets; they must stay where they are until next() has
  /// returned nothing.
  void feed(std::string_view octets);

  /// The next frame, or nothing: then it keeps what is left for the next
  /// feed().
  std::optional<server_frame> next();

private:
  std::string kept_;
  std::string_view input_;
  // Of a frame that lies in `kept_`, to be dropped with the next call.
  bool from_kept_ = false;
};

} // namespace troupe::load
