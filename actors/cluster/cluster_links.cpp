#include "actors/cluster/cluster_links.hpp"

#include <unistd.h>

#include <utility>

namespace troupe::actors {

namespace {

// A header of BASP, the list of stages, and the name of the message's type.
constexpr uint64_t frame_octets = 64;

uint64_t octets_of(const std::vector<std::string>& x) {
  uint64_t sum = 0;
  for (const auto& s : x)
    sum += s.size() + 2;
  return sum;
}

} // namespace

open_link::~open_link() {
  if (link_.descriptor >= 0)
    ::close(link_.descriptor);
}

int open_link::take_descriptor() {
  return std::exchange(link_.descriptor, -1);
}

uint64_t wire_size(const link_hello& x) {
  return frame_octets + sizeof(link_hello) + x.name.size()
         + x.public_url.size();
}

uint64_t wire_size(const seen&) {
  return frame_octets + sizeof(seen);
}

uint64_t wire_size(const rooms_changed& x) {
  return frame_octets + octets_of(x.opened) + octets_of(x.closed);
}

uint64_t wire_size(const rooms_snapshot& x) {
  return frame_octets + octets_of(x.rooms);
}

uint64_t wire_size(const room_message& x) {
  const auto entry = [](const part_entry<std::string>& y) {
    return 64 + y.key.id.size() + y.owner.size() + y.payload.size();
  };
  size_t octets = 128;
  if (const auto* snapshot = std::get_if<room_snapshot>(&x))
    for (const auto& y : snapshot->part.entries)
      octets += entry(y);
  else if (const auto* delta = std::get_if<room_delta>(&x))
    for (const auto& y : delta->changes)
      octets += 32 + entry(y.entry);
  else if (const auto* relayed = std::get_if<data_relay>(&x))
    for (const auto& y : relayed->messages)
      octets += 8 + y.content.size();
  else if (const auto* said = std::get_if<server_said>(&x))
    octets += said->message.content.size();
  else if (const auto* told = std::get_if<chat_told>(&x))
    for (const auto& y : told->messages)
      octets += 64 + y.peer.size() + y.name.size() + y.label.size()
                + y.text.size() + y.id.size();
  return octets + 64;
}

uint64_t wire_size(const admin_ask& x) {
  return frame_octets + sizeof(admin_ask) + x.method.size() + x.target.size()
         + x.body.size();
}

uint64_t wire_size(const admin_answer& x) {
  return frame_octets + sizeof(admin_answer) + x.elsewhere.size()
         + x.body.size();
}

uint64_t wire_size(const goodbye&) {
  return frame_octets;
}

node_report to_report(const cluster_neighbour& x) {
  node_report out;
  out.name = x.name;
  out.incarnation = x.incarnation;
  out.state = x.state;
  out.level = x.level;
  out.load = x.hello.load;
  out.draining = x.hello.draining;
  out.media = x.media.str();
  out.public_url = x.hello.public_url;
  out.rooms = x.hello.rooms;
  out.members = x.hello.members;
  out.rtt = std::chrono::duration_cast<std::chrono::microseconds>(x.rtt);
  out.clock_offset = x.clock_offset;
  out.since = to_milliseconds(x.since);
  return out;
}

cluster_report first_report(const cluster_service_settings& settings,
                            net::time_point started) {
  const auto& me = settings.port.self;
  auto facts = settings.facts ? settings.facts() : node_facts{};
  node_report self;
  self.name = me.node;
  self.incarnation = me.incarnation;
  self.level = me.level;
  self.load = facts.load;
  self.draining = facts.draining;
  self.media = me.media.str();
  self.public_url = settings.public_url;
  self.rooms = facts.rooms;
  self.members = facts.members;
  self.since = to_milliseconds(started);
  cluster_report out;
  out.cluster = me.cluster;
  out.nodes.push_back(std::move(self));
  return out;
}

std::chrono::milliseconds to_milliseconds(net::time_point x) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      x.time_since_epoch());
}

} // namespace troupe::actors
