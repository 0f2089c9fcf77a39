#pragma once

#include "tests/net/io/support/client.hpp"
#include "tests/support/rtp_packets.hpp"
#include "tests/support/webrtc_client.hpp"
#include "ws_messages.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>

/// Clients of a whole node: real sockets on loopback, dialect A, and media by
/// the engine of `support/webrtc_client.hpp`.
namespace troupe::test {

/// One transport of a client: a UDP socket and its ICE, DTLS and SRTP.
class live_transport {
public:
  explicit live_transport(const net::dtls_context& dtls)
      : random_(net::make_secure_rng())
      , engine({.dtls = &dtls, .backend = net::fastest_srtp_backend()},
               *random_)
      , fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(fd_ >= 0);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
    int room = 1 << 20;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  }

  live_transport(const live_transport&) = delete;

  ~live_transport() {
    ::close(fd_);
  }

  /// Starts with `data` of a transport-params reply.
  void start(const rapidjson::Value& data) {
    id = text_at(data, "/id");
    REQUIRE(text_at(data, "/iceCandidates/0/protocol") == "udp");
    REQUIRE(text_at(data, "/iceCandidates/0/ip") == "127.0.0.1");
    start(static_cast<uint16_t>(number_at(data, "/iceCandidates/0/port")),
          {text_at(data, "/iceParameters/usernameFragment"),
           text_at(data, "/iceParameters/password")},
          {{text_at(data, "/dtlsParameters/fingerprints/0/algorithm"),
            text_at(data, "/dtlsParameters/fingerprints/0/value")}});
  }

  /// Starts with a server on loopback.
  void start(uint16_t port, net::ice_credentials ice,
             std::vector<net::certificate_fingerprint> prints) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&server), sizeof server)
            == 0);
    engine.start(std::move(ice), std::move(prints), now());
  }

  /// Reads what has arrived and sends what is due.
  void pump() {
    if (auto due = engine.poll_timeout(); due && *due <= now())
      engine.handle_timeout(now());
    uint8_t room[2048];
    for (ssize_t n; (n = ::recv(fd_, room, sizeof room, MSG_DONTWAIT)) >= 0;)
      engine.handle_datagram({room, static_cast<size_t>(n)}, now());
    while (auto out = engine.poll_datagram())
      send(*out);
    while (auto x = engine.poll_rtp())
      rtp.push_back(std::move(*x));
    while (auto x = engine.poll_rtcp())
      rtcp.push_back(std::move(*x));
  }

  bool connected() const {
    return engine.dtls() == net::dtls_state::connected;
  }

  void send(const octets& datagram) {
    // The kernel, not send, drops datagrams that the server has no space for.
    [[maybe_unused]] auto sent =
        ::send(fd_, datagram.data(), datagram.size(), 0);
  }

  /// `header_size` includes extensions.
  void send_rtp(const octets& packet, size_t header_size = 12) {
    auto out = engine.protect_rtp(packet, header_size);
    REQUIRE(out);
    send(*out);
  }

  void send_rtcp(const octets& packet) {
    auto out = engine.protect_rtcp(packet);
    REQUIRE(out);
    send(*out);
  }

  int fd() const {
    return fd_;
  }

  static net::time_point now() {
    return std::chrono::steady_clock::now();
  }

private:
  std::unique_ptr<net::rng> random_;

public:
  webrtc_client engine;
  std::string id;
  std::vector<octets> rtp;
  std::vector<octets> rtcp;

private:
  int fd_;
};

/// An Opus packet. Its number is also in the payload, which the server does not
/// change.
inline octets audio(uint32_t ssrc, uint16_t number) {
  rtp_builder x;
  x.payload_type = 111;
  x.ssrc = ssrc;
  x.sequence_number = number;
  x.timestamp = number * 960u;
  x.payload = octets(60, 0x55);
  net::store_u16(&x.payload[0], number);
  return x.build();
}

/// The number that `audio` wrote into the payload; the header may have changed.
inline uint16_t payload_number(const octets& x) {
  return net::load_u16(&x[x.size() - 60]);
}

/// Drives transports until `done`, ten seconds at most. Waits for datagrams,
/// not for time.
inline bool drive(std::vector<live_transport*> all,
                  const std::function<bool()>& done) {
  auto deadline = live_transport::now() + std::chrono::seconds{10};
  std::vector<pollfd> sockets;
  for (const auto* x : all)
    sockets.push_back({x->fd(), POLLIN, 0});
  while (!done()) {
    if (live_transport::now() > deadline)
      return false;
    ::poll(sockets.data(), sockets.size(), 5);
    for (auto* x : all)
      x->pump();
  }
  return true;
}

