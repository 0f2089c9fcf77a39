#include "net/base/bytes.hpp"
#include "net/engineio/engineio.hpp"

#include <cstdlib>
#include <tuple>

namespace engineio = troupe::net::engineio;
using troupe::net::byte_reader;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

// A payload that was parsed and encoded again must parse to the same packets.
void check_payload(std::string_view body) {
  auto packets = engineio::parse_payload(body, 64);
  if (!packets)
    return;
  std::string again;
  for (const auto& x : *packets)
    engineio::append_packet(again, x);
  require(engineio::parse_payload(again, 64) == packets);
}

// For any order of inputs there is one end, and no event after it.
void check_session(byte_reader in) {
  auto now = troupe::net::time_point{};
  engineio::session_config config;
  config.max_message = 32;
  config.max_queue = 256;
  config.max_payload = 64;
  auto session = in.u8() & 1
                     ? engineio::session::open_polling(config, "s", now)
                     : engineio::session::open_websocket(config, "s", 0, now);
  bool closed = false;
  int polls = 1;
  while (in.remaining() > 0) {
    auto verb = in.u8();
    auto socket = engineio::socket_id{in.u8() % 3u};
    size_t length = in.u8() % 80u;
    auto octets = in.bytes(std::min(length, in.remaining()));
    auto text = std::string{troupe::net::as_text(octets)};
    now += std::chrono::milliseconds{verb * 100};
    switch (verb % 11) {
      case 0:
        polls += session.handle_poll(now);
        break;
      case 1:
        session.handle_poll_aborted();
        break;
      case 2:
        std::ignore = session.handle_post(text, now);
        break;
      case 3:
        session.handle_post_refused(
            engineio::close_reason::overlapping_requests);
        break;
      case 4:
        session.handle_socket(socket, now);
        break;
      case 5:
      case 6:
        session.handle_socket_text(socket, text, now);
        break;
      case 7:
        session.handle_socket_binary(socket, text, now);
        break;
      case 8:
        session.handle_socket_closed(socket, now);
        break;
      case 9:
        session.handle_send(!text.empty() && text[0] & 1, text, now);
        break;
      default:
        if (verb & 16)
          session.handle_close(now);
        else
          session.handle_timeout(now);
    }
    while (auto event = session.poll_event()) {
      if (std::holds_alternative<engineio::poll_answered>(*event))
        require(polls-- > 0);
      // An ended session still refuses a second WebSocket.
      if (!std::holds_alternative<engineio::socket_finished>(*event))
        require(!closed);
      closed =
          closed || std::holds_alternative<engineio::session_closed>(*event);
    }
    require(closed == session.closed());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  troupe::net::byte_span input{data, size};
  check_payload(troupe::net::as_text(input));
  engineio::parse_frame(troupe::net::as_text(input));
  check_session(byte_reader{input});
  return 0;
}
