#include "relay.hpp"

#include "net/sctp/dcep.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

using namespace troupe::test;

namespace {

struct range {
  uint64_t begin;
  uint64_t end;
};

// A sanitizer maps so much memory that numbers are addresses by chance.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer);
#else
constexpr bool sanitized = false;
#endif

// The memory ranges that this process has mapped.
std::vector<range> mapped_memory() {
  std::vector<range> out;
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);) {
    range x{};
    char dash = 0;
    std::istringstream{line} >> std::hex >> x.begin >> dash >> x.end;
    out.push_back(x);
  }
  return out;
}

// Whether any eight consecutive octets, in either byte order, are an address of
// this process.
bool holds_address(byte_span octets, const std::vector<range>& memory) {
  for (size_t i = 0; i + 8 <= octets.size(); ++i) {
    uint64_t little;
    std::memcpy(&little, &octets[i], sizeof(little));
    const auto big = load_u64(&octets[i]);
    for (const auto& x : memory)
      if ((little >= x.begin && little < x.end)
          || (big >= x.begin && big < x.end))
        return true;
  }
  return false;
}

// The resident memory of this process (proc(5), statm).
int64_t resident_octets() {
  int64_t all = 0;
  int64_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> all >> resident;
  return resident * 4096;
}

} // namespace

TEST_CASE("no packet contains a memory address, nor does the cookie"
          * doctest::skip(sanitized)) {
  const auto local = std::make_unique<int>(1);
  const auto memory = mapped_memory();
  // The check finds an address if there is one.
  uint64_t known = reinterpret_cast<uint64_t>(local.get());
  uint8_t sample[16] = {};
  std::memcpy(sample + 3, &known, sizeof(known));
  REQUIRE(holds_address(sample, memory));
  for (int i = 0; i < 20; ++i) {
    sctp_relay net;
    net.keep = true;
    net.connect();
    net.send(net.client, 0, "hello");
    net.stack.reset_stream(net.client, 0, net.now);
    net.run(1s);
    net.stack.close(net.client, net.now);
    net.run(100ms);
    bool has_cookie = false;
    for (const auto& x : net.kept) {
      has_cookie = has_cookie || x.octets[12] == 2;
      CHECK(!holds_address(x.octets, memory));
    }
    CHECK(has_cookie);
  }
}

