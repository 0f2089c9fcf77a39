#include "tests/gates/virtual_client.hpp"

#include "rtp/rtcp/compound.hpp"
#include "tests/actors/support/ws_messages.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::gates {

namespace {

constexpr int patience_ms = 2'000;

// The time that every packet takes to a client.
constexpr auto way = std::chrono::milliseconds{10};

const net::dtls_context& certificate() {
  static const auto context = net::dtls_context::make();
  return **context;
}

// The transport-wide sequence number in an unencrypted header (RFC 8285,
// section 4.2), or nothing.
std::optional<uint16_t> read_number(net::byte_span packet, uint8_t id) {
  size_t at = 12 + 4 * size_t{packet[0] & 0x0fu};
  if (!(packet[0] & 0x10) || packet.size() < at + 4
      || net::load_u16(&packet[at]) != 0xbede)
    return std::nullopt;
  auto end = at + 4 + 4 * size_t{net::load_u16(&packet[at + 2])};
  for (at += 4; at + 2 < std::min(end, packet.size());) {
    if (packet[at] == 0) {
      ++at;
      continue;
    }
    if (packet[at] >> 4 == id)
      return net::load_u16(&packet[at + 1]);
    at += 2 + (packet[at] & 0x0fu);
  }
  return std::nullopt;
}

} // namespace

// -- the network -------------------------------------------------------------

client_network::client_network()
    : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in any{};
  any.sin_family = AF_INET;
  socklen_t length = sizeof any;
  auto* name = reinterpret_cast<sockaddr*>(&any);
  REQUIRE(fd_ >= 0);
  REQUIRE(::bind(fd_, name, length) == 0);
  REQUIRE(::getsockname(fd_, name, &length) == 0);
  port_ = ntohs(any.sin_port);
}

client_network::~client_network() {
  ::close(fd_);
}

net::socket_address client_network::address(size_t number) const {
  const uint8_t ip[] = {127, 1, static_cast<uint8_t>(number >> 8),
                        static_cast<uint8_t>(number)};
  return net::socket_address{ip, port_};
}

size_t client_network::number_of(const net::socket_address& x) {
  return net::load_u16(&x.octets()[14]);
}

std::vector<std::vector<uint8_t>> client_network::receive() {
  std::vector<std::vector<uint8_t>> out;
  pollfd ready{fd_, POLLIN, 0};
  ::poll(&ready, 1, patience_ms);
  uint8_t room[2048];
  for (ssize_t n; (n = ::recv(fd_, room, sizeof room, MSG_DONTWAIT)) >= 0;)
    out.emplace_back(room, room + n);
  return out;
}

// -- a transport -------------------------------------------------------------

virtual_transport::virtual_transport(gate_world& world, client_network& network,
                                     size_t number, test::fake_client& client,
                                     const std::string& direction)
    : world_(world)
    , random_(net::make_seeded_rng(number))
    , engine_({.dtls = &certificate(), .backend = net::fastest_srtp_backend()},
              *random_) {
  auto made = client.request("create-transport",
                             R"({"direction":")" + direction + "\"}");
  REQUIRE_MESSAGE(test::text_at(made, "/type") == "transport-params",
                  test::to_text(made));
  id_ = test::text_at(made, "/data/id");
  net::ice_credentials ice{
      test::text_at(made, "/data/iceParameters/usernameFragment"),
      test::text_at(made, "/data/iceParameters/password")};
  tuple_.local = *net::parse_address("127.0.0.1", world.sockets->port().port());
  tuple_.remote = network.address(number);
  route_ = &world.find(ice.username_fragment);
  auto connected = client.request(
      "connect-transport",
      "{\"transportId\":" + test::quoted(id_) + ","
          + test::dtls_parameters(certificate().fingerprint().value) + "}");
  REQUIRE_MESSAGE(test::text_at(connected, "/type") == "transport-connected",
                  test::to_text(connected));
  engine_.start(
      std::move(ice),
      {{test::text_at(made, "/data/dtlsParameters/fingerprints/0/algorithm"),
        test::text_at(made, "/data/dtlsParameters/fingerprints/0/value")}},
      world.now());
  connect(network);
  // Clients do not report all at once.
  auto phase = std::chrono::milliseconds{(number * 37) % 100};
  feedback_due_ = world.now() + phase;
  report_due_ = world.now() + 7 * phase;
}

