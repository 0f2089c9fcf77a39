#include "net/sctp/dcep.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

TEST_CASE("a written DATA_CHANNEL_OPEN is parsed back") {
  for (const auto& how :
       {sctp_reliability{}, sctp_reliability{.ordered = false},
        sctp_reliability{.max_retransmits = 0},
        sctp_reliability{.ordered = false, .max_retransmits = 65535},
        sctp_reliability{.ordered = false, .max_packet_lifetime_ms = 3000}}) {
    const auto wire = write_dcep_open({how, 256, "chat", "json"});
    const auto read = parse_dcep_open(wire);
    REQUIRE(read);
    CHECK(read->reliability == how);
    CHECK(read->priority == 256);
    CHECK(read->label == "chat");
    CHECK(read->protocol == "json");
  }
}

TEST_CASE("a DATA_CHANNEL_OPEN has its fields as in RFC 8832, section 5.1") {
  const uint8_t wire[] = {0x03, 0x82, 0x01, 0x00, 0x00, 0x00, 0x01, 0x2c,
                          0x00, 0x02, 0x00, 0x01, 'a',  'b',  'c'};
  const auto read = parse_dcep_open(wire);
  REQUIRE(read);
  CHECK(!read->reliability.ordered);
  CHECK(read->reliability.max_packet_lifetime_ms == 300);
  CHECK(!read->reliability.max_retransmits);
  CHECK(read->label == "ab");
  CHECK(read->protocol == "c");
}

TEST_CASE("an incomplete or invalid DATA_CHANNEL_OPEN is refused") {
  auto wire = write_dcep_open({{}, 0, "label", "p"});
  for (size_t size = 0; size < wire.size(); ++size)
    CHECK(!parse_dcep_open({wire.data(), size}));
  auto longer = wire;
  longer.push_back(0);
  CHECK(!parse_dcep_open(longer));
  auto ack = wire;
  ack[0] = dcep_ack;
  CHECK(!parse_dcep_open(ack));
  auto strange = wire;
  strange[1] = 3;
  CHECK(!parse_dcep_open(strange));
}
