#pragma once

#include "actors/sctp/data_switch.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace troupe::test {

using namespace troupe::actors;
using namespace std::chrono_literals;

inline net::shared_octets octets_of(std::string_view text) {
  return std::make_shared<const std::vector<uint8_t>>(text.begin(), text.end());
}

inline std::string text_of(const net::shared_octets& x) {
  return {x->begin(), x->end()};
}

/// A switch and its clients, each with an association of its own, in virtual
/// time over a perfect network.
class switch_world {
public:
  explicit switch_world(const data_limits& limits = {}) : node(limits) {}

  /// A transport whose client is connected.
  transport_key add_client(std::shared_ptr<data_backlog> backlog = {}) {
    const auto key = transport_key{clients.size() + 1};
    node.open(key, std::move(backlog));
    const auto id = browsers.open();
    clients.emplace(key, id);
    browsers.connect(id, now);
    run();
    REQUIRE(node.stats(key).state == net::sctp_state::connected);
    return key;
  }

  data_producer_key add_producer(std::optional<transport_key> on,
                                 net::sctp_stream_id stream = 0) {
    const auto key = data_producer_key{++last_key};
    REQUIRE(!node.add_producer({key, on, stream, false}));
    return key;
  }

  data_consumer_key add_consumer(data_producer_key from,
                                 std::optional<transport_key> on,
                                 const net::sctp_reliability& how = {},
                                 std::vector<subchannel> subchannels = {}) {
    const auto key = data_consumer_key{++last_key};
    auto added =
        node.add_consumer({key, from, on, how, std::move(subchannels), false});
    REQUIRE(std::holds_alternative<data_consumer_added>(added));
    streams[key] = std::get<data_consumer_added>(added).stream;
    return key;
  }

  void say(transport_key by, net::sctp_stream_id stream,
           std::string_view text) {
    CHECK(browsers.send(clients.at(by), stream, net::sctp_ppid::string,
                        octets_of(text), {}, now)
          == net::sctp_send_result::sent);
    run();
  }

  /// Sends a message of a direct producer and handles it at once.
  void speak(data_producer_key by, data_message x) {
    node.queue_direct(by, std::move(x));
    work();
  }

  void work() {
    while (node.do_work(data_switch::quantum, now))
      continue;
  }

  // Moves packets until none is left; those to clients in `deaf` are lost.
  void run() {
    for (bool moved = true; moved;) {
      moved = false;
      work();
      while (auto x = browsers.poll_packet()) {
        moved = true;
        for (const auto& [key, id] : clients)
          if (id == x->association)
            node.handle_records(key, {x->octets});
      }
      while (auto x = node.poll_records()) {
        moved = true;
        if (!deaf.contains(x->transport) && clients.contains(x->transport))
          for (const auto& record : x->records)
            browsers.handle_record(clients.at(x->transport), record, now);
      }
    }
    while (auto x = node.poll_event())
      events.push_back(std::move(*x));
    while (auto x = browsers.poll_message())
      for (const auto& [key, id] : clients)
        if (id == x->association)
          got[key].push_back(text_of(x->octets));
    while (auto x = browsers.poll_event())
      browser_events.push_back(*x);
  }

  void pass(net::duration time) {
    for (const auto end = now + time; now < end;) {
      now += 10ms;
      if (auto at = node.poll_timeout(); at && *at <= now)
        node.handle_timeout(now);
      if (auto at = browsers.poll_timeout(); at && *at <= now)
        browsers.handle_timeout(now);
      run();
    }
  }

  template <class T>
  std::vector<T> events_of() const {
    std::vector<T> out;
    for (const auto& x : events)
      if (const auto* y = std::get_if<T>(&x))
        out.push_back(*y);
    return out;
  }

  data_switch node;
  net::sctp_stack browsers;
  net::time_point now{1h};
  std::map<transport_key, net::sctp_association_id> clients;
  std::map<transport_key, bool> deaf;
  std::map<transport_key, std::vector<std::string>> got;
  std::map<data_consumer_key, net::sctp_stream_id> streams;
  std::vector<switch_event> events;
  std::vector<net::sctp_event> browser_events;
  uint64_t last_key = 0;
};

} // namespace troupe::test