void virtual_transport::connect(client_network& network) {
  auto now = world_.now();
  engine_.handle_timeout(now); // the first check
  for (int flights = 0; engine_.dtls() != net::dtls_state::connected;
       ++flights) {
    REQUIRE(flights < 20);
    std::vector<arrival> datagrams;
    while (auto out = engine_.poll_datagram())
      add(std::move(*out), now, datagrams);
    world_.step(now, std::move(datagrams));
    for (const auto& x : network.receive())
      engine_.handle_datagram(x, now);
  }
}

void virtual_transport::receive(net::byte_span packet, net::time_point now) {
  if (is_rtcp(packet) || packet.size() < 12)
    return;
  auto& x = streams_[net::load_u32(&packet[8])];
  x.highest = std::max(x.highest, x.numbers.extend(net::load_u16(&packet[2])));
  if (numbers_id_ == 0)
    return;
  if (auto n = read_number(packet, numbers_id_))
    arrivals_.emplace(transport_numbers_.extend(*n), now + way);
}

void virtual_transport::report(net::time_point now, std::vector<arrival>& to) {
  if (feedback_due_ <= now) {
    feedback_due_ += feedback_interval;
    send_feedback(now, to);
  }
  if (report_due_ <= now) {
    report_due_ += report_interval;
    send_report(now, to);
  }
}

void virtual_transport::send_feedback(net::time_point now,
                                      std::vector<arrival>& to) {
  while (!arrivals_.empty()) {
    auto first = arrivals_.begin();
    rtp::rtcp::transport_cc_builder out;
    out.start(first->first, first->second.time_since_epoch());
    while (first != arrivals_.end()
           && out.size() < rtp::rtcp::transport_cc_builder::max_statuses
           && out.add(first->first, first->second.time_since_epoch()))
      first = arrivals_.erase(first);
    std::vector<uint8_t> packet(1400);
    auto size =
        out.build(rtp::ssrc{1}, rtp::ssrc{2}, feedback_count_++, packet);
    REQUIRE(size.has_value());
    packet.resize(*size);
    send_rtcp(packet, now, to);
  }
}

void virtual_transport::send_report(net::time_point now,
                                    std::vector<arrival>& to) {
  std::vector<rtp::rtcp::report_block> blocks;
  auto flush = [&] {
    rtp::rtcp::compound_builder out;
    REQUIRE(out.add_receiver_report(rtp::ssrc{1}, blocks));
    send_rtcp(out.bytes(), now, to);
    blocks.clear();
  };
  for (const auto& [source, x] : streams_) {
    rtp::rtcp::report_block block;
    block.ssrc = rtp::ssrc{source};
    // The extender begins in its second cycle.
    block.extended_highest_sequence = static_cast<uint32_t>(x.highest - 65'536);
    blocks.push_back(block);
    if (blocks.size() == rtp::rtcp::compound_builder::max_report_blocks)
      flush();
  }
  if (!blocks.empty())
    flush();
}

void virtual_transport::send_rtp(const std::vector<uint8_t>& packet,
                                 size_t header, net::time_point now,
                                 std::vector<arrival>& to) {
  auto out = engine_.protect_rtp(packet, header);
  REQUIRE(out.has_value());
  add(std::move(*out), now, to);
}

void virtual_transport::send_rtcp(net::byte_span packet, net::time_point now,
                                  std::vector<arrival>& to) {
  auto out = engine_.protect_rtcp(packet);
  REQUIRE(out.has_value());
  add(std::move(*out), now, to);
}

void virtual_transport::add(std::vector<uint8_t> datagram, net::time_point now,
                            std::vector<arrival>& to) {
  auto data = pool_->take();
  data->resize(datagram.size());
  std::ranges::copy(datagram, data->bytes().begin());
  to.push_back({route_, {std::move(data), tuple_, now}});
}

} // namespace troupe::gates
