#include "client.hpp"

#include "net/io/loop/sockaddr.hpp"

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/time.h>
#include <unistd.h>

#include <utility>

namespace troupe::net::testing {

tcp_client::tcp_client(uint16_t port, const std::string& ip, int receive_buffer,
                       const std::string& from) {
  auto address = parse_address(ip, port);
  REQUIRE(address);
  sockaddr_storage name{};
  auto length = to_sockaddr(*address, name);
  fd_ = ::socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd_ >= 0);
  timeval limit{patience, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (receive_buffer > 0)
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer,
               sizeof receive_buffer);
  if (!from.empty()) {
    sockaddr_storage own{};
    auto own_length = to_sockaddr(*parse_address(from, 0), own);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&own), own_length) == 0);
  }
  connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&name), length) == 0;
}

tcp_client::tcp_client(tcp_client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1))
    , connected_(other.connected_)
    , buffer_(std::move(other.buffer_)) {}

tcp_client::~tcp_client() {
  close();
}

void tcp_client::close() {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
}

bool tcp_client::write(std::string_view octets) {
  while (!octets.empty()) {
    auto n = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    octets.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool tcp_client::fill() {
  char room[65536];
  auto n = ::recv(fd_, room, sizeof room, 0);
  if (n <= 0)
    return false;
  buffer_.append(room, static_cast<size_t>(n));
  return true;
}

std::string tcp_client::read(size_t n) {
  while (buffer_.size() < n && fill())
    ;
  auto result = buffer_.substr(0, n);
  buffer_.erase(0, n);
  return result;
}

std::string tcp_client::read_until(std::string_view end) {
  while (buffer_.find(end) == std::string::npos)
    if (!fill())
      return {};
  return read(buffer_.find(end) + end.size());
}

bool tcp_client::reads_end() {
  char room[65536];
  ssize_t n;
  while ((n = ::recv(fd_, room, sizeof room, 0)) > 0)
    ;
  return n == 0 || errno == ECONNRESET;
}

std::string http_reply::header(std::string_view name) const {
  auto key = "\r\n" + std::string{name} + ": ";
  auto at = head.find(key);
  if (at == std::string::npos)
    return {};
  at += key.size();
  return head.substr(at, head.find("\r\n", at) - at);
}

http_reply read_reply(tcp_client& from, bool has_body) {
  http_reply result;
  result.head = from.read_until("\r\n\r\n");
  if (result.head.size() > 12)
    result.status = std::stoi(result.head.substr(9, 3));
  auto length = result.header("Content-Length");
  if (has_body && !length.empty())
    result.body = from.read(std::stoul(length));
  return result;
}

http_reply http(uint16_t port, std::string_view method, std::string_view target,
                std::string_view headers, std::string_view body) {
  tcp_client client{port};
  return http(client, method, target, headers, body);
}

http_reply http(tcp_client& on, std::string_view method,
                std::string_view target, std::string_view headers,
                std::string_view body) {
  std::string request{method};
  request += " ";
  request += target;
  request += " HTTP/1.1\r\nHost: localhost\r\n";
  request += headers;
  if (!body.empty())
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n";
  request += body;
  on.write(request);
  return read_reply(on, method != "HEAD");
}

ws_client::ws_client(uint16_t port, std::string_view target,
                     std::string_view headers, int receive_buffer,
                     const std::string& from)
    : stream_(port, "127.0.0.1", receive_buffer, from) {
  std::string all = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                    "Sec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  all += headers;
  reply_ = http(stream_, "GET", target, all);
}

std::string encode(const raw_frame& x) {
  std::string frame;
  frame.reserve(x.data.size() + 14);
  frame += static_cast<char>((x.fin ? 0x80 : 0) | x.rsv << 4 | x.opcode);
  auto size = x.data.size();
  auto put_length = [&](size_t first, int octets) {
    frame += static_cast<char>((x.masked ? 0x80 : 0) | first);
    for (int i = octets - 1; i >= 0; --i)
      frame += static_cast<char>(size >> (8 * i) & 0xff);
  };
  if (size < 126)
    put_length(size, 0);
  else if (size < 65536)
    put_length(126, 2);
  else
    put_length(127, 8);
  if (!x.masked)
    return frame + x.data;
  constexpr std::string_view mask = "\x11\x22\x33\x44";
  frame += mask;
  for (size_t i = 0; i < size; ++i)
    frame += static_cast<char>(x.data[i] ^ mask[i % 4]);
  return frame;
}

bool ws_client::send(uint8_t opcode, std::string_view data, bool fin) {
  return send({opcode, std::string{data}, fin});
}

std::optional<ws_frame> ws_client::read() {
  auto head = stream_.read(2);
  if (head.size() < 2)
    return std::nullopt;
  size_t length = head[1] & 0x7f;
  if (length > 125) {
    auto octets = stream_.read(length == 126 ? 2 : 8);
    length = 0;
    for (auto c : octets)
      length = length << 8 | static_cast<uint8_t>(c);
  }
  return ws_frame{static_cast<uint8_t>(head[0] & 0x0f), (head[0] & 0x80) != 0,
                  stream_.read(length)};
}

std::string ws_client::text() {
  auto frame = read();
  if (!frame)
    return "[nothing]";
  if (frame->opcode == 8)
    return "[close " + std::to_string(frame->code()) + "]";
  return frame->opcode == 1 ? frame->data
                            : "[" + std::to_string(frame->opcode) + "]";
}

int ws_client::close_code() {
  while (auto frame = read())
    if (frame->opcode == 8)
      return frame->code();
  return 0;
}

} // namespace troupe::net::testing
