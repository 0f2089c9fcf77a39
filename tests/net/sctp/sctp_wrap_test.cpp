#include "relay.hpp"

#include <algorithm>

using namespace troupe::test;

namespace {

std::string numbered(size_t i, size_t size) {
  auto out = std::to_string(i) + ':';
  out.resize(std::max(size, out.size()), 'x');
  return out;
}

// Calls `f(chunk)` for each chunk of a packet, including its header.
template <class F>
void for_each_chunk(const sctp_packet& x, F f) {
  const byte_span all{x.octets};
  for (size_t at = 12; at + 4 <= all.size();) {
    const size_t length = load_u16(&all[at + 2]);
    f(all.subspan(at, std::min(length, all.size() - at)));
    at += (length + 3) & ~size_t{3};
  }
}

// Whether the chunk carries user data: DATA or I-DATA.
bool is_data(byte_span chunk) {
  return (chunk[0] == 0 || chunk[0] == 64) && chunk.size() >= 16;
}

constexpr uint32_t first_tsns[] = {0xFFFFFFFF, 0xFFFFFFF0, 0xFFFFFFA0};

} // namespace

TEST_CASE(
    "messages across the TSN wrap are complete and in order despite loss") {
  for (auto first : first_tsns)
    for (bool interleaving : {false, true}) {
      CAPTURE(first);
      CAPTURE(interleaving);
      sctp_relay net{first};
      net.shift.emplace(first);
      net.network = {.loss_percent = 10,
                     .delay = 20ms,
                     .jitter = 5ms,
                     .interleaving = interleaving};
      net.connect();
      std::vector<std::string> wanted;
      for (size_t i = 0; i < 200; ++i) {
        wanted.push_back(numbered(i, i % 7 * 900));
        net.send_all(net.client, 0, wanted.back());
        net.send_all(net.server, 0, wanted.back());
      }
      CHECK(net.run_until(
          [&] { return net.messages.size() == 2 * wanted.size(); }, 300s));
      CHECK(net.texts(net.server) == wanted);
      CHECK(net.texts(net.client) == wanted);
      CHECK(net.shift->has_crossed());
    }
}

TEST_CASE("abandoned messages across the TSN wrap block nothing") {
  for (auto first : first_tsns)
    for (bool interleaving : {false, true}) {
      CAPTURE(first);
      CAPTURE(interleaving);
      sctp_relay net{first + 1};
      net.shift.emplace(first);
      net.network = {
          .loss_percent = 10, .delay = 20ms, .interleaving = interleaving};
      net.keep = true;
      net.connect();
      constexpr size_t count = 200;
      for (size_t i = 0; i < count; ++i)
        for (auto from : {net.client, net.server}) {
          net.send(from, 0, numbered(i, 2500), {.max_retransmits = 0});
          net.run(20ms);
        }
      net.send(net.client, 0, "last");
      net.send(net.server, 0, "last");
      net.run(5s);
      CHECK(net.texts(net.server).size() > count / 2);
      CHECK(net.texts(net.server).size() < count);
      CHECK(net.texts(net.server).back() == "last");
      CHECK(net.texts(net.client).back() == "last");
      CHECK(net.stack.buffered_octets(net.client) == 0);
      CHECK(net.stack.buffered_octets(net.server) == 0);
      CHECK(net.shift->has_crossed());
    }
}

TEST_CASE("streams are reset across the wrap of the request sequence numbers") {
  sctp_relay net{3};
  net.shift.emplace(0xFFFFFFFE);
  net.connect();
  for (int round = 0; round < 6; ++round) {
    CAPTURE(round);
    net.messages.clear();
    net.send(net.client, 7, "before");
    net.run(500ms);
    net.stack.reset_stream(round % 2 ? net.client : net.server, 7, net.now);
    CHECK(net.run_until(
        [&] {
          return net.stack.is_free(net.client, 7)
                 && net.stack.is_free(net.server, 7);
        },
        5s));
    CHECK(net.texts(net.server) == std::vector<std::string>{"before"});
  }
}

TEST_CASE("a negotiated channel needs no DCEP, and gets none") {
  sctp_relay net;
  net.keep = true;
  net.connect();
  net.send(net.client, 9, "asked");
  net.send(net.server, 9, "answered");
  net.run(1s);
  CHECK(net.texts(net.server) == std::vector<std::string>{"asked"});
  CHECK(net.texts(net.client) == std::vector<std::string>{"answered"});
  CHECK(net.events_of<sctp_channel_opened>(net.server).empty());
  size_t seen = 0;
  for (const auto& x : net.kept)
    for_each_chunk(x, [&](byte_span chunk) {
      if (!is_data(chunk))
        return;
      ++seen;
      CHECK(load_u32(&chunk[12]) != static_cast<uint32_t>(sctp_ppid::dcep));
    });
  CHECK(seen == 2);
}
