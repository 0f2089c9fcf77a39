#include "actors/sctp/sctp_actor.hpp"
#include "switch_world.hpp"
#include "tests/actors/support/actor_world.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::test;

namespace {

using texts = std::vector<std::string>;

data_message message(std::string_view text) {
  return {net::sctp_ppid::string, octets_of(text)};
}

/// A switch that gets its clients' packets only when `arrive` is called.
struct slow_world : switch_world {
  using switch_world::switch_world;

  // The client sends a message; the switch has not received it yet.
  void send(transport_key by, net::sctp_stream_id stream,
            std::string_view text) {
    REQUIRE(browsers.send(clients.at(by), stream, net::sctp_ppid::string,
                          octets_of(text), {}, now)
            == net::sctp_send_result::sent);
  }

  // Delivers the packets that clients have sent; the switch only queues them.
  void arrive() {
    while (auto x = browsers.poll_packet())
      for (const auto& [key, id] : clients)
        if (id == x->association)
          node.handle_records(key, {x->octets});
  }

  uint64_t sent_to(data_consumer_key which) const {
    return node.stats(which).messages_sent;
  }
};

} // namespace

TEST_CASE("a flood from one client does not delay the message of another") {
  slow_world w;
  const auto flooder = w.add_client();
  const auto target = w.add_client();
  const auto ann = w.add_client();
  const auto bob = w.add_client();
  const auto flood = w.add_producer(flooder);
  std::vector<data_consumer_key> flooded;
  for (int i = 0; i < 60; ++i)
    flooded.push_back(w.add_consumer(flood, target, {.max_retransmits = 0}));
  const auto source = w.add_producer(ann);
  const auto sink = w.add_consumer(source, bob);
  constexpr int count = 200;
  for (int i = 0; i < count; ++i)
    w.send(flooder, 0, "x");
  w.arrive();
  w.send(ann, 0, "hello");
  w.arrive();
  const auto before = w.node.totals().messages_sent;
  while (w.sent_to(sink) == 0 && w.node.do_work(data_switch::quantum, w.now))
    continue;
  REQUIRE(w.sent_to(sink) == 1);
  CHECK(w.node.totals().messages_sent - before <= 2 * data_switch::quantum);
  // The flood still arrives, except for what the queues cannot hold.
  w.pass(2s);
  CHECK(w.node.stats(flood).messages_received == count);
  for (auto x : flooded)
    CHECK(w.sent_to(x) + w.node.stats(x).messages_dropped == count);
  CHECK(w.got[bob] == texts{"hello"});
}

TEST_CASE("a message with many receivers takes several turns") {
  slow_world w;
  const auto a = w.add_client();
  const auto loud = w.add_producer({});
  const auto calm = w.add_producer({});
  std::vector<data_consumer_key> all;
  for (size_t i = 0; i < 10 * data_switch::quantum; ++i)
    all.push_back(w.add_consumer(loud, {}));
  const auto sink = w.add_consumer(calm, a);
  w.node.queue_direct(loud, message("to all"));
  w.node.queue_direct(calm, message("to one"));
  CHECK(w.node.do_work(data_switch::quantum, w.now));
  auto reached = [&] {
    return std::ranges::count_if(
        all, [&](auto x) { return w.sent_to(x) == uint64_t{1}; });
  };
  CHECK(reached() < 40);
  CHECK(w.node.do_work(1, w.now));
  // One unit for the message, one for its consumer.
  CHECK(w.sent_to(sink) == 0);
  w.work();
  CHECK(reached() == std::ssize(all));
  CHECK(w.sent_to(sink) == 1);
  // A large message costs more of a turn than a small one.
  w.node.queue_direct(loud, message(std::string(10 * 1024, 'x')));
  CHECK(w.node.do_work(data_switch::quantum, w.now));
  CHECK(w.sent_to(all[3]) == 1);
  w.work();
  CHECK(w.sent_to(all[3]) == 2);
}

TEST_CASE("consumers may be added and removed while a message is sent to all") {
  slow_world w;
  const auto producer = w.add_producer({});
  std::vector<data_consumer_key> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(w.add_consumer(producer, {}));
  w.node.queue_direct(producer, message("one"));
  w.node.queue_direct(producer, message("two"));
  REQUIRE(w.node.do_work(11, w.now)); // the message, and ten receivers
  REQUIRE(w.sent_to(all[9]) == 1);
  REQUIRE(w.sent_to(all[10]) == 0);
  for (auto gone : {0, 5, 9, 10, 50, 99})
    w.node.remove_consumer(all[static_cast<size_t>(gone)], w.now);
  const auto late = w.add_consumer(producer, {});
  w.work();
  for (size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    const auto gone =
        i == 0 || i == 5 || i == 9 || i == 10 || i == 50 || i == 99;
    CHECK(w.sent_to(all[i]) == (gone ? 0 : 2));
  }
  CHECK(w.sent_to(late) == 2);
}

