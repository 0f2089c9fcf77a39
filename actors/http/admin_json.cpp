#include "actors/http/admin_json.hpp"

#include "protocol/json/flat_json.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

using protocol::flat_json;
using protocol::media_kind;

// The JSON array of what `write` returns for each element. An element for which
// it returns an empty text is left out.
template <class List, class Write>
std::string array_of(const List& list, Write write) {
  std::string out = "[";
  for (const auto& x : list) {
    auto text = write(x);
    if (out.size() > 1 && !text.empty())
      out += ',';
    out += text;
  }
  return out + "]";
}

std::string_view to_text(media_kind x) {
  return x == media_kind::audio ? "audio" : "video";
}

// The data producers on which the server itself sends in the room.
std::string server_channels_json(const room_report& x) {
  return array_of(x.data_producers, [](const auto& channel) {
    if (!channel.peer.empty())
      return std::string{};
    flat_json out;
    out.add("dataProducerId", channel.id.str()).add("label", channel.label);
    return out.str();
  });
}

flat_json summary(const room_report& x) {
  auto count = [&](media_kind kind) {
    return std::ranges::count(x.producers, kind,
                              [](const auto& p) { return p.info.kind; });
  };
  flat_json out;
  out.add("id", x.id.str())
      .add("members", x.members.size())
      .add("audioProducers", count(media_kind::audio))
      .add("videoProducers", count(media_kind::video))
      .add("locked", x.locked)
      .add_raw("serverChannels", server_channels_json(x));
  if (x.host)
    out.add("hostId", x.host->str());
  return out;
}

flat_json to_json(const protocol::producer_info& x) {
  flat_json out;
  out.add("id", x.id.str())
      .add("peerId", x.peer.str())
      .add("kind", to_text(x.kind))
      .add("paused", x.paused);
  return out;
}

flat_json to_json(const protocol::data_producer_info& x) {
  flat_json out;
  out.add("id", x.id.str())
      .add("peerId", x.peer.str())
      .add("label", x.label)
      .add("protocol", x.protocol)
      .add("paused", x.paused);
  return out;
}

int64_t natural(int64_t x) {
  return std::max<int64_t>(x, 0);
}

std::string http_json(const net::http_server_stats& x) {
  flat_json out;
  out.add("connections", x.connections)
      .add("accepted", x.accepted)
      .add("refused", x.refused)
      .add("requests", x.requests)
      .add("webSockets", x.websockets)
      .add("engineIoSessions", x.engineio_sessions)
      .add("slowReadersClosed", x.slow_readers_closed);
  return out.str();
}

std::string media_json(const metrics_snapshot& x) {
  flat_json out;
  out.add("packetsReceived", x.received.packets)
      .add("bytesReceived", x.received.octets)
      .add("packetsSent", x.sent.packets)
      .add("bytesSent", x.sent.octets)
      .add("retransmittedPacketsSent", x.sent.rtx_packets)
      .add("datagramsReceived", x.port.datagrams_received)
      .add("datagramsSent", x.port.datagrams_sent);
  return out.str();
}

std::string process_json(const metrics_snapshot& x) {
  flat_json out;
  out.add("cpuSeconds",
          std::chrono::duration<double>(x.process.cpu_time).count())
      .add("cores", x.cores)
      .add("residentBytes", x.process.resident_bytes)
      .add("openFiles", x.process.open_files)
      .add("startTime", x.process.start_time);
  return out.str();
}

} // namespace

std::string server_stats_json(const metrics_snapshot& x) {
  auto count = [&](object_kind kind) {
    return natural(x.objects[static_cast<size_t>(kind)]);
  };
  int64_t transports = 0;
  for (const auto& kind : x.transports)
    for (auto phase : kind)
      transports += phase;
  flat_json out;
  out.add("version", x.version)
      .add("rooms", count(object_kind::room))
      .add("sessions", count(object_kind::session))
      .add("peers", count(object_kind::peer))
      .add("transports", natural(transports))
      .add("producers", count(object_kind::producer))
      .add("consumers", count(object_kind::consumer))
      .add("dataProducers", count(object_kind::data_producer))
      .add("dataConsumers", count(object_kind::data_consumer))
      .add("overload", to_string(x.overload.level))
      .add("draining", x.draining)
      .add_raw("http", http_json(x.http))
      .add_raw("media", media_json(x))
      .add_raw("process", process_json(x));
  return out.str();
}

std::string room_list_json(const std::vector<room_report>& rooms,
                           const std::string& next) {
  flat_json out;
  out.add_raw("rooms",
              array_of(rooms, [](const auto& x) { return summary(x).str(); }));
  if (!next.empty())
    out.add("next", next);
  return out.str();
}

std::string room_json(const room_report& x) {
  return summary(x).str();
}

std::string room_stats_json(const room_report& x,
                            const std::vector<producer_stats>& producers) {
  return summary(x)
      .add_raw(
          "producers",
          array_of(
              producers,
              [](const auto& p) {
                return to_json(p.info).add_raw("stats", p.stats.text).str();
              }))
      .str();
}

std::string peer_list_json(const room_report& x) {
  flat_json out;
  out.add_raw("peers", array_of(x.members, [&](const auto& member) {
                return peer_json(x, member);
              }));
  return out.str();
}

std::string peer_json(const room_report& in, const room_report::member& x) {
  flat_json out;
  out.add("id", x.who.id.str())
      .add("name", x.who.name)
      .add("audioMuted", x.who.audio_muted)
      .add("videoPaused", x.who.video_paused)
      .add("moderator", x.moderates)
      .add_raw("device", x.who.device.text)
      .add_raw("producers", array_of(in.producers,
                                     [&](const auto& p) {
                                       return p.info.peer == x.who.id
                                                  ? to_json(p.info).str()
                                                  : std::string{};
                                     }))
      .add_raw("dataProducers", array_of(in.data_producers, [&](const auto& p) {
                 return p.peer == x.who.id ? to_json(p).str() : std::string{};
               }));
  return out.str();
}

std::string peer_stats_json(const peer_id& id,
                            const protocol::json_text& stats) {
  flat_json out;
  out.add("id", id.str()).add_raw("stats", stats.text);
  return out.str();
}

} // namespace troupe::actors
