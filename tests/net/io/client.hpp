#pragma once

#include "net/transport_tuple.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::net::testing {

/// A blocking TCP client of few words. Every wait ends after `patience`.
/// `from` is the address that it has, where that matters.
class tcp_client {
public:
  /// In seconds, for clients that are made from now on.
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

  /// Returns false where the server has gone.
  bool write(std::string_view octets);

  /// Exactly `n` octets, or fewer where the stream ends or nothing comes.
  std::string read(size_t n);

  /// Up to and with `end`.
  std::string read_until(std::string_view end);

  /// Whether the server closes the stream, what it still sends ignored.
  bool reads_end();

  void close();

private:
  bool fill();

  int fd_;
  bool connected_ = false;
  std::string buffer_;
};

/// An answer as the client sees it.
struct http_reply {
  int status = 0;
  std::string head;
  std::string body;

  /// A header's value, or empty. `name` in the server's spelling.
  std::string header(std::string_view name) const;
};

/// Reads one answer.
http_reply read_reply(tcp_client& from, bool has_body = true);

/// Sends a request on a connection of its own, or on `on`.
http_reply http(uint16_t port, std::string_view method, std::string_view target,
                std::string_view headers = {}, std::string_view body = {});

http_reply http(tcp_client& on, std::string_view method,
                std::string_view target, std::string_view headers = {},
                std::string_view body = {});

/// A frame that a client sends, right or wrong (RFC 6455, section 5.2).
struct raw_frame {
  uint8_t opcode = 1;
  std::string data = {};
  bool fin = true;
  /// The three reserved bits.
  uint8_t rsv = 0;
  bool masked = true;
};

/// The frame's octets, with the shortest length field.
std::string encode(const raw_frame& x);

/// What a WebSocket frame held.
struct ws_frame {
  uint8_t opcode;
  bool fin;
  std::string data;

  /// Of a close frame.
  int code() const {
    return data.size() < 2 ? 1005
                           : static_cast<uint8_t>(data[0]) << 8
                                 | static_cast<uint8_t>(data[1]);
  }
};

/// The client's end of a WebSocket.
class ws_client {
public:
  /// Asks for the upgrade; `reply()` tells whether it was granted.
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

  /// The next frame; nothing where none comes.
  std::optional<ws_frame> read();

  /// The next text frame's data, or what else came, in brackets.
  std::string text();

  /// The code of the close frame that ends the stream, after any other frames;
  /// 0 where it ends without.
  int close_code();

  tcp_client& stream() {
    return stream_;
  }

private:
  tcp_client stream_;
  http_reply reply_;
};

} // namespace troupe::net::testing
