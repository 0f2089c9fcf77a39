#include "relay.hpp"

#include <algorithm>
#include <set>

using namespace troupe::test;

namespace {

std::string numbered(size_t i, size_t size = 0) {
  auto out = std::to_string(i) + ':';
  out.resize(std::max(size, out.size()), 'x');
  return out;
}

std::vector<std::string> all_numbered(size_t count, size_t size = 0) {
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i)
    out.push_back(numbered(i, size));
  return out;
}

} // namespace

TEST_CASE("an association connects by the peer's INIT alone") {
  sctp_relay net;
  CHECK(net.stack.state(net.server) == sctp_state::fresh);
  CHECK(!net.stack.poll_timeout());
  net.connect();
  const auto states = net.events_of<sctp_state_change>(net.server);
  REQUIRE(states.size() == 2);
  CHECK(states[0].state == sctp_state::connecting);
  CHECK(states[1].state == sctp_state::connected);
}

TEST_CASE("messages keep their PPID, and empty ones stay empty") {
  sctp_relay net;
  net.connect();
  using enum sctp_ppid;
  const std::pair<sctp_ppid, std::string_view> cases[] = {
      {string, "text"},
      {binary, std::string_view{"\0\1", 2}},
      {string, ""},
      {binary, ""},
      {string_empty, ""},
      {binary_partial, "old"},
      {sctp_ppid{12345}, "other"}};
  for (auto [ppid, text] : cases)
    CHECK(net.send(net.client, 3, text, {}, ppid) == sctp_send_result::sent);
  net.run(1s);
  REQUIRE(net.messages.size() == std::size(cases));
  for (size_t i = 0; i < net.messages.size(); ++i) {
    const auto& x = net.messages[i];
    CHECK(x.association == net.server);
    CHECK(x.stream == 3);
    const auto& [ppid, text] = cases[i];
    CHECK(std::string{x.octets->begin(), x.octets->end()} == text);
    const auto wanted = !text.empty()    ? ppid
                        : ppid == binary ? binary_empty
                                         : string_empty;
    CHECK(x.ppid == wanted);
  }
}

TEST_CASE("messages of 256 KB pass both ways, longer ones are refused") {
  sctp_relay net;
  net.connect();
  const std::string longest(sctp_max_message_octets, 'm');
  net.send_all(net.client, 1, longest);
  net.send_all(net.server, 1, longest);
  net.run(20s);
  CHECK(net.texts(net.server) == std::vector{longest});
  CHECK(net.texts(net.client) == std::vector{longest});
  CHECK(net.send(net.client, 1, longest + 'x') == sctp_send_result::refused);
  CHECK(net.longest <= sctp_max_packet_octets);
}

TEST_CASE("with 10 % loss reliable messages arrive complete and in order") {
  for (uint64_t seed : {1, 2, 3, 4}) {
    CAPTURE(seed);
    sctp_relay net{seed};
    net.network = {.loss_percent = 10,
                   .delay = 20ms,
                   .jitter = 5ms,
                   .interleaving = seed % 2 == 0};
    net.connect();
    constexpr size_t count = 300;
    for (size_t i = 0; i < count; ++i)
      net.send_all(net.client, 0, numbered(i, i % 7 * 900));
    CHECK(net.run_until([&] { return net.messages.size() == count; }, 300s));
    std::vector<std::string> wanted;
    for (size_t i = 0; i < count; ++i)
      wanted.push_back(numbered(i, i % 7 * 900));
    CHECK(net.texts(net.server) == wanted);
  }
}

