#include "net/sctp/sctp_gate.hpp"

#include "net/sctp/crc32c.hpp"
#include "net/sctp/sctp_types.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::net;
using namespace std::chrono_literals;
namespace type = sctp_chunk_type;

namespace {

using octets = std::vector<uint8_t>;

constexpr uint32_t our_tag = 0x01020304;
constexpr uint32_t peer_tag = 0x0a0b0c0d;
constexpr uint16_t port = 77;
constexpr time_point start{1h};

octets join(std::initializer_list<octets> parts) {
  octets out;
  for (const auto& x : parts)
    out.insert(out.end(), x.begin(), x.end());
  return out;
}

octets chunk(uint8_t kind, const octets& value, uint8_t flags = 0) {
  octets out{kind, flags, 0, 0};
  store_u16(&out[2], static_cast<uint16_t>(4 + value.size()));
  out.insert(out.end(), value.begin(), value.end());
  out.resize((out.size() + 3) & ~size_t{3});
  return out;
}

octets packet(uint32_t tag, const octets& chunks) {
  octets out(12);
  store_u16(&out[0], sctp_port);
  store_u16(&out[2], sctp_port);
  store_u32(&out[4], tag);
  out.insert(out.end(), chunks.begin(), chunks.end());
  auto sum = sctp_checksum(out);
  for (size_t i = 8; i < 12; ++i, sum >>= 8)
    out[i] = static_cast<uint8_t>(sum);
  return out;
}

octets fixed_init() {
  octets out(16);
  store_u32(&out[0], peer_tag);
  store_u32(&out[4], 100'000);
  store_u16(&out[8], 10);
  store_u16(&out[10], 10);
  return out;
}

octets data() {
  octets out(13);
  out[12] = 'x';
  return chunk(type::data, out, 3);
}

octets sack() {
  return chunk(type::sack, octets(12));
}

octets cookie() {
  return chunk(type::cookie_echo, octets(8, 1));
}

// A gate after the handshake of a passive association.
sctp_gate connected() {
  sctp_gate out;
  REQUIRE(out.admit(packet(0, chunk(type::init, fixed_init())), port, start));
  octets answer(20);
  store_u32(&answer[4], peer_tag);
  answer[12] = type::init_ack;
  out.note_sent(answer);
  REQUIRE(out.admit(packet(our_tag, cookie()), port, start));
  out.note_connected();
  return out;
}

size_t admitted(sctp_gate& gate, const octets& x) {
  const auto out = gate.admit(x, port, start);
  return out ? out->size() : 0;
}

} // namespace

TEST_CASE(
    "a packet gets the port by which usrsctp identifies the association") {
  auto gate = connected();
  const auto out = gate.admit(packet(our_tag, data()), port, start);
  REQUIRE(out);
  CHECK(load_u16(&(*out)[0]) == port);
  CHECK(load_u16(&(*out)[2]) == port);
  CHECK(load_u32(&(*out)[4]) == our_tag);
  const auto wanted = data();
  CHECK(
      std::equal(wanted.begin(), wanted.end(), out->begin() + 12, out->end()));
}

TEST_CASE("packets that are not addressed to us are refused") {
  auto gate = connected();
  const auto good = packet(our_tag, data());
  CHECK(gate.admit(good, port, start));
  for (size_t i = 0; i < good.size(); ++i) {
    CAPTURE(i);
    auto bad = good;
    bad[i] ^= 1;
    CHECK(!gate.admit(bad, port, start)); // refused at least by the checksum
  }
  for (size_t size = 0; size < good.size(); ++size)
    CHECK(!gate.admit({good.data(), size}, port, start));
  CHECK(!gate.admit(packet(our_tag + 1, data()), port, start));
  CHECK(!gate.admit(packet(0, data()), port, start));
  CHECK(!gate.admit(octets(sctp_gate::max_packet_octets + 1), port, start));
}

TEST_CASE("chunks must have the length that their type requires") {
  const octets bad[] = {
      chunk(type::data, octets(12)),
      chunk(type::i_data, octets(16)),
      chunk(type::sack, octets(11)),
      chunk(type::sack, octets(16)),
      chunk(type::heartbeat, {}),
      chunk(type::heartbeat, {0, 2, 0, 4}),
      chunk(type::heartbeat, {0, 1, 0, 9, 0, 0, 0, 0}),
      chunk(type::shutdown, octets(5)),
      chunk(type::shutdown_ack, octets(4)),
      chunk(type::reconfig, {}),
      chunk(type::reconfig, {0, 13, 0, 4}),
      chunk(type::reconfig, {0, 15, 0, 8, 0, 0, 0, 0}),
      chunk(type::reconfig, {0, 16, 0, 8, 0, 0, 0, 0}),
      chunk(type::forward_tsn, octets(6)),
      chunk(type::i_forward_tsn, octets(8)),
      {0, 3, 0, 3},
      {0, 3, 0, 200, 1, 2, 3, 4},
  };
  for (const auto& x : bad) {
    CAPTURE(int{x[0]});
    auto gate = connected();
    CHECK(!gate.admit(packet(our_tag, x), port, start));
    CHECK(!gate.admit(packet(our_tag, join({data(), x})), port, start));
  }
}

TEST_CASE("a SACK's blocks must be in range") {
  octets value(16);
  store_u16(&value[8], 1);
  store_u16(&value[12], 2);
  store_u16(&value[14], 3);
  auto gate = connected();
  CHECK(gate.admit(packet(our_tag, chunk(type::sack, value)), port, start));
  store_u16(&value[14], 1);
  CHECK(!gate.admit(packet(our_tag, chunk(type::sack, value)), port, start));
  store_u16(&value[12], 0);
  CHECK(!gate.admit(packet(our_tag, chunk(type::sack, value)), port, start));
}

TEST_CASE("chunks that WebRTC does not use are removed") {
  auto gate = connected();
  for (uint8_t kind : {9, 12, 13, 15, 16, 128, 129, 132, 193, 200}) {
    CAPTURE(int{kind});
    const auto strange = chunk(kind, octets(8));
    CHECK(admitted(gate, packet(our_tag, join({strange, data()})))
          == 12 + data().size());
    CHECK(gate.admit(packet(our_tag, strange), port, start)->empty());
  }
  // An ABORT passes without its causes.
  CHECK(admitted(gate, packet(our_tag, chunk(type::abort, octets(20)))) == 16);
}

TEST_CASE("a packet has at most one SACK, RE-CONFIG and FORWARD TSN") {
  auto gate = connected();
  const auto reset = chunk(type::reconfig, join({{0, 13, 0, 16}, octets(12)}));
  const auto skip = chunk(type::forward_tsn, octets(4));
  for (const auto& x : {sack(), reset, skip}) {
    CHECK(gate.admit(packet(our_tag, x), port, start));
    CHECK(!gate.admit(packet(our_tag, join({x, x})), port, start));
  }
}

TEST_CASE("an INIT is rebuilt with only the parameters that we use") {
  const auto extensions = octets{0x80, 0x08, 0, 9, 192, 193, 130, 15, 128};
  const auto all = join({fixed_init(),
                         {0, 5, 0, 8, 127, 0, 0, 1},        // IPv4 address
                         {0, 11, 0, 8, 'h', 'o', 's', 't'}, // host name
                         {0x80, 2, 0, 8, 1, 2, 3, 4},       // RANDOM
                         {0xc0, 0, 0, 4},                   // FORWARD TSN
                         extensions});
  sctp_gate gate;
  const auto out = gate.admit(packet(0, chunk(type::init, all)), port, start);
  REQUIRE(out);
  const auto wanted = chunk(
      type::init,
      join({fixed_init(), {0xc0, 0, 0, 4}, {0x80, 0x08, 0, 6, 130, 192}}));
  CHECK(octets(out->begin() + 12, out->end()) == wanted);
  // Malformed parameters are refused.
  auto broken = all;
  broken[17] = 0xff;
  broken[18] = 0xff;
  CHECK(!gate.admit(packet(0, chunk(type::init, broken)), port, start));
}

TEST_CASE("invalid or too frequent INITs are refused") {
  sctp_gate gate;
  for (size_t field : {0, 4, 8, 10}) {
    auto bad = fixed_init();
    std::fill_n(bad.begin() + static_cast<ptrdiff_t>(field), field < 8 ? 4 : 2,
                uint8_t{0});
    CHECK(!gate.admit(packet(0, chunk(type::init, bad)), port, start));
  }
  const auto good = packet(0, chunk(type::init, fixed_init()));
  CHECK(!gate.admit(packet(0, join({chunk(type::init, fixed_init()), data()})),
                    port, start));
  size_t passed = 0;
  for (int i = 0; i < 1000; ++i)
    passed += gate.admit(good, port, start) ? 1 : 0;
  CHECK(passed == sctp_gate::inits_per_second);
  CHECK(gate.admit(good, port, start + 1s));
}

TEST_CASE("before the end of the handshake nothing else passes") {
  sctp_gate gate;
  CHECK(!gate.admit(packet(our_tag, data()), port, start));
  CHECK(!gate.admit(packet(our_tag, chunk(type::abort, {})), port, start));
  CHECK(!gate.admit(packet(our_tag, chunk(type::cookie_ack, {})), port, start));
  CHECK(!gate.admit(packet(0, cookie()), port, start));
  CHECK(gate.admit(packet(our_tag, join({cookie(), data()})), port, start));
}

TEST_CASE("a connected association gets no INIT and no COOKIE ECHO") {
  auto gate = connected();
  CHECK(!gate.admit(packet(0, chunk(type::init, fixed_init())), port, start));
  // The peer missed our COOKIE ACK: it gets another one, and its DATA passes.
  const auto repeated = packet(our_tag, join({cookie(), data()}));
  CHECK(admitted(gate, repeated) == 12 + data().size());
  CHECK(gate.cookie_ack_wanted());
  const auto ack = gate.cookie_ack();
  CHECK(load_u32(&ack[4]) == peer_tag);
  CHECK(octets(ack.begin() + 12, ack.end()) == octets{11, 0, 0, 4});
  CHECK(gate.admit(packet(our_tag, data()), port, start));
  CHECK(!gate.cookie_ack_wanted());
}

TEST_CASE("an ABORT may carry the peer's own tag") {
  auto gate = connected();
  const auto reflected = chunk(type::abort, {}, 1);
  CHECK(gate.admit(packet(peer_tag, reflected), port, start));
  CHECK(!gate.admit(packet(our_tag, reflected), port, start));
}