TEST_CASE(
    "messages received before a producer is removed are still delivered") {
  slow_world w;
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto producer = w.add_producer(a);
  const auto consumer = w.add_consumer(producer, b);
  const auto source = w.add_producer({});
  const auto sink = w.add_consumer(source, b);
  w.send(a, 0, "last words");
  w.arrive();
  w.node.queue_direct(source, message("so are these"));
  SUBCASE("its member closes the producer") {
    w.node.remove_producer(producer, w.now);
    w.node.remove_producer(producer, w.now);
    w.node.remove_producer(source, w.now);
  }
  SUBCASE("its member leaves") {
    w.node.remove_producer(producer, w.now);
    w.node.remove_producer(source, w.now);
    w.node.close(a, w.now);
    CHECK(w.node.stats(a).state == net::sctp_state::fresh); // it has ended
    CHECK(w.node.add_producer({data_producer_key{99}, a, 9, false}));
  }
  // Consumers end with their producer.
  w.node.remove_consumer(consumer, w.now);
  w.node.remove_consumer(sink, w.now);
  w.run();
  auto got = w.got[b];
  std::ranges::sort(got);
  CHECK(got == texts{"last words", "so are these"});
  CHECK_FALSE(w.node.stats(consumer).open);
  CHECK_FALSE(w.node.stats(sink).open);
  CHECK_FALSE(w.node.do_work(data_switch::quantum, w.now));
  // Its stream is free again if its client is still connected.
  w.pass(500ms);
  if (w.node.stats(a).state == net::sctp_state::connected)
    w.add_producer(a);
}

TEST_CASE("the backlog of a receiver is sent in turns") {
  slow_world w;
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto producer = w.add_producer({});
  const auto slow = w.add_consumer(producer, a);
  const auto calm = w.add_producer({});
  const auto fast = w.add_consumer(calm, b);
  w.deaf[a] = true;
  constexpr uint64_t count = 5'000;
  for (uint64_t i = 0; i < count; ++i)
    w.speak(producer, message("x"));
  w.deaf.clear();
  // The client receives again; each step is one quantum.
  uint64_t most = 0;
  for (int i = 0; i < 20'000 && w.sent_to(slow) < count; ++i) {
    w.now += 1ms;
    if (auto at = w.node.poll_timeout(); at && *at <= w.now)
      w.node.handle_timeout(w.now);
    if (auto at = w.browsers.poll_timeout(); at && *at <= w.now)
      w.browsers.handle_timeout(w.now);
    while (auto x = w.node.poll_records())
      for (const auto& record : x->records)
        w.browsers.handle_record(w.clients.at(x->transport), record, w.now);
    w.arrive();
    const auto before = w.sent_to(slow);
    w.node.do_work(data_switch::quantum, w.now);
    most = std::max(most, w.sent_to(slow) - before);
  }
  CHECK(w.sent_to(slow) == count);
  CHECK(most <= data_switch::quantum);
  w.speak(calm, message("hello"));
  CHECK(w.sent_to(fast) == 1);
}

TEST_CASE("the backlog of messages from the server is bounded") {
  slow_world w{{.buffer_octets = 1'000'000}};
  const auto producer = w.add_producer({});
  const auto block = octets_of(std::string(10'000, 'b'));
  for (int i = 0; i < 110; ++i)
    w.node.queue_direct(producer, {net::sctp_ppid::binary, block});
  CHECK(w.node.totals().messages_dropped == 11);
  w.work();
  CHECK(w.node.stats(producer).messages_received == 99);
  CHECK(block.use_count() == 1);
  w.node.queue_direct(producer, {net::sctp_ppid::binary, block});
  w.work();
  CHECK(w.node.stats(producer).messages_received == 100);
}

TEST_CASE("a record counts against the gauge until it is processed") {
  slow_world w;
  const auto a = w.add_client();
  const auto cost = waiting_octets(std::vector<uint8_t>(1000));
  CHECK(cost == 1064);
  const auto gauge = std::make_shared<in_flight_gauge>(max_waiting_data);
  auto fill = [&] {
    data_records out;
    while (gauge->admit(cost))
      out.emplace_back(1000);
    return out;
  };
  auto records = fill();
  CHECK(records.size() == size_t{max_waiting_data} / 1064);
  w.node.handle_records(a, std::move(records), gauge);
  CHECK_FALSE(gauge->admit(cost));
  REQUIRE(w.node.do_work(1, w.now));
  CHECK(gauge->admit(cost));
  gauge->leave(cost);
  w.work();
  CHECK(fill().size() == size_t{max_waiting_data} / 1064);
  // Records for an unknown transport are not kept.
  w.node.handle_records(transport_key{99},
                        data_records(100, std::vector<uint8_t>(1000)), gauge);
  CHECK(fill().size() == 100);
}

TEST_CASE("the sctp actor handles other messages between its turns") {
  using namespace troupe::actors;
  actor_world world;
  auto sctp = spawn_sctp(*world.system, {});
  caf::scoped_actor self{*world.system};
  const auto producer = data_producer_key{1};
  caf::anon_send(sctp, add_data_producer{producer, std::nullopt, 0, false, {}});
  constexpr uint64_t listeners = 2'000;
  for (uint64_t i = 0; i < listeners; ++i)
    caf::anon_send(
        sctp, add_data_consumer{
                  data_consumer_key{i + 1}, producer, {}, {}, {}, false, {}});
  world.run();
  auto sent_count = [&] {
    auto answer =
        self->request(sctp, caf::infinite,
                      get_data_consumer_stats{data_consumer_key{listeners}});
    while (!self->has_next_message())
      REQUIRE(world.scheduler().try_run_once());
    uint64_t out = 0;
    answer.receive([&](const data_consumer_stats& x) { out = x.messages_sent; },
                   [](const caf::error&) { FAIL("no figures"); });
    return out;
  };
  caf::anon_send(
      sctp, send_direct_data{producer, {message("hello"), message("all")}});
  CHECK(sent_count() == 0);
  CHECK(sent_count() == 0);
  world.run();
  CHECK(sent_count() == 2);
  caf::anon_send_exit(sctp, caf::exit_reason::user_shutdown);
  world.run();
}
