// Large messages, which the configuration allows, and hostile ones, which it
// does not.
#include "tests/net/io/support/http_fixture.hpp"
#include "ws_conversation.hpp"

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

constexpr size_t mebibyte = 1 << 20;

http_server_config roomy_config() {
  auto config = loopback_config();
  config.max_message = 16 * mebibyte;
  config.max_fragments = 70000;
  config.max_write_queue = 64 * mebibyte;
  config.message_rate = 0;
  return config;
}

// Sends `data` as frames of `size` octets and expects a single echo.
void check_frames(http_fixture& x, uint8_t opcode, const std::string& data,
                  size_t size) {
  CAPTURE(size);
  ws_client client{x.port(), "/ws"};
  for (size_t i = 0; i < data.size(); i += size)
    REQUIRE(client.send({i == 0 ? opcode : uint8_t{0}, data.substr(i, size),
                         i + size >= data.size()}));
  auto frame = client.read();
  REQUIRE(frame);
  CHECK(frame->opcode == opcode);
  CHECK((frame->data == data));
}

} // namespace

TEST_CASE("messages of up to 16 MB are echoed if allowed") {
  http_fixture x{roomy_config()};
  for (size_t size : {64 << 10, 256 << 10, 1 << 20, 4 << 20})
    check_frames(x, 1, std::string(size, '*'), size);
  for (size_t size : {64 << 10, 1 << 20, 16 << 20})
    check_frames(x, 2, std::string(size, '*'), size);
}

TEST_CASE("a large message may have many fragments if allowed") {
  http_fixture x{roomy_config()};
  std::string data(mebibyte, '*');
  for (size_t size : {64, 256, 1024, 4096, 16384, 65536, 262144})
    check_frames(x, size == 256 ? 2 : 1, data, size);
  // A message whose frame size is not a power of two.
  check_frames(x, 1, std::string(65536, '*'), 1300);
}

TEST_CASE("TCP may split a large message into segments of any size") {
  http_fixture x{roomy_config()};
  std::string data(mebibyte, '*');
  auto octets = encode({1, data});
  for (size_t piece : {64, 512, 2048}) {
    ws_client client{x.port(), "/ws"};
    for (size_t i = 0; i < octets.size(); i += piece)
      REQUIRE(client.stream().write(std::string_view{octets}.substr(i, piece)));
    CHECK((client.text() == data));
  }
}

TEST_CASE("a thousand messages of each size are echoed") {
  http_fixture x{roomy_config()};
  for (size_t size : {0, 16, 64, 256, 1024, 4096, 16384}) {
    CAPTURE(size);
    ws_client client{x.port(), "/ws"};
    std::string data(size, '*');
    int same = 0;
    for (int i = 0; i < 1000; ++i) {
      client.send(1, data);
      same += client.text() == data;
    }
    CHECK(same == 1000);
  }
}

TEST_CASE("a frame with too large a length is refused before its payload") {
  http_fixture x;
  for (const auto& head :
       {std::string{"\x82\xff\0\0\0\0\0\x04\0\x01", 10},
        std::string{"\x82\xff\0\0\x01\0\0\0\0\0", 10},
        std::string{"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10}}) {
    ws_client client{x.port(), "/ws"};
    client.stream().write(head + "mask");
    CHECK(client.close_code() == 1009);
  }
  // RFC 6455, section 5.2: the most significant bit must be 0.
  ws_client negative{x.port(), "/ws"};
  negative.stream().write(
      std::string{"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10} + "mask");
  auto code = negative.close_code();
  CHECK((code == 1009 || code == 1002));
  CHECK(eventually(
      [&] { return x.server.rejects()[reject_reason::message_large] >= 3; }));
}

TEST_CASE("a message may have 1,024 fragments and no more") {
  http_fixture x;
  // Fragments of size 0 are the ones that a parser may overlook.
  for (size_t size : {0, 1, 100}) {
    CAPTURE(size);
    std::string data(size, 'x');
    auto begin = encode({1, data, false});
    auto next = encode({0, data, false});
    auto end = encode({0, data});
    for (int more : {1022, 1023}) {
      CAPTURE(more);
      std::string all = begin;
      for (int i = 0; i < more; ++i)
        all += next;
      ws_client client{x.port(), "/ws"};
      client.stream().write(all + end);
      if (more == 1022)
        CHECK(client.text() == std::string(1024 * size, 'x'));
      else
        CHECK(client.close_code() == 1009);
    }
  }
  CHECK(x.server.rejects()[reject_reason::message_large] == 3);
}

TEST_CASE("endless fragments are refused as soon as they are too many") {
  http_fixture x;
  ws_client client{x.port(), "/ws"};
  client.send(1, "", false);
  auto next = encode({0, "", false});
  for (int i = 0; i < 1100; ++i)
    client.stream().write(next);
  CHECK(client.close_code() == 1009);
  CHECK(client.stream().reads_end());
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1009});
}

TEST_CASE("compression is never negotiated, whatever a client offers") {
  http_fixture x;
  ws_client client{x.port(), "/ws",
                   "Sec-WebSocket-Extensions: permessage-deflate; "
                   "client_max_window_bits\r\n"};
  CHECK(client.reply().status == 101);
  CHECK(client.reply().header("Sec-WebSocket-Extensions").empty());
  client.send({1, "\xf2\x48\xcd\xc9\xc9\x07", true, 4});
  CHECK(client.close_code() == 1002);
}

TEST_CASE("a message that is begun but not ended closes with 1008") {
  auto config = loopback_config();
  config.message_timeout = 100ms;
  http_fixture x{config};
  ws_client fragment{x.port(), "/ws"};
  fragment.send(1, "to be continued", false);
  CHECK(fragment.close_code() == 1008);
  ws_client piece{x.port(), "/ws"};
  piece.stream().write(encode({1, std::string(1000, 'x')}).substr(0, 100));
  CHECK(piece.close_code() == 1008);
  CHECK(x.server.rejects()[reject_reason::message_slow] == 2);
  // A client that ends a message may take the full time for the next.
  ws_client patient{x.port(), "/ws"};
  for (int i = 0; i < 3; ++i) {
    patient.send(1, "one ", false);
    patient.send(0, "two");
    CHECK(patient.text() == "one two");
    std::this_thread::sleep_for(60ms);
  }
}
