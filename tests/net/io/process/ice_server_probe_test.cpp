#include "net/io/process/ice_server_probe.hpp"

#include "net/ice/stun_message.hpp"
#include "net/io/loop/sockaddr.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

using namespace troupe::net;

namespace {

constexpr std::chrono::seconds patience{1};

/// A socket on a free port of this host.
class local_socket {
public:
  explicit local_socket(int type) : fd_(::socket(AF_INET, type, 0)) {
    sockaddr_storage name{};
    const auto size = to_sockaddr(*parse_address("127.0.0.1", 0), name);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&name), size) == 0);
  }

  local_socket(const local_socket&) = delete;

  ~local_socket() {
    ::close(fd_);
  }

  int fd() const {
    return fd_;
  }

  ice_server_url url(const std::string& scheme) const {
    const auto port = std::to_string(bound_address(fd_)->port());
    return *ice_server_url::parse(
        scheme + "127.0.0.1:" + port
        + (scheme == "turns:" ? "?transport=tcp" : ""));
  }

private:
  const int fd_;
};

// Answers one request, as a server that needs no credentials does.
void answer_one(int fd) {
  std::array<uint8_t, 1500> buffer;
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  auto* name = reinterpret_cast<sockaddr*>(&from);
  const auto got = ::recvfrom(fd, buffer.data(), buffer.size(), 0, name, &size);
  if (got < 0)
    return;
  const auto asked =
      stun_message::parse(byte_span{buffer}.first(static_cast<size_t>(got)));
  if (!asked)
    return;
  std::array<uint8_t, 256> scratch;
  stun_writer out{scratch, stun_class::success, asked->transaction_id(),
                  asked->method()};
  const auto reply = *out.finish();
  ::sendto(fd, reply.data(), reply.size(), 0, name, size);
}

ice_probe_result probe_with_answer(const std::string& scheme) {
  const local_socket server{SOCK_DGRAM};
  std::thread answering{answer_one, server.fd()};
  const auto out = probe_ice_server(server.url(scheme), "u", "p", patience);
  answering.join();
  return out.result;
}

} // namespace

TEST_CASE("a STUN server that answers works") {
  CHECK(probe_with_answer("stun:") == ice_probe_result::works);
}

TEST_CASE("a TURN server that asks for no credentials is reported") {
  CHECK(probe_with_answer("turn:") == ice_probe_result::unprotected);
}

TEST_CASE("a port at which no server listens gives no connection") {
  const local_socket bound{SOCK_STREAM};
  const auto out = probe_ice_server(bound.url("turns:"), "u", "p", patience);
  CHECK(out.result == ice_probe_result::no_connection);
  CHECK_FALSE(out.why.empty());
}

TEST_CASE("a UDP port at which no server listens gives no answer") {
  auto nobody = [] {
    return local_socket{SOCK_DGRAM}.url("stun:");
  }();
  CHECK(probe_ice_server(nobody, "", "", patience).result
        == ice_probe_result::no_answer);
}