TEST_CASE("with 10 % loss unordered reliable messages arrive complete") {
  for (bool interleaving : {false, true}) {
    CAPTURE(interleaving);
    sctp_relay net{4};
    net.network = {.loss_percent = 10,
                   .delay = 20ms,
                   .jitter = 10ms,
                   .interleaving = interleaving};
    net.connect();
    constexpr size_t count = 300;
    for (size_t i = 0; i < count; ++i)
      net.send_all(net.client, 0, numbered(i, 500), {.ordered = false});
    CHECK(net.run_until([&] { return net.messages.size() == count; }, 300s));
    auto got = net.texts(net.server);
    auto wanted = all_numbered(count, 500);
    CHECK(got != wanted);
    std::sort(got.begin(), got.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(got == wanted);
  }
}

TEST_CASE("unreliable messages never wait for lost ones") {
  for (int mode = 0; mode < 8; ++mode) {
    const bool ordered = mode & 1;
    const size_t size = mode & 2 ? 5000 : 20;
    CAPTURE(mode);
    for (const auto& how :
         {sctp_reliability{.ordered = ordered, .max_retransmits = 0},
          sctp_reliability{.ordered = ordered, .max_packet_lifetime_ms = 50}}) {
      sctp_relay net{5};
      net.network = {
          .loss_percent = 10, .delay = 20ms, .interleaving = (mode & 4) != 0};
      net.connect();
      constexpr size_t count = 300;
      const auto interval = size > 1000 ? 100ms : 20ms;
      size_t late = 0;
      size_t seen = 0;
      for (size_t i = 0; i < count; ++i) {
        net.send(net.client, 0, numbered(i, size), how);
        net.run(interval);
        for (; seen < net.messages.size(); ++seen) {
          const auto& x = *net.messages[seen].octets;
          const auto sent = std::stoul(std::string{x.begin(), x.end()});
          late += (i - sent) * interval > 500ms ? 1 : 0;
        }
      }
      net.run(3s);
      const auto got = net.texts(net.server);
      CHECK(got.size() > count / 3);
      CHECK(got.size() < count);
      CHECK(late < count / 20);
      if (ordered) {
        std::vector<unsigned long> numbers;
        for (const auto& x : got)
          numbers.push_back(std::stoul(x));
        CHECK(std::is_sorted(numbers.begin(), numbers.end()));
      }
    }
  }
}

TEST_CASE("a stream is reset both ways and reused") {
  sctp_relay net;
  net.connect();
  for (int round = 0; round < 5; ++round) {
    CAPTURE(round);
    const auto closer = round % 2 == 0 ? net.client : net.server;
    net.send(net.client, 7, "before");
    net.send(net.server, 7, "before");
    net.run(500ms);
    net.events.clear();
    net.messages.clear();
    net.stack.reset_stream(closer, 7, net.now);
    CHECK(!net.stack.is_free(closer, 7));
    CHECK(net.send(closer, 7, "no more") == sctp_send_result::refused);
    CHECK(net.run_until(
        [&] {
          return net.stack.is_free(net.client, 7)
                 && net.stack.is_free(net.server, 7);
        },
        5s));
    CHECK(net.events_of<sctp_stream_reset>(net.other(closer)).size() == 1);
    CHECK(net.events_of<sctp_stream_closed>(net.client).size() == 1);
    CHECK(net.events_of<sctp_stream_closed>(net.server).size() == 1);
    CHECK(net.send(net.client, 7, "again") == sctp_send_result::sent);
    CHECK(net.send(net.server, 7, "again") == sctp_send_result::sent);
    net.run(500ms);
    CHECK(net.texts(net.server) == std::vector<std::string>{"again"});
    CHECK(net.texts(net.client) == std::vector<std::string>{"again"});
  }
}

TEST_CASE("many streams are reset at once despite loss") {
  sctp_relay net{6};
  net.network = {.loss_percent = 10};
  net.connect();
  for (sctp_stream_id i = 0; i < 200; ++i)
    net.send_all(net.client, i, "x");
  net.run(5s);
  for (sctp_stream_id i = 0; i < 200; ++i)
    net.stack.reset_stream(i % 2 ? net.client : net.server, i, net.now);
  CHECK(net.run_until(
      [&] {
        return net.events_of<sctp_stream_closed>(net.client).size() == 200
               && net.events_of<sctp_stream_closed>(net.server).size() == 200;
      },
      60s));
}

TEST_CASE(
    "a sequence of 70,000 messages crosses the wrap of the SSN at 65535") {
  sctp_relay net;
  net.network.delay = 1ms;
  net.connect();
  constexpr size_t count = 70'000;
  for (size_t i = 0; i < count; ++i)
    net.send_all(net.client, 0, std::to_string(i));
  net.run_until([&] { return net.messages.size() == count; });
  REQUIRE(net.messages.size() == count);
  bool in_order = true;
  const auto got = net.texts(net.server);
  for (size_t i = 0; i < count; ++i)
    in_order = in_order && got[i] == std::to_string(i);
  CHECK(in_order);
}

TEST_CASE("a full send buffer blocks, and sctp_writable follows") {
  sctp_relay net;
  net.connect();
  net.network.loss_percent = 100;
  const std::string block(10'000, 'b');
  size_t sent = 0;
  while (net.send(net.client, 0, block) == sctp_send_result::sent)
    ++sent;
  CHECK(sent >= 20);
  CHECK(sent <= 27);
  CHECK(net.stack.buffered_octets(net.client) >= sent * block.size());
  CHECK(net.stack.buffered_octets(net.client, 0) == sent * block.size());
  CHECK(net.stack.buffered_octets(net.client, 1) == 0);
  CHECK(net.events_of<sctp_writable>(net.client).empty());
  net.network.loss_percent = 0;
  CHECK(net.run_until([&] { return net.messages.size() == sent; }));
  net.run(1s);
  CHECK(net.events_of<sctp_writable>(net.client).size() == 1);
  CHECK(net.stack.buffered_octets(net.client) == 0);
  CHECK(net.stack.buffered_octets(net.client, 0) == 0);
}

TEST_CASE("the number of small messages in the send buffer is bounded, too") {
  sctp_relay net;
  net.connect();
  net.network.loss_percent = 100;
  size_t sent = 0;
  while (net.send(net.client, 0, "x") == sctp_send_result::sent)
    ++sent;
  CHECK(sent == 1024);
  net.network.loss_percent = 0;
  CHECK(net.run_until(
      [&] { return !net.events_of<sctp_writable>(net.client).empty(); }));
  CHECK(net.send(net.client, 0, "x") == sctp_send_result::sent);
}

TEST_CASE("closing an association notifies its peer") {
  sctp_relay net;
  net.connect();
  net.stack.close(net.client, net.now);
  net.run(500ms);
  CHECK(net.stack.state(net.server) == sctp_state::closed);
  CHECK(net.events_of<sctp_state_change>(net.server).back().state
        == sctp_state::closed);
  CHECK(net.send(net.server, 0, "x") == sctp_send_result::refused);
  CHECK(net.stack.size() == 1);
}

TEST_CASE("an association whose peer is gone ends within a minute") {
  sctp_relay net;
  net.connect();
  net.network.loss_percent = 100;
  net.send(net.client, 0, "x");
  CHECK(net.run_until(
      [&] { return net.stack.state(net.client) == sctp_state::closed; }, 90s));
}

TEST_CASE("idle associations need no timer") {
  sctp_relay net;
  net.connect();
  net.send(net.client, 0, "x");
  net.run(3s);
  CHECK(!net.stack.poll_timeout());
  net.now += 24h;
  net.send(net.client, 0, "y");
  net.run(1s);
  CHECK(net.texts(net.server) == std::vector<std::string>{"x", "y"});
}
