#pragma once

#include "actors/base/live_objects.hpp"
#include "any_client.hpp"
#include "live_client.hpp"
#include "running_node.hpp"
#include "temporary_file.hpp"
#include "tests/support/tokens.hpp"

/// Broadcasters that signal by HTTP to a whole server, with sockets for RTP.
namespace troupe::test::broadcast {

using net::testing::http;
using net::testing::http_reply;

inline const std::string json_type = "Content-Type: application/json\r\n";

inline const std::string me =
    R"({"id":"cam","displayName":"Camera","device":{"name":"FFmpeg"}})";

inline std::string track(uint32_t ssrc) {
  return R"({"kind":"audio","rtpParameters":{"codecs":[{"mimeType":)"
         R"("audio/opus","payloadType":100,"clockRate":48000,"channels":2,)"
         R"("parameters":{"sprop-stereo":1}}],"encodings":[{"ssrc":)"
         + std::to_string(ssrc) + "}]}}";
}

inline actors::config with_plain(uint32_t count) {
  auto out = loopback();
  out.rtc.plain_transports = count;
  return out;
}

struct scene {
  explicit scene(actors::config settings = loopback())
      : node(std::move(settings)) {}

  http_reply ask(const std::string& method, const std::string& path,
                 const std::string& body = {},
                 const std::string& headers = {}) {
    return http(node.port(), method, "/rooms/r" + path,
                (body.empty() ? "" : json_type) + headers, body);
  }

  json post(const std::string& path, const std::string& body = {}) {
    auto reply = ask("POST", path, body);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    return parse_json(reply.body);
  }

  running_node node;
};

/// A socket that sends from loopback.
struct sender {
  sender() : fd(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
  }

  ~sender() {
    ::close(fd);
  }

  void send(int port, const octets& x) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::sendto(fd, x.data(), x.size(), 0,
                     reinterpret_cast<sockaddr*>(&to), sizeof to)
            == static_cast<ssize_t>(x.size()));
  }

  uint16_t port() const {
    sockaddr_in self{};
    socklen_t size = sizeof self;
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&self), &size) == 0);
    return ntohs(self.sin_port);
  }

  // The next received datagram with its source port; does not wait.
  std::optional<std::pair<octets, int>> receive() {
    octets out(2048);
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto got = ::recvfrom(fd, out.data(), out.size(), MSG_DONTWAIT,
                          reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0)
      return std::nullopt;
    out.resize(static_cast<size_t>(got));
    return std::pair{std::move(out), int{ntohs(from.sin_port)}};
  }

  int fd;
};

inline octets sound(uint32_t ssrc, uint16_t number) {
  rtp_builder x;
  x.ssrc = ssrc;
  x.payload_type = 100;
  x.sequence_number = number;
  x.timestamp = number * 960u;
  return x.build();
}

inline std::string dtls() {
  return "{" + some_dtls_parameters() + "}";
}

/// A predicate that is true once per `time`.
inline auto every(std::chrono::milliseconds time) {
  return [time, due = std::chrono::steady_clock::now()]() mutable {
    if (std::chrono::steady_clock::now() < due)
      return false;
    due += time;
    return true;
  };
}

/// A broadcaster that sends plain RTP, and another that receives it.
struct relay : scene {
  explicit relay(bool mux, actors::config settings = with_plain(2))
      : scene(std::move(settings)) {
    post("/broadcasters", me);
    auto made = post("/broadcasters/cam/transports", R"({"type":"plain"})");
    in = static_cast<int>(number_at(made, "/port"));
    in_rtcp = static_cast<int>(number_at(made, "/rtcpPort"));
    source = text_at(post("/broadcasters/cam/transports/" + text_at(made, "/id")
                              + "/producers",
                          track(1111)),
                     "/id");
    post("/broadcasters", R"({"id":"ear","displayName":"Ear",)"
                          R"("rtpCapabilities":)"
                              + ask("GET", "").body + "}");
    made = post("/broadcasters/ear/transports",
                std::string{R"({"type":"plain","comedia":false,"rtcpMux":)"}
                    + (mux ? "true}" : "false}"));
    out = static_cast<int>(number_at(made, "/port"));
    if (!mux)
      out_rtcp = static_cast<int>(number_at(made, "/rtcpPort"));
    path = "/broadcasters/ear/transports/" + text_at(made, "/id");
  }

  http_reply connect(const std::string& where) {
    return ask("POST", path + "/connect", where);
  }

  // Sends audio until `enough` holds for what `to` has received.
  template <class F>
  bool pump(sender& to, F enough) {
    return eventually([&] {
      if (pulse())
        cam.send(in, sound(1111, number++));
      while (auto x = to.receive())
        came.push_back(std::move(*x));
      return enough();
    });
  }

  sender cam;
  decltype(every({})) pulse = every(std::chrono::milliseconds{2});
  uint16_t number = 65'500; // crosses 65535 to 0
  int in = 0;
  int in_rtcp = 0;
  int out = 0;
  int out_rtcp = 0;
  std::string source;
  std::string path;
  std::vector<std::pair<octets, int>> came;
};

// RFC 3550, section 6.4.1.
inline octets sender_report(uint8_t ssrc_high, uint8_t ssrc_low) {
  octets out{0x80, 200, 0, 6, 0, 0, ssrc_high, ssrc_low, 0xe8};
  out.resize(28);
  return out;
}

inline bool is_rtcp(const octets& x) {
  return x.at(1) >= 192 && x.at(1) <= 223;
}

} // namespace troupe::test::broadcast
