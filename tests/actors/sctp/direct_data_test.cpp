// Direct producers and consumers, which feeds and relays between nodes are.

#include "switch_world.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("a direct consumer ends after its producer's last message") {
  switch_world w;
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto producer = w.add_producer(a);
  const auto direct = w.add_consumer(producer, {});
  w.add_consumer(producer, b);
  CHECK(w.browsers.send(w.clients.at(a), 0, net::sctp_ppid::string,
                        octets_of("last"), {}, w.now)
        == net::sctp_send_result::sent);
  while (auto x = w.browsers.poll_packet())
    w.node.handle_records(a, {x->octets});
  w.node.remove_producer(producer, w.now);
  w.run();
  REQUIRE(w.events.size() >= 2);
  const auto ended = w.events_of<data_consumer_ended>();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].consumer == direct);
  CHECK(ended[0].why == data_end_reason::producer_gone);
  CHECK(std::holds_alternative<data_consumer_ended>(w.events.back()));
  CHECK(w.events_of<data_arrived>().size() == 1);
}

TEST_CASE("a direct producer that asks for it learns what was passed on") {
  switch_world w;
  const auto silent = w.add_producer({});
  const auto asking = data_producer_key{500};
  REQUIRE(!w.node.add_producer({asking, {}, 0, false, true}));
  for (const auto by : {silent, asking}) {
    w.speak(by, {net::sctp_ppid::string, octets_of("1")});
    w.speak(by, {net::sctp_ppid::string, octets_of("2")});
  }
  w.run();
  const auto taken = w.events_of<data_taken>();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].producer == asking);
  CHECK(taken[0].messages == 2);
}
