#include "actors/peer/peer_data_table.hpp"

#include <doctest/doctest.h>

using namespace troupe::actors;

namespace {

data_producer_record producer(const std::string& id, const char* on = "a") {
  return {.id = data_producer_id{id}, .transport = transport_id{on}};
}

data_consumer_record consumer(const std::string& id, const char* of = "p",
                              const char* on = "a") {
  return {.id = data_consumer_id{id},
          .transport = transport_id{on},
          .producer = data_producer_id{of}};
}

} // namespace

TEST_CASE("a peer may add data producers and consumers up to its limits") {
  peer_data_table table;
  CHECK_FALSE(table.may_add_producer());
  table.set_limits(1, 2);
  CHECK(table.may_add_producer());
  table.add(producer("p"));
  CHECK_FALSE(table.may_add_producer());
  table.add(consumer("1"));
  CHECK(table.may_add_consumer());
  table.add(consumer("2"));
  CHECK_FALSE(table.may_add_consumer());
  CHECK(table.remove(data_consumer_id{"1"}));
  CHECK_FALSE(table.remove(data_consumer_id{"1"}));
  CHECK(table.may_add_consumer());
  CHECK(table.remove(data_producer_id{"p"}));
  CHECK(table.may_add_producer());
}

TEST_CASE("a peer may consume one data producer 64 times") {
  peer_data_table table;
  for (int i = 0; i < 64; ++i) {
    CHECK(table.may_consume_again(data_producer_id{"p"}));
    table.add(consumer(std::to_string(i)));
  }
  CHECK_FALSE(table.may_consume_again(data_producer_id{"p"}));
  CHECK(table.may_consume_again(data_producer_id{"q"}));
  CHECK(table.consumed().size() == 64);
}

TEST_CASE("a table tells which data consumers a transport carries") {
  peer_data_table table;
  table.add(consumer("1", "p", "a"));
  table.add(consumer("2", "q", "b"));
  table.add(consumer("3", "p", "b"));
  auto on_b = table.consumers().on(transport_id{"b"});
  REQUIRE(on_b.size() == 2);
  CHECK(on_b[0].id == data_consumer_id{"2"});
  CHECK(on_b[1].id == data_consumer_id{"3"});
  CHECK(table.consumers().has_any_on(transport_id{"a"}));
  CHECK_FALSE(table.consumers().has_any_on(transport_id{"c"}));
}

TEST_CASE("a data producer whose channel was closed is remembered once") {
  peer_data_table table;
  table.note_closed(data_producer_id{"p"});
  CHECK_FALSE(table.forget_closed(data_producer_id{"q"}));
  CHECK(table.forget_closed(data_producer_id{"p"}));
  CHECK_FALSE(table.forget_closed(data_producer_id{"p"}));
}

TEST_CASE("of data producers whose channels were closed, 64 are remembered") {
  peer_data_table table;
  for (int i = 0; i <= 64; ++i)
    table.note_closed(data_producer_id{std::to_string(i)});
  CHECK_FALSE(table.forget_closed(data_producer_id{"0"}));
  CHECK(table.forget_closed(data_producer_id{"1"}));
  CHECK(table.forget_closed(data_producer_id{"64"}));
}
