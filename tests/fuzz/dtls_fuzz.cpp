// Runs a handshake between two ends under the network that the input describes:
// each step is an octet (deliver, drop, change, inject), and the rest of the
// input is the data to inject. Nothing may crash, and the two ends must never
// agree on different keys.

#include "net/base/assert.hpp"
#include "net/dtls/dtls_connection.hpp"
#include "tests/fuzz/support/fast_openssl.hpp"

#include <algorithm>
#include <vector>

using namespace troupe::net;

namespace {

const dtls_context& context() {
  static const auto instance = dtls_context::make().value();
  return *instance;
}

struct scenario {
  byte_reader in;
  time_point now{};
  dtls_connection client{context()};
  dtls_connection server{context()};

  void step();
  void deliver(dtls_connection& from, dtls_connection& to, uint8_t how);
};

void scenario::deliver(dtls_connection& from, dtls_connection& to,
                       uint8_t how) {
  auto x = from.poll_datagram();
  if (!x)
    return;
  std::vector<uint8_t> copy(x->begin(), x->end());
  if (how == 1)
    return; // lost
  if (how == 2)
    copy[in.u16() % copy.size()] ^= in.u8();
  if (how == 3)
    copy.resize(in.u16() % (copy.size() + 1));
  to.handle_datagram(copy, now);
}

void scenario::step() {
  auto instruction = in.u8();
  auto& a = (instruction & 1) != 0 ? client : server;
  auto& b = (instruction & 1) != 0 ? server : client;
  auto detail = static_cast<uint8_t>(instruction >> 4);
  switch ((instruction >> 1) & 7) {
    case 0:
      b.handle_datagram(in.bytes(std::min<size_t>(in.u8(), in.remaining())),
                        now);
      break;
    case 1:
      now += std::chrono::milliseconds{in.u8() * 10};
      a.handle_timeout(now);
      break;
    case 2:
      a.send_data(in.bytes(std::min<size_t>(detail, in.remaining())));
      break;
    case 3:
      if (detail == 15)
        a.close();
      break;
    default:
      deliver(a, b, detail & 3);
  }
}

void play(byte_span script) {
  scenario s{byte_reader{script}};
  s.server.start(dtls_role::server, {context().fingerprint()}, s.now);
  s.client.start(dtls_role::client, {context().fingerprint()}, s.now);
  while (s.in.remaining() > 0 && !s.in.failed())
    s.step();
  if (s.client.keys() && s.server.keys())
    TROUPE_ASSERT(s.client.keys()->local.key == s.server.keys()->remote.key);
  while (s.client.poll_data() || s.server.poll_data()) {
  }
}

void complete_handshake() {
  // Deliver the client's datagrams, the server's, and so on.
  const uint8_t script[] = {9, 8, 8, 8, 9, 9, 9, 8, 8, 8};
  scenario s{byte_reader{script}};
  s.server.start(dtls_role::server, {context().fingerprint()}, s.now);
  s.client.start(dtls_role::client, {context().fingerprint()}, s.now);
  while (s.in.remaining() > 0)
    s.step();
  TROUPE_ASSERT(s.client.keys() && s.server.keys());
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  troupe::fuzz::use_fast_openssl();
  troupe::fuzz::warm_up(complete_handshake);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  troupe::fuzz::run_alone([&] { play({data, size}); });
  return 0;
}
