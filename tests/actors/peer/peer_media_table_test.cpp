#include "actors/peer/peer_media_table.hpp"

#include "protocol/ortc/supported_capabilities.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using protocol::media_kind;

namespace {

const protocol::rtp_capabilities& everything() {
  return protocol::default_router_rtp_capabilities();
}

protocol::rtp_capabilities only_opus() {
  auto out = everything();
  std::erase_if(out.codecs,
                [](const auto& x) { return x.mime_type != "audio/opus"; });
  return out;
}

/// The tables of a peer that receives on the transports "a" and "b".
struct scene {
  transport_table transports;
  peer_media_table media;

  scene() {
    transports.add({.id = transport_id{"a"}});
    transports.add({.id = transport_id{"b"}});
  }

  void produce(const char* id, media_kind kind = media_kind::audio) {
    media.add(producer_record{
        .id = producer_id{id}, .transport = transport_id{"a"}, .kind = kind});
  }

  /// Consumes the producer "p<age>" under the id "c<age>".
  void consume(producer_age age, const char* on = "a") {
    add("c" + std::to_string(age), "p" + std::to_string(age), age, on);
  }
  consumer_record& add(const std::string& id, const std::string& producer,
                       producer_age age, const char* on = "a") {
    return media.add(consumer_record{.id = consumer_id{id},
                                     .transport = transport_id{on},
                                     .producer = producer_id{producer},
                                     .age = age});
  }
  void stop(producer_age age, bool gone = false) {
    CHECK(media.remove(consumer_id{"c" + std::to_string(age)}, gone));
  }

  producer_search search(bool own_if_alone = false) {
    producer_search out;
    out.wanted.own_if_alone = own_if_alone;
    media.begin_search(out, everything(), transports);
    return out;
  }

  /// A search that finds the producer "p<age>".
  void find(producer_age age, bool consumed) {
    auto by = search();
    note(by, age, consumed);
    if (consumed)
      consume(age);
  }
  void note(producer_search& by, producer_age age, bool consumed) {
    media.note_found(by, producer_id{"p" + std::to_string(age)}, age, consumed,
                     everything());
  }
};

using ages = std::vector<producer_age>;

} // namespace

TEST_CASE("a peer may add producers and consumers up to its limits") {
  scene s;
  CHECK_FALSE(s.media.may_add_producer());
  s.media.set_limits(1, 2);
  CHECK(s.media.may_add_producer());
  s.produce("p");
  CHECK_FALSE(s.media.may_add_producer());
  s.consume(1);
  CHECK(s.media.may_add_consumer());
  s.consume(2);
  CHECK_FALSE(s.media.may_add_consumer());
  s.stop(1);
  CHECK(s.media.may_add_consumer());
  CHECK(s.media.remove(producer_id{"p"}));
  CHECK(s.media.may_add_producer());
}

TEST_CASE("a removed producer or consumer is returned once") {
  scene s;
  s.produce("p");
  s.consume(1, "b");
  auto producer = s.media.remove(producer_id{"p"});
  REQUIRE(producer);
  CHECK(producer->id == producer_id{"p"});
  CHECK_FALSE(s.media.find(producer_id{"p"}));
  CHECK_FALSE(s.media.remove(producer_id{"p"}));
  auto consumer = s.media.remove(consumer_id{"c1"});
  REQUIRE(consumer);
  CHECK(consumer->transport == transport_id{"b"});
  CHECK_FALSE(s.media.find(consumer_id{"c1"}));
  CHECK_FALSE(s.media.remove(consumer_id{"c1"}));
}

TEST_CASE("a mute concerns the active producers of one kind or of both") {
  scene s;
  s.produce("1", media_kind::audio);
  s.produce("2", media_kind::video);
  s.produce("3", media_kind::audio);
  using ids = std::vector<producer_id>;
  CHECK(s.media.active_producers({})
        == ids{producer_id{"1"}, producer_id{"2"}, producer_id{"3"}});
  CHECK(s.media.active_producers(media_kind::video) == ids{producer_id{"2"}});
  s.media.find(producer_id{"1"})->paused = true;
  CHECK(s.media.active_producers(media_kind::audio) == ids{producer_id{"3"}});
}

TEST_CASE("a peer may consume one producer 64 times") {
  scene s;
  for (int i = 0; i < 64; ++i) {
    CHECK(s.media.may_consume_again(5));
    s.add("c" + std::to_string(i), "p5", 5);
  }
  CHECK_FALSE(s.media.may_consume_again(5));
  CHECK(s.media.may_consume_again(4));
  CHECK(s.media.may_consume_again(6));
  s.media.remove(consumer_id{"c7"});
  CHECK(s.media.may_consume_again(5));
}

TEST_CASE("a search continues after the producers that are consumed") {
  scene s;
  CHECK(s.search().wanted.after == 0);
  s.find(3, true);
  s.find(4, true);
  auto next = s.search();
  CHECK(next.wanted.after == 4);
  CHECK(next.wanted.except.empty());
}

