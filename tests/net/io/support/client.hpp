#pragma once

#include "net/base/transport_tuple.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::net::testing {

/// A minimal blocking TCP client. Every wait ends after `patience`. `from` is
/// its source address, if a test needs a certain one.
class tcp_client {
public:
  /// In seconds; applies to clients constructed later.
  static inline int patience = 2;

  explicit tcp_client(uint16_t port, const std::string& ip = "127.0.0.1",
                      int receive_buffer = 0, const std::string& from = {});

  tcp_client(tcp_client&& other) noexcept;

  ~tcp_client();

  int fd() const {
    return fd_;
  }

  bool connected() const {
    return connected_;
  }

  /// Returns false if the server has closed the connection.
  bool write(std::string_view octets);

  /// Reads exactly `n` octets, or fewer if the stream ends or no more arrive.
  std::string read(size_t n);

  /// Reads up to and including `end`.
  std::string read_until(std::string_view end);

  /// Whether octets have been received that read() has not returned yet.
  bool buffers() const {
    return !buffer_.empty();
  }

  /// Whether the server closes the stream; earlier data is discarded.
  bool reads_end();

  void close();

private:
  bool fill();

  int fd_;
  bool connected_ = false;
  std::string buffer_;
};

/// A response as received.
struct http_reply {
  int status = 0;
  std::string head;
  std::string body;

  /// A header's value, or empty. `name` must be spelled as the server does.
  std::string header(std::string_view name) const;
};

/// Reads one response.
http_reply read_reply(tcp_client& from, bool has_body = true);

/// Sends a request on a new connection, or on `on`.
http_reply http(uint16_t port, std::string_view method, std::string_view target,
                std::string_view headers = {}, std::string_view body = {});

http_reply http(tcp_client& on, std::string_view method,
                std::string_view target, std::string_view headers = {},
                std::string_view body = {});

/// A client's frame, valid or not (RFC 6455, section 5.2).
struct raw_frame {
  uint8_t opcode = 1;
  std::string data = {};
  bool fin = true;
  /// The three reserved bits.
  uint8_t rsv = 0;
  bool masked = true;
};

/// Encodes the frame with the shortest length field.
std::string encode(const raw_frame& x);

/// The content of a WebSocket frame.
struct ws_frame {
  uint8_t opcode;
  bool fin;
  std::string data;

  /// The code of a close frame.
  int code() const {
    return data.size() < 2 ? 1005
                           : static_cast<uint8_t>(data[0]) << 8
                                 | static_cast<uint8_t>(data[1]);
  }
};

/// The client's side of a WebSocket.
class ws_client {
public:
  /// Requests the upgrade; `reply()` is the response.
  ws_client(uint16_t port, std::string_view target,
            std::string_view headers = {}, int receive_buffer = 0,
            const std::string& from = {});

  const http_reply& reply() const {
    return reply_;
  }

  bool send(const raw_frame& x) {
    return stream_.write(encode(x));
  }

  bool send(uint8_t opcode, std::string_view data, bool fin = true);

  bool send_text(std::string_view data) {
    return send(1, data);
  }

  /// The next frame; nullopt if none arrives.
  std::optional<ws_frame> read();

  /// The data of the next text frame; anything else is described in brackets.
  std::string text();

  /// The code of the close frame that ends the stream, after skipping other
  /// frames; 0 if the stream ends without one.
  int close_code();

  tcp_client& stream() {
    return stream_;
  }

private:
  tcp_client stream_;
  http_reply reply_;
};

} // namespace troupe::net::testing
