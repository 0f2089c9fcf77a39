#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The frames of RFC 6455, as far as the load generator needs them.
namespace troupe::load {

enum class frame_kind : uint8_t {
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

/// A whole frame of a client. Its mask is zero, so that the payload is sent
/// unchanged (RFC 6455, section 5.3).
std::string client_frame(frame_kind kind, std::string_view payload);

/// A frame of a server; the payload lies in the reader's input.
struct server_frame {
  frame_kind kind = frame_kind::text;
  std::string_view payload;
};

/// Splits a server's octets into frames. Continuation frames are not supported:
/// the servers under test send each message in one frame.
class frame_reader {
public:
  /// Adds octets; they must stay valid until next() has returned nothing.
  void feed(std::string_view octets);

  /// The next frame, or nothing: then it keeps the rest for the next feed().
  std::optional<server_frame> next();

private:
  std::string partial_;
  std::string_view input_;
  // The frame lies in `kept_`, which is removed by the next call.
  bool from_partial_ = false;
};

} // namespace troupe::load
