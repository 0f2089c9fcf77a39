#include "tests/fuzz/support/fast_openssl.hpp"
#include "tests/support/transport_pair.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

using namespace troupe::net;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

using octets = std::vector<uint8_t>;

void require(bool condition) {
  if (!condition)
    std::abort();
}

// Runs a script: an octet selects an action, further octets its arguments.
// Valid flows are mixed with forged datagrams on several tuples.
class player {
public:
  explicit player(byte_span script) : script_(script) {}

  void play() {
    // A limit that suffices for any attack and keeps every input fast.
    for (int step = 0; step < 200 && script_.remaining() > 0; ++step) {
      act(script_.u8());
      check();
    }
  }

private:
  void act(uint8_t verb) {
    switch (verb % 12) {
      case 0:
        pair_.deliver(script_.bytes(take_size()), take_tuple());
        break;
      case 1:
        send_check(script_.u8());
        break;
      case 2:
        if (!std::exchange(connected_, true))
          pair_.connect_server();
        break;
      case 3:
        pair_.start_client();
        break;
      case 4:
        pair_.run(script_.u8() * 20ms);
        break;
      case 5:
        send_rtp();
        break;
      case 6:
        send_rtcp();
        break;
      case 7:
        if (auto x = pair_.client.poll_datagram())
          pair_.deliver(mutate(std::move(*x)), take_tuple());
        break;
      case 8:
        pair_.server.handle_tuple_closed(take_tuple());
        break;
      case 9:
        pair_.server.restart_ice(*pair_.random);
        break;
      case 10:
        pair_.path = take_tuple();
        break;
      case 11:
        if (script_.u8() == 0xff) {
          pair_.server.close();
          connected_ = true; // a later connect would fail
        }
        break;
    }
  }

  // One of ten tuples: more than an agent keeps.
  transport_tuple take_tuple() {
    return make_tuple(static_cast<uint8_t>(1 + script_.u8() % 10));
  }

  size_t take_size() {
    const auto wanted = size_t{script_.u16()} % buffer::capacity;
    return std::min(wanted, script_.remaining());
  }

  octets mutate(octets x) {
    const auto flips = script_.u8() % 4;
    for (int i = 0; i < flips && !x.empty(); ++i)
      x[script_.u16() % x.size()] ^= script_.u8();
    return x;
  }

  void send_check(uint8_t flags) {
    auto x = ice_check::to(pair_.server.local_ice());
    x.use_candidate = (flags & 1) != 0;
    if ((flags & 2) != 0)
      x.nomination = script_.u8();
    x.controlled = (flags & 4) != 0;
    x.priority = (flags & 8) == 0;
    x.integrity = (flags & 16) == 0;
    x.fingerprint = (flags & 32) == 0;
    if ((flags & 64) != 0)
      x.password += 'x';
    pair_.deliver(mutate(x.build()), take_tuple());
  }

  void send_rtp() {
    const auto plain = make_rtp(script_.u16());
    auto x = pair_.client.protect_rtp(plain);
    if (!x)
      return;
    sent_.insert(plain);
    pair_.deliver(mutate(std::move(*x)), take_tuple());
  }

  void send_rtcp() {
    const auto plain = make_rtcp(script_.u16());
    auto x = pair_.client.protect_rtcp(plain);
    if (!x)
      return;
    sent_.insert(plain);
    pair_.deliver(mutate(std::move(*x)), take_tuple());
  }

  void check() {
    auto& server = pair_.server;
    // The server must output only packets that the client protected.
    while (auto x = server.poll_rtp())
      check_plain(*x);
    while (auto x = server.poll_rtcp())
      check_plain(*x);
    const auto has_tuple = server.ice() == ice_state::connected
                           || server.ice() == ice_state::completed;
    require(server.selected_tuple().has_value() == has_tuple);
    require(!server.can_send() || server.dtls() == dtls_state::connected);
    const auto& stats = server.stats();
    require(stats.drops.total() <= stats.received.packets);
    pair_.events.clear();
    pair_.astray.clear();
  }

  void check_plain(const incoming_packet& x) {
    const auto plain = std::as_const(*x.data).bytes();
    require(sent_.contains(octets(plain.begin(), plain.end())));
  }

  byte_reader script_;
  transport_pair pair_;
  bool connected_ = false;
  std::set<octets> sent_;
};

void complete_handshake() {
  transport_pair pair;
  require(pair.connect());
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  troupe::fuzz::use_fast_openssl();
  troupe::fuzz::warm_up(complete_handshake);
  // NSS, which libsrtp2 uses, loads its modules again unless a session is left.
  static const auto session =
      make_srtp_sender(srtp_backend::libsrtp2, srtp_profile::aes128_cm_sha1_80,
                       {octets(16), octets(14)});
  require(session != nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  troupe::fuzz::run_alone([&] { player{{data, size}}.play(); });
  return 0;
}