TEST_CASE("a search skips what was consumed by its id") {
  scene s;
  s.consume(9);
  s.consume(5);
  s.find(3, true);
  auto next = s.search();
  CHECK(next.wanted.after == 3);
  CHECK(next.wanted.except == ages{5, 9});
}

TEST_CASE(
    "a search offers again what is consumed on a transport that is left") {
  scene s;
  s.consume(5, "a");
  s.consume(9, "b");
  s.transports.find(transport_id{"b"})->leaving = true;
  CHECK(s.search().wanted.except == ages{5});
}

TEST_CASE("a producer is found again once it is no longer consumed") {
  scene s;
  s.find(3, true);
  s.find(4, true);
  s.stop(3);
  auto next = s.search();
  CHECK(next.wanted.after == 2);
  CHECK(next.wanted.except == ages{4});
}

TEST_CASE("a producer that is gone does not make the search begin earlier") {
  scene s;
  s.find(3, true);
  s.find(4, true);
  s.stop(3, true);
  CHECK(s.search().wanted.after == 4);
}

TEST_CASE("a search can begin with the oldest producer again") {
  scene s;
  s.find(3, true);
  s.media.restart_search();
  auto next = s.search();
  CHECK(next.wanted.after == 0);
  CHECK(next.wanted.except == ages{3});
}

TEST_CASE(
    "the end of a consumer of the peer's own producer changes no search") {
  scene s;
  s.produce("p2");
  s.find(4, true);
  CHECK(s.add("c2", "p2", 2).own);
  CHECK_FALSE(s.add("c5", "p5", 5).own);
  s.media.remove(consumer_id{"c2"});
  CHECK(s.search().wanted.after == 4);
}

TEST_CASE("the search of a peer alone skips all that it consumes of its own") {
  scene s;
  s.find(4, true);
  s.produce("p2");
  CHECK(s.search(true).wanted.except.empty());
  s.consume(2);
  CHECK(s.search(false).wanted.except.empty());
  CHECK(s.search(true).wanted.except == ages{2});
}

TEST_CASE("an own producer that was found is skipped, and the search stays") {
  scene s;
  s.produce("p7");
  s.produce("p2");
  s.produce("p4");
  auto by = s.search(true);
  for (producer_age age : {7, 2, 4})
    s.note(by, age, false);
  CHECK(by.wanted.except == ages{2, 4, 7});
  CHECK(by.wanted.after == 0);
  CHECK(s.search().wanted.after == 0);
}

TEST_CASE("a search passes a producer that the client cannot decode") {
  scene s;
  auto by = s.search();
  s.note(by, 3, false);
  CHECK(by.wanted.after == 3);
  CHECK(s.search().wanted.after == 3);
  // A client with other capabilities may decode it.
  producer_search other;
  s.media.begin_search(other, only_opus(), s.transports);
  CHECK(other.wanted.after == 0);
}

TEST_CASE("a producer that was requested by its id changes no search") {
  scene s;
  producer_search by;
  by.wanted.producer = producer_id{"p3"};
  s.note(by, 3, true);
  CHECK(by.wanted.after == 0);
  CHECK(s.search().wanted.after == 0);
}

TEST_CASE("a search without a result begins again if some were passed before") {
  scene s;
  s.find(3, false);
  auto by = s.search();
  CHECK(by.wanted.after == 3);
  CHECK(s.media.search_again(by, everything(), s.transports));
  CHECK(by.wanted.after == 0);
  CHECK_FALSE(s.media.search_again(by, everything(), s.transports));
}

TEST_CASE("a search without a result ends if none was passed before") {
  scene s;
  s.find(3, true);
  auto by = s.search();
  CHECK_FALSE(s.media.search_again(by, everything(), s.transports));
  // It has found one itself, so it knows that there is one.
  s.find(4, false);
  auto knowing = s.search();
  knowing.unfit = true;
  CHECK_FALSE(s.media.search_again(knowing, everything(), s.transports));
  producer_search named;
  named.wanted.producer = producer_id{"p9"};
  named.progress = s.search().progress;
  CHECK_FALSE(s.media.search_again(named, everything(), s.transports));
}

TEST_CASE("a transport that its client has left is replaced first") {
  using namespace std::chrono_literals;
  transport_table table;
  const net::time_point start{100s};
  auto& a = table.add({.id = transport_id{"a"}, .created = start});
  CHECK_FALSE(table.find_replaceable(start + 4999ms));
  CHECK(table.find_replaceable(start + 5s) == &a);
  a.guessed = true;
  CHECK_FALSE(table.find_replaceable(start + 5s));
  a.guessed = false;
  a.connected = true;
  CHECK_FALSE(table.find_replaceable(start + 5s));
  a.connected = false;
  const auto& b =
      table.add({.id = transport_id{"b"}, .connected = true, .leaving = true});
  CHECK(table.find_replaceable(start + 5s) == &b);
  CHECK(table.find_replaceable(start) == &b);
}
