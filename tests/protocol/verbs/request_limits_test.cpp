#include "protocol/verbs/request_limits.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace troupe::protocol;

namespace {

std::string long_text(size_t size) {
  return std::string(size, 'x');
}

std::string fault_of(request what) {
  const auto excess = find_excess(what);
  if (!excess)
    return {};
  CHECK(excess->code == error_code::bad_request);
  return excess->message;
}

struct row {
  std::string member;
  size_t limit;
  request (*make)(const std::string& text);
};

const std::vector<row> rows{
    {"roomId", 256,
     [](const auto& x) {
       return request{verb::get_capabilities{room_id{x}}};
     }},
    {"roomId", 256,
     [](const auto& x) {
       return request{verb::create_room{room_id{x}}};
     }},
    {"roomId", 256,
     [](const auto& x) {
       return request{verb::join{room_id{x}, peer_id{"a"}, "A", {}}};
     }},
    {"peerId", 256,
     [](const auto& x) {
       return request{verb::join{room_id{"r"}, peer_id{x}, "A", {}}};
     }},
    {"displayName", 256,
     [](const auto& x) {
       return request{verb::join{room_id{"r"}, peer_id{"a"}, x, {}}};
     }},
    {"rejoinSecret", 256,
     [](const auto& x) {
       verb::join out;
       out.rejoin_secret = x;
       return request{out};
     }},
    {"device", 1024,
     [](const auto& x) {
       verb::join out;
       out.device.text = x;
       return request{out};
     }},
    {"displayName", 256,
     [](const auto& x) {
       return request{verb::announce{x, {}, {}}};
     }},
    {"device", 1024,
     [](const auto& x) {
       return request{verb::announce{"A", {x}, {}}};
     }},
    {"displayName", 256,
     [](const auto& x) {
       return request{verb::set_display_name{x}};
     }},
    {"transportId", 256,
     [](const auto& x) {
       return request{verb::restart_ice{transport_id{x}}};
     }},
    {"ip", 256,
     [](const auto& x) {
       verb::connect_transport out;
       out.plain = plain_address{x, 5};
       return request{out};
     }},
    {"transportId", 256,
     [](const auto& x) {
       verb::produce out;
       out.transport = transport_id{x};
       return request{out};
     }},
    {"appData", 16 * 1024,
     [](const auto& x) {
       verb::produce out;
       out.app_data.text = x;
       return request{out};
     }},
    {"producerId", 256,
     [](const auto& x) {
       verb::consume out;
       out.producer = producer_id{x};
       return request{out};
     }},
    {"consumerId", 256,
     [](const auto& x) {
       return request{verb::close_consumer{consumer_id{x}}};
     }},
    {"id", 256,
     [](const auto& x) {
       return request{verb::get_stats{x}};
     }},
    {"peerId", 256,
     [](const auto& x) {
       return request{verb::kick{peer_id{x}}};
     }},
    {"peerId", 256,
     [](const auto& x) {
       return request{verb::mute{peer_id{x}, {}}};
     }},
    {"peerId", 256,
     [](const auto& x) {
       return request{verb::ask_to_unmute{peer_id{x}}};
     }},
    {"peerId", 256,
     [](const auto& x) {
       return request{verb::make_host{peer_id{x}}};
     }},
    {"knockId", 256,
     [](const auto& x) {
       return request{verb::let_in{knock_id{x}}};
     }},
    {"message", 1024,
     [](const auto& x) {
       return request{verb::message_lobby{x}};
     }},
    {"label", 1024,
     [](const auto& x) {
       verb::produce_data out;
       out.label = x;
       return request{out};
     }},
    {"protocol", 1024,
     [](const auto& x) {
       verb::produce_data out;
       out.protocol = x;
       return request{out};
     }},
    {"appData", 16 * 1024,
     [](const auto& x) {
       verb::produce_data out;
       out.app_data.text = x;
       return request{out};
     }},
    {"dataProducerId", 256,
     [](const auto& x) {
       verb::consume_data out;
       out.data_producer = data_producer_id{x};
       return request{out};
     }},
    {"dataConsumerId", 256,
     [](const auto& x) {
       return request{verb::get_data_buffered{data_consumer_id{x}}};
     }},
};

} // namespace

TEST_CASE("each member of a request has a maximum length") {
  for (const auto& x : rows) {
    CAPTURE(x.member);
    CHECK_EQ(fault_of(x.make(long_text(x.limit))), "");
    for (const auto size : {x.limit + 1, size_t{200'000}})
      CHECK_EQ(fault_of(x.make(long_text(size))),
               x.member + ": must have at most " + std::to_string(x.limit)
                   + " octets");
  }
}

TEST_CASE("a request without a member does not exceed its limit") {
  CHECK_EQ(fault_of(verb::leave{}), "");
  CHECK_EQ(fault_of(verb::restart_ice{}), "");
  CHECK_EQ(fault_of(verb::create_transport{}), "");
  CHECK_EQ(fault_of(verb::connect_transport{}), "");
}
