// Feeds chunks to a connected association and to a waiting one, as if from
// their peer: with the right ports, tag and checksum, so that only the gate
// checks them. Nothing may crash or hang, and closing must still work.
//
// An input is a list of packets, each a length of two octets and the chunks.
// The first octet of the input selects the connected or the waiting
// association.

#include "net/base/assert.hpp"
#include "net/sctp/crc32c.hpp"
#include "net/sctp/sctp_stack.hpp"

#include <cstdlib>
#include <vector>

using namespace troupe::net;

namespace {

time_point now{std::chrono::hours{1}};

/// Two associations; the input takes the role of the first.
struct pair {
  pair() : peer(stack.open()), target(stack.open()) {}

  void exchange() {
    for (bool moved = true; moved;) {
      moved = false;
      while (auto x = stack.poll_packet()) {
        moved = true;
        if (x->association == peer && x->octets[12] != 1)
          tag = load_u32(&x->octets[4]);
        stack.handle_record(x->association == peer ? target : peer, x->octets,
                            now);
      }
    }
  }

  void drain() {
    while (stack.poll_packet() || stack.poll_message() || stack.poll_event())
      continue;
  }

  sctp_stack stack;
  sctp_association_id peer;
  sctp_association_id target;
  uint32_t tag = 0; // of packets to the target
};

void feed(pair& x, byte_span chunks, uint32_t tag) {
  std::vector<uint8_t> packet(12);
  store_u16(&packet[0], sctp_port);
  store_u16(&packet[2], sctp_port);
  store_u32(&packet[4], tag);
  packet.insert(packet.end(), chunks.begin(), chunks.end());
  auto sum = sctp_checksum(packet);
  for (size_t i = 8; i < 12; ++i, sum >>= 8)
    packet[i] = static_cast<uint8_t>(sum);
  x.stack.handle_record(x.target, packet, now);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  byte_reader in{{data, size}};
  const bool up = (in.u8() & 1) != 0;
  pair x;
  if (up) {
    x.stack.connect(x.peer, now);
    x.exchange();
    TROUPE_ASSERT(x.stack.state(x.target) == sctp_state::connected);
  }
  while (in.remaining() > 2) {
    const auto length = in.u16() & 0x07ff;
    const auto chunks = in.bytes(std::min<size_t>(length, in.remaining()));
    feed(x, chunks, up ? x.tag : 0);
    now += std::chrono::milliseconds{7};
    x.stack.handle_timeout(now);
    x.drain();
  }
  const auto text = std::make_shared<std::vector<uint8_t>>(5000, 't');
  x.stack.send(x.target, 1, sctp_ppid::binary, text, {}, now);
  x.stack.reset_stream(x.target, 1, now);
  now += std::chrono::seconds{3};
  x.stack.handle_timeout(now);
  x.drain();
  x.stack.close(x.target, now);
  x.stack.close(x.peer, now);
  x.drain();
  TROUPE_ASSERT(x.stack.size() == 0);
  return 0;
}
