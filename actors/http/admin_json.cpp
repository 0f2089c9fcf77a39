#include "actors/http/admin_json.hpp"

#include "protocol/json/json_writer.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

using protocol::json_writer;
using protocol::media_kind;

// Adds an array; `write` adds what it writes of each element, if anything.
template <class List, class Write>
void add_array(json_writer& out, std::string_view name, const List& list,
               Write write) {
  out.key(name).begin_array();
  for (const auto& x : list)
    write(x);
  out.end_array();
}

void add_names(json_writer& out, std::string_view name,
               const std::vector<std::string>& list) {
  add_array(out, name, list, [&](const auto& x) { out.value(x); });
}

// Begins the description of a room, which the caller ends.
void start_room(json_writer& out, const room_report& x) {
  auto count = [&](media_kind kind) {
    return std::ranges::count(x.producers, kind,
                              [](const auto& p) { return p.info.kind; });
  };
  out.begin_object()
      .add("id", x.id.str())
      .add("members", x.members.size())
      .add("audioProducers", count(media_kind::audio))
      .add("videoProducers", count(media_kind::video))
      .add("locked", x.locked)
      .add("lobby", x.lobby)
      .add("waiting", x.waiting);
  // The data producers on which the server itself sends in the room.
  add_array(out, "serverChannels", x.data_producers, [&](const auto& channel) {
    if (channel.peer.empty())
      out.begin_object()
          .add("dataProducerId", channel.id.str())
          .add("label", channel.label)
          .end_object();
  });
  if (x.host)
    out.add("hostId", x.host->str());
  if (!x.nodes.empty())
    add_names(out, "nodes", x.nodes);
}

// Begins the description of a producer, which the caller ends.
void start_producer(json_writer& out, const protocol::producer_info& x) {
  out.begin_object()
      .add("id", x.id.str())
      .add("peerId", x.peer.str())
      .add("kind", to_string(x.kind))
      .add("paused", x.paused);
}

void write_data_producer(json_writer& out,
                         const protocol::data_producer_info& x) {
  out.begin_object()
      .add("id", x.id.str())
      .add("peerId", x.peer.str())
      .add("label", x.label)
      .add("protocol", x.protocol)
      .add("paused", x.paused)
      .end_object();
}

void write_peer(json_writer& out, const room_report& in,
                const room_report::member& x) {
  out.begin_object()
      .add("id", x.who.id.str())
      .add("name", x.who.name)
      .add("audioMuted", x.who.audio_muted)
      .add("videoPaused", x.who.video_paused)
      .add("moderator", x.moderates)
      .add_raw("device", x.who.device.text);
  if (!x.node.empty())
    out.add("node", x.node);
  add_array(out, "producers", in.producers, [&](const auto& p) {
    if (p.info.peer != x.who.id)
      return;
    start_producer(out, p.info);
    out.end_object();
  });
  add_array(out, "dataProducers", in.data_producers, [&](const auto& p) {
    if (p.peer == x.who.id)
      write_data_producer(out, p);
  });
  out.end_object();
}

void add_http(json_writer& out, const net::http_server_stats& x) {
  out.key("http")
      .begin_object()
      .add("connections", x.connections)
      .add("accepted", x.accepted)
      .add("refused", x.refused)
      .add("requests", x.requests)
      .add("webSockets", x.websockets)
      .add("engineIoSessions", x.engineio_sessions)
      .add("slowReadersClosed", x.slow_readers_closed)
      .end_object();
}

void add_media(json_writer& out, const metrics_snapshot& x) {
  out.key("media")
      .begin_object()
      .add("packetsReceived", x.received.packets)
      .add("bytesReceived", x.received.octets)
      .add("packetsSent", x.sent.packets)
      .add("bytesSent", x.sent.octets)
      .add("retransmittedPacketsSent", x.sent.rtx_packets)
      .add("datagramsReceived", x.port.datagrams_received)
      .add("datagramsSent", x.port.datagrams_sent)
      .end_object();
}

void add_process(json_writer& out, const metrics_snapshot& x) {
  out.key("process")
      .begin_object()
      .add("cpuSeconds",
           std::chrono::duration<double>(x.process.cpu_time).count())
      .add("cores", x.cores)
      .add("residentBytes", x.process.resident_bytes)
      .add("openFiles", x.process.open_files)
      .add("startTime", x.process.start_time)
      .end_object();
}

} // namespace

std::string server_stats_json(const metrics_snapshot& x) {
  auto count = [&](object_kind kind) {
    return to_gauge(x.objects[static_cast<size_t>(kind)]);
  };
  int64_t transports = 0;
  for (const auto& kind : x.transports)
    for (auto phase : kind)
      transports += phase;
  json_writer out;
  out.begin_object()
      .add("version", x.version)
      .add("rooms", count(object_kind::room))
      .add("sessions", count(object_kind::session))
      .add("peers", count(object_kind::peer))
      .add("transports", to_gauge(transports))
      .add("producers", count(object_kind::producer))
      .add("consumers", count(object_kind::consumer))
      .add("dataProducers", count(object_kind::data_producer))
      .add("dataConsumers", count(object_kind::data_consumer))
      .add("overload", to_string(x.overload.level))
      .add("draining", x.draining);
  add_http(out, x.http);
  add_media(out, x);
  add_process(out, x);
  return out.end_object().str();
}

std::string room_list_json(const room_list& x) {
  json_writer out;
  out.begin_object();
  add_array(out, "rooms", x.rooms, [&](const auto& y) { out.raw(y.second); });
  if (!x.next.empty())
    out.add("next", x.next);
  if (!x.unanswered.empty())
    add_names(out, "unanswered", x.unanswered);
  return out.end_object().str();
}

std::string room_json(const room_report& x) {
  json_writer out;
  start_room(out, x);
  return out.end_object().str();
}

std::string room_stats_json(const room_report& x,
                            const std::vector<producer_stats>& producers) {
  json_writer out;
  start_room(out, x);
  add_array(out, "producers", producers, [&](const auto& p) {
    start_producer(out, p.info);
    out.add_raw("stats", p.stats.text).end_object();
  });
  return out.end_object().str();
}

std::string peer_list_json(const room_report& x) {
  json_writer out;
  out.begin_object();
  add_array(out, "peers", x.members,
            [&](const auto& member) { write_peer(out, x, member); });
  return out.end_object().str();
}

std::string peer_json(const room_report& in, const room_report::member& x) {
  json_writer out;
  write_peer(out, in, x);
  return out.str();
}

std::string peer_stats_json(const peer_id& id,
                            const protocol::json_text& stats) {
  json_writer out;
  out.begin_object().add("id", id.str()).add_raw("stats", stats.text);
  return out.end_object().str();
}

} // namespace troupe::actors
