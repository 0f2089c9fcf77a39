#include "switch_world.hpp"

using namespace troupe;
using namespace troupe::test;

using world = switch_world;

TEST_CASE("an event says that a consumer's backlog fell to its threshold") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer({});
  const auto consumer = w.add_consumer(producer, a);
  const auto low = [&] {
    return w.events_of<data_buffered_low>();
  };
  // The backlog is empty, so the event comes at once.
  w.node.set_low_threshold(consumer, 100'000);
  w.run();
  REQUIRE(low().size() == 1);
  CHECK(low()[0].consumer == consumer);
  CHECK(low()[0].octets == 0);
  w.deaf[a] = true;
  const auto block = octets_of(std::string(10'000, 'b'));
  for (int i = 0; i < 80; ++i)
    w.speak(producer, {net::sctp_ppid::binary, block});
  w.run();
  CHECK(w.node.stats(consumer).buffered_amount >= 790'000);
  CHECK(low().size() == 1);
  w.deaf.clear();
  w.pass(10s);
  REQUIRE(low().size() == 2);
  CHECK(low()[1].octets <= 100'000);
  CHECK(w.node.stats(consumer).buffered_amount == 0);
  // The backlog exceeds it again; a removed consumer gets no event.
  w.deaf[a] = true;
  for (int i = 0; i < 20; ++i)
    w.speak(producer, {net::sctp_ppid::binary, block});
  w.node.remove_consumer(consumer, w.now);
  w.deaf.clear();
  w.pass(10s);
  CHECK(low().size() == 2);
}

TEST_CASE("a threshold below the present backlog causes an event once it is "
          "reached") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer({});
  const auto consumer = w.add_consumer(producer, a);
  w.deaf[a] = true;
  w.speak(producer, {net::sctp_ppid::binary, octets_of(std::string(500, 'b'))});
  w.node.set_low_threshold(consumer, 499);
  w.run();
  CHECK(w.events_of<data_buffered_low>().empty());
  w.node.set_low_threshold(consumer, 500);
  w.run();
  CHECK(w.events_of<data_buffered_low>().size() == 1);
  w.node.set_low_threshold(consumer, 0);
  w.deaf.clear();
  w.pass(5s);
  REQUIRE(w.events_of<data_buffered_low>().size() == 2);
  CHECK(w.events_of<data_buffered_low>()[1].octets == 0);
}

TEST_CASE("statistics name the stream and say whether the channel is open") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer(a, 5);
  const auto consumer = w.add_consumer(producer, a);
  const auto direct = w.add_producer({});
  CHECK(w.node.stats(producer).stream == 5);
  CHECK(w.node.stats(producer).open);
  CHECK(w.node.stats(consumer).stream == w.streams[consumer]);
  CHECK(w.node.stats(consumer).open);
  CHECK_FALSE(w.node.stats(direct).stream);
  CHECK(w.node.stats(direct).open);
  w.browsers.close(w.clients[a], w.now);
  w.run();
  CHECK_FALSE(w.node.stats(producer).open);
}