/// A client of dialect A over a real WebSocket.
class live_client {
public:
  live_client(uint16_t port, const std::string& room, const std::string& user)
      : socket_(port, "/socket?auth=" + user + "&channelId=" + room) {
    REQUIRE(socket_.reply().status == 101);
  }

  /// Sends a request and reads until its response comes.
  json request(const std::string& type, const std::string& data = "{}") {
    auto id = ++last_id_;
    REQUIRE(socket_.send_text(make_request(id, type, data)));
    for (;;) {
      if (auto reply = inbox_.take_reply(id))
        return std::move(*reply);
      REQUIRE_MESSAGE(read(), "no answer to " << type);
    }
  }

  /// Waits for a push.
  json push(const std::string& type) {
    for (;;) {
      if (auto x = inbox_.take_push(type))
        return std::move(*x);
      REQUIRE_MESSAGE(read(), "no " << type);
    }
  }

  /// Sends text without waiting for an answer. Returns false if the server does
  /// not read it within two seconds or has closed.
  bool say(const std::string& text) {
    return socket_.send_text(text);
  }

  /// Reads what has arrived and answers pings; does not wait.
  void take_pending() {
    read_pending();
    forget_pushes();
  }

  /// Takes the pushes of that type that have arrived, the oldest first; does
  /// not wait. Other pushes are discarded.
  std::vector<json> take_pushes(const std::string& type) {
    read_pending();
    std::vector<json> out;
    while (auto x = inbox_.take_push(type))
      out.push_back(std::move(*x));
    forget_pushes();
    return out;
  }

  /// Discards the events that the server has sent; returns how many.
  size_t forget_pushes() {
    return std::exchange(inbox_.pushes, {}).size();
  }

  /// Takes lists from the server that are longer than a client may send.
  void expect_long_lists() {
    inbox_.parse = parse_long_json;
  }

  /// Creates and starts a transport; connects the server's side, too.
  void open(live_transport& x, const std::string& direction,
            const net::dtls_context& dtls) {
    connect(
        x, request("create-transport", R"({"direction":")" + direction + "\"}"),
        dtls);
  }

  /// Starts a transport from the response that created it; connects the
  /// server's side, too.
  void connect(live_transport& x, const json& created,
               const net::dtls_context& dtls) {
    REQUIRE(text_at(created, "/type") == "transport-params");
    x.start(created["data"]);
    auto connected =
        request("connect-transport",
                "{\"transportId\":" + test::quoted(x.id) + ","
                    + dtls_parameters(dtls.fingerprint().value) + "}");
    REQUIRE_MESSAGE(text_at(connected, "/type") == "transport-connected",
                    to_text(connected));
  }

  std::string produce(const std::string& track) {
    auto reply = request("produce", "{" + track + "}");
    REQUIRE_MESSAGE(text_at(reply, "/type") == "producer-id", to_text(reply));
    return text_at(reply, "/data/id");
  }

  /// Consumes the next producer; `data` of consumer-params.
  json consume(const std::string& more = {}) {
    auto capabilities = to_text(request("get-rtp-capabilities")["data"]);
    auto reply =
        request("consume", "{\"rtpCapabilities\":" + capabilities + more + "}");
    REQUIRE_MESSAGE(text_at(reply, "/type") == "consumer-params",
                    to_text(reply));
    return reply;
  }

  /// The code with which the server closes; 0 if it sends none.
  int close_code() {
    return socket_.close_code();
  }

  /// Closes the connection, as a browser does when its page is closed.
  void leave() {
    socket_.send(8, std::string_view{"\x03\xE9", 2});
    socket_.stream().close();
  }

  /// Closes the TCP connection without a close frame.
  void drop() {
    socket_.stream().close();
  }

private:
  void read_pending() {
    pollfd socket{socket_.stream().fd(), POLLIN, 0};
    while (socket_.stream().buffers() || ::poll(&socket, 1, 0) > 0)
      if (!read())
        return;
  }

  // Reads one frame. Returns false if none comes.
  bool read() {
    auto frame = socket_.read();
    if (!frame || frame->opcode == 8)
      return false;
    if (frame->opcode == 9)
      socket_.send(10, frame->data);
    if (frame->opcode == 1)
      inbox_.add(frame->data);
    return true;
  }

  net::testing::ws_client socket_;
  inbox inbox_;
  int last_id_ = 0;
};

} // namespace troupe::test