TEST_CASE("a flood of INITs is answered at most ten times a second") {
  sctp_relay net;
  net.stack.connect(net.client, net.now);
  auto init = net.stack.poll_packet();
  REQUIRE(init);
  size_t answers = 0;
  const auto before = mallinfo2().uordblks;
  for (int i = 0; i < 100'000; ++i) {
    net.now += 100us; // ten seconds in total
    // As if from a different peer each time.
    store_u32(&init->octets[16], static_cast<uint32_t>(i + 1));
    seal(init->octets);
    net.stack.handle_record(net.server, init->octets, net.now);
    while (auto x = net.stack.poll_packet())
      answers += x->association == net.server ? 1 : 0;
  }
  CHECK(answers <= 110);
  CHECK(answers >= 90);
  CHECK(mallinfo2().uordblks < before + 200'000);
  CHECK(net.stack.state(net.server) == sctp_state::connecting);
}

TEST_CASE("a message that is too long ends the association") {
  // The peer is our own engine, which would not send such a message, so the
  // relay merges two of its messages into one.
  sctp_relay net;
  net.connect();
  const std::string half(200'000, 'x');
  auto give = [&](uint8_t clear) {
    bool done = false;
    net.run_until([&] {
      if (!done)
        done = net.send(net.client, 0, half, {.ordered = false})
               == sctp_send_result::sent;
      while (auto x = net.stack.poll_packet()) {
        auto& octets = x->octets;
        if (x->association == net.client)
          for (size_t at = 12; at + 4 <= octets.size();) {
            if (octets[at] == 0)
              octets[at + 1] &= static_cast<uint8_t>(~clear);
            at += (load_u16(&octets[at + 2]) + 3u) & ~size_t{3};
          }
        seal(octets);
        net.stack.handle_record(net.other(x->association), octets, net.now);
      }
      net.now += 1ms;
      if (auto at = net.stack.poll_timeout(); at && *at <= net.now)
        net.stack.handle_timeout(net.now);
      return net.stack.state(net.server) != sctp_state::connected
             || (done && net.stack.buffered_octets(net.client) == 0);
    });
  };
  give(1); // without the end bit
  give(3); // without the bits for beginning and end
  give(3);
  give(3);
  CHECK(net.stack.state(net.server) != sctp_state::connected);
  net.collect();
  CHECK(net.texts(net.server).empty());
  CHECK(net.stack.stats().messages_received == 0);
}

TEST_CASE("a channel opened in-band is acknowledged and reported") {
  sctp_relay net;
  net.keep = true;
  net.connect();
  const auto open = write_dcep_open(
      {{.ordered = false, .max_retransmits = 2}, 0, "chat", "json"});
  net.send(net.client, 9, as_text(open), {}, sctp_ppid::dcep);
  net.send(net.client, 9, "first");
  net.run(1s);
  const auto opened = net.events_of<sctp_channel_opened>(net.server);
  REQUIRE(opened.size() == 1);
  CHECK(opened[0].stream == 9);
  CHECK(opened[0].label == "chat");
  CHECK(opened[0].protocol == "json");
  CHECK(opened[0].reliability
        == sctp_reliability{.ordered = false, .max_retransmits = 2});
  CHECK(net.texts(net.server) == std::vector<std::string>{"first"});
  // The ACK: a DATA chunk of one octet, PPID 50.
  const auto is_ack = [&](const sctp_packet& x) {
    for (size_t at = 12; at + 17 <= x.octets.size();) {
      if (x.octets[at] == 0 && load_u32(&x.octets[at + 12]) == 50
          && x.octets[at + 16] == 2 && x.association == net.server)
        return true;
      at += (load_u16(&x.octets[at + 2]) + 3u) & ~size_t{3};
    }
    return false;
  };
  CHECK(std::count_if(net.kept.begin(), net.kept.end(), is_ack) == 1);
}

TEST_CASE("10,000 opened and closed associations leave no memory behind") {
  sctp_stack stack;
  time_point now{1h};
  const auto exchange = [&](auto a, auto b) {
    for (bool moved = true; moved;) {
      moved = false;
      while (auto x = stack.poll_packet()) {
        moved = true;
        stack.handle_record(x->association == a ? b : a, x->octets, now);
      }
    }
  };
  const auto text = std::make_shared<std::vector<uint8_t>>(1000, 't');
  const auto one_round = [&](size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const auto a = stack.open();
      const auto b = stack.open();
      stack.connect(a, now);
      exchange(a, b);
      REQUIRE(stack.state(a) == sctp_state::connected);
      REQUIRE(stack.state(b) == sctp_state::connected);
      stack.send(a, 0, sctp_ppid::binary, text, {}, now);
      exchange(a, b);
      stack.reset_stream(a, 0, now);
      exchange(a, b);
      stack.close(a, now);
      if (i % 2)
        exchange(a, b);
      stack.close(b, now);
      while (stack.poll_packet() || stack.poll_message() || stack.poll_event())
        continue;
      now += 1ms;
    }
    now += 10s;
    stack.handle_timeout(now);
  };
  one_round(1000);
  malloc_trim(0);
  const auto before = mallinfo2().uordblks;
  const auto resident = resident_octets();
  one_round(4000);
  CHECK(stack.size() == 0);
  CHECK(!stack.poll_timeout());
  CHECK(mallinfo2().uordblks < before + 100'000);
  malloc_trim(0);
  const auto grown = resident_octets() - resident;
  MESSAGE("resident octets more after 8,000 associations: ", grown);
#ifndef __SANITIZE_ADDRESS__ // which delays freeing memory
  CHECK(grown < 1'000'000);
#endif
}
