#include "actors/http/metrics.hpp"

#include "actors/http/cluster_metrics.hpp"
#include "actors/http/prometheus_text.hpp"

namespace troupe::actors {

namespace {

// A sample for each value of the enumeration `Enum`, which the label names.
template <class Enum, class Counts>
void add_each(prometheus_text& out, const Counts& counts,
              std::string_view label) {
  for (size_t i = 0; i < counts.size(); ++i)
    out.sample(counts[i], {{label, to_string(static_cast<Enum>(i))}});
}

void add_objects(prometheus_text& out, const metrics_snapshot& x) {
  auto count = [&](object_kind kind) {
    return to_gauge(x.objects[static_cast<size_t>(kind)]);
  };
  out.gauge("troupe_build_info", "The version, as a label; always 1.");
  out.sample(uint64_t{1}, {{"version", x.version}});
  out.gauge("troupe_rooms", "Open rooms.", count(object_kind::room));
  out.gauge("troupe_sessions", "Clients connected for signaling.",
            count(object_kind::session));
  out.gauge("troupe_peers", "Members of rooms.", count(object_kind::peer));
  out.gauge("troupe_producers", "Tracks that clients send.",
            count(object_kind::producer));
  out.gauge("troupe_consumers", "Tracks that clients receive.",
            count(object_kind::consumer));
  out.gauge("troupe_data_producers", "Data channels by which clients send.",
            count(object_kind::data_producer));
  out.gauge("troupe_data_consumers", "Data channels by which clients receive.",
            count(object_kind::data_consumer));
  out.gauge("troupe_shards", "Parts of rooms whose fan-out runs together.",
            count(object_kind::shard));
  out.gauge("troupe_transports",
            "WebRTC transports, by what reaches the client and by phase.");
  for (size_t kind = 0; kind < transport_kind_count; ++kind)
    for (size_t phase = 0; phase < transport_phase_count; ++phase)
      out.sample(to_gauge(x.transports[kind][phase]),
                 {{"kind", to_string(static_cast<transport_kind>(kind))},
                  {"phase", to_string(static_cast<transport_phase>(phase))}});
  out.gauge("troupe_actors", "Actors that exist.", x.actors);
}

void add_signaling(prometheus_text& out, const metrics_snapshot& x) {
  out.counter("troupe_requests_total", "Signaling requests carried out.",
              x.requests_done);
  out.counter("troupe_requests_refused_total",
              "Signaling requests refused, by the code of the refusal.");
  for (size_t i = 1; i < error_code_count; ++i)
    out.sample(
        x.requests_refused[i],
        {{"code", protocol::to_string(static_cast<protocol::error_code>(i))}});
  out.counter(
      "troupe_http_dialect_refusals_total",
      "Requests of WHIP and WHEP clients and broadcasters that were refused, "
      "by HTTP status.");
  for (size_t i = 0; i < http_refusal_statuses.size(); ++i)
    out.sample(x.http_refused[i],
               {{"status", std::to_string(http_refusal_statuses[i])}});
  out.histogram("troupe_join_seconds",
                "From a client's request to join a room to the answer.",
                x.join_time);
  out.histogram("troupe_connect_seconds",
                "From a client's DTLS parameters to the end of the handshake.",
                x.connect_time);
  out.gauge("troupe_mailbox_peak",
            "Longest recent mailbox of an actor, in messages, by its kind.");
  add_each<mailbox_owner>(out, x.mailboxes, "actor");
}

void add_http(prometheus_text& out, const metrics_snapshot& x) {
  out.gauge("troupe_http_connections", "Open HTTP connections.",
            x.http.connections);
  out.counter("troupe_http_accepted_total", "HTTP connections accepted.",
              x.http.accepted);
  out.counter("troupe_http_requests_total", "HTTP requests.", x.http.requests);
  out.counter("troupe_websockets_total", "WebSockets opened.",
              x.http.websockets);
  out.counter("troupe_engineio_sessions_total", "Engine.IO sessions opened.",
              x.http.engineio_sessions);
  out.gauge("troupe_http_file_bytes",
            "Bytes of web page files in memory, cached or being sent.",
            x.http.file_octets);
  out.gauge("troupe_undelivered_bytes",
            "Bytes of messages that clients have sent and that wait for the "
            "server.",
            x.http.undelivered_octets);
  out.counter("troupe_http_rejects_total",
              "Clients refused, disconnected or slowed down, by reason.");
  add_each<net::reject_reason>(out, x.rejects, "reason");
  if (!x.certificate_expires)
    return;
  out.gauge("troupe_tls_certificate_expiry_timestamp_seconds",
            "When the certificate in use expires, in seconds since 1970.");
  out.sample(*x.certificate_expires);
}

void add_report_sockets(prometheus_text& out,
                        const net::media_port_stats& port) {
  out.counter("troupe_report_datagrams_received_total",
              "Datagrams received by the sockets for RTCP reports.",
              port.report_datagrams_received);
  out.counter("troupe_report_receive_calls_total",
              "System calls that read these sockets.",
              port.report_receive_calls);
  out.counter("troupe_report_wakeups_total",
              "Times that these sockets ended the wait of an I/O thread.",
              port.report_wakeups);
}

void add_datagrams(prometheus_text& out, const metrics_snapshot& x) {
  const auto& port = x.port;
  out.counter("troupe_datagrams_received_total",
              "Datagrams received for media, UDP and TCP.",
              port.datagrams_received);
  out.counter("troupe_datagram_bytes_received_total",
              "Bytes of these datagrams.", port.bytes_received);
  out.counter("troupe_datagrams_sent_total",
              "Datagrams sent for media, UDP and TCP.", port.datagrams_sent);
  out.counter("troupe_datagram_bytes_sent_total", "Bytes of these datagrams.",
              port.bytes_sent);
  out.counter("troupe_receive_bursts_total",
              "Bursts in which UDP datagrams were received.",
              port.bursts_received);
  out.counter("troupe_receive_calls_total",
              "System calls that received UDP datagrams, or found none.",
              port.receive_calls);
  out.counter("troupe_rtcp_datagrams_received_total",
              "Datagrams of RTCP received.", x.routing.rtcp);
  out.counter("troupe_io_wakeups_total",
              "Times that a UDP socket with datagrams, or the time to read "
              "one for reports, ended the wait of an I/O thread.",
              port.wakeups);
  add_report_sockets(out, port);
  out.counter("troupe_actors_handed_over_total",
              "Actors that I/O threads left to the scheduler.",
              x.routing.handed_over);
  out.counter("troupe_send_calls_total",
              "System calls that sent UDP datagrams.", port.send_calls);
  out.counter("troupe_send_messages_total",
              "Messages sent by these calls: single datagrams, and runs.",
              port.send_messages);
  out.counter("troupe_gso_runs_total",
              "Runs of datagrams that the kernel segmented (UDP_SEGMENT).",
              port.gso_runs);
  out.counter("troupe_gso_datagrams_total", "Datagrams in these runs.",
              port.gso_datagrams);
  out.counter(
      "troupe_gso_refused_total",
      "Runs that the kernel refused; their datagrams were sent one by one.",
      port.gso_refused);
  out.counter("troupe_datagrams_dropped_total",
              "Datagrams that the sockets dropped, by reason.");
  out.sample(port.oversized_dropped, {{"reason", "oversized"}});
  out.sample(port.receive_full, {{"reason", "receive_full"}});
  out.sample(port.report_receive_full, {{"reason", "report_receive_full"}});
  out.sample(port.send_full, {{"reason", "send_full"}});
  out.sample(port.send_errors, {{"reason", "send_error"}});
  out.sample(port.tcp_dropped, {{"reason", "tcp_queue_full"}});
  out.sample(x.routing.unroutable, {{"reason", "no_transport"}});
  out.gauge("troupe_ice_tcp_connections", "Open ICE-TCP connections.",
            port.tcp_connections);
  out.counter("troupe_ice_tcp_accepted_total", "ICE-TCP connections accepted.",
              port.tcp_accepted);
  out.counter("troupe_ice_tcp_refused_total",
              "ICE-TCP connections refused by a limit.", port.tcp_refused);
}

template <class Totals>
void add_drop_samples(prometheus_text& out, std::string_view stage,
                      const Totals& drops) {
  for (size_t i = 0; i < drops.size(); ++i)
    out.sample(drops[i],
               {{"stage", stage},
                {"reason", to_string(static_cast<rtp::drop_reason>(i))}});
}

void add_data(prometheus_text& out, const data_totals& x) {
  out.counter("troupe_data_messages_received_total",
              "Messages received from data producers.", x.messages_received);
  out.counter("troupe_data_bytes_received_total", "Bytes of these messages.",
              x.octets_received);
  out.counter("troupe_data_messages_sent_total",
              "Messages sent to data consumers.", x.messages_sent);
  out.counter("troupe_data_bytes_sent_total", "Bytes of these messages.",
              x.octets_sent);
  out.counter("troupe_data_messages_dropped_total",
              "Messages dropped because a data consumer was too slow.",
              x.messages_dropped);
}

void add_drops(prometheus_text& out, const metrics_snapshot& x) {
  out.counter("troupe_packets_dropped_total",
              "Dropped packets, by stage and reason.");
  for (size_t i = 0; i < x.transport.drops.size(); ++i)
    out.sample(x.transport.drops[i],
               {{"stage", "transport"},
                {"reason", to_string(static_cast<net::drop_reason>(i))}});
  out.sample(x.transport.unroutable,
             {{"stage", "transport"}, {"reason", "unroutable"}});
  add_drop_samples(out, "producer", x.received.drops);
  add_drop_samples(out, "consumer", x.sent.drops);
  out.counter("troupe_batches_dropped_total",
              "Batches of media dropped because a shard was too far behind.",
              x.batches_refused);
  out.counter("troupe_plain_destinations_refused_total",
              "Refused destinations of plain transports, by reason.");
  add_each<plain_refusal>(out, x.plain_refused, "reason");
  out.gauge("troupe_forwards", "Forwards of RTP that go on.",
            to_gauge(x.forwards));
  out.counter("troupe_forwards_started_total", "Forwards of RTP that began.",
              x.forwards_started);
  out.counter("troupe_forwards_refused_total",
              "Forwards of RTP that were refused, by reason.");
  add_each<forward_refusal>(out, x.forwards_refused, "reason");
  out.counter("troupe_chat_messages_not_kept_total",
              "Chat messages not kept for later members, by reason.");
  add_each<chat_refusal>(out, x.chat_refused, "reason");
}

void add_media(prometheus_text& out, const metrics_snapshot& x) {
  const auto& in = x.received;
  out.counter("troupe_rtp_packets_received_total",
              "RTP packets received by producers.", in.packets);
  out.counter("troupe_rtp_bytes_received_total", "Bytes of these packets.",
              in.octets);
  out.counter("troupe_rtx_packets_received_total",
              "Retransmissions received by producers.", in.rtx_packets);
  out.counter("troupe_packets_repaired_total",
              "Lost packets that a retransmission repaired.",
              in.packets_repaired);
  out.counter("troupe_nacks_sent_total", "NACKs sent to producers' clients.",
              in.nacks);
  out.counter("troupe_nacked_packets_sent_total", "Packets requested by them.",
              in.packets_nacked);
  out.counter("troupe_keyframe_requests_sent_total",
              "PLIs and FIRs sent to producers' clients.",
              in.keyframe_requests);
  out.counter("troupe_keyframes_received_total", "Key frames received.",
              in.keyframes);
  const auto& sent = x.sent;
  out.counter("troupe_rtp_packets_sent_total", "RTP packets sent to consumers.",
              sent.packets);
  out.counter("troupe_rtp_bytes_sent_total", "Bytes of their payload.",
              sent.octets);
  out.counter("troupe_rtx_packets_sent_total",
              "Retransmissions sent to consumers.", sent.rtx_packets);
  out.counter("troupe_rtx_bytes_sent_total", "Bytes of their payload.",
              sent.rtx_octets);
  out.counter("troupe_nacks_received_total",
              "NACKs received from consumers' clients.", sent.nacks);
  out.counter("troupe_nacked_packets_received_total",
              "Packets requested by them.", sent.packets_nacked);
  out.counter(
      "troupe_retransmissions_refused_total",
      "Packets not retransmitted: requested too often, too soon or too many.",
      sent.retransmissions_refused);
  out.counter("troupe_keyframe_requests_received_total",
              "PLIs and FIRs received from consumers' clients.",
              sent.keyframe_requests);
}

void add_load(prometheus_text& out, const metrics_snapshot& x) {
  out.gauge("troupe_overload_level",
            "Overload level: 0 normal, 1 newcomers wait, 2 to 6 video is shed.",
            static_cast<uint64_t>(x.overload.level));
  out.gauge("troupe_overload_share",
            "Share of the consumers to which the level applies.");
  out.sample(static_cast<double>(x.overload.share) / overload_state::whole);
  out.counter("troupe_newcomers_refused_total",
              "Refusals under overload or drain, by what was requested.");
  out.sample(x.refused.rooms, {{"wanted", "room"}});
  out.sample(x.refused.members, {{"wanted", "membership"}});
  out.sample(x.refused.consumers, {{"wanted", "consumer"}});
  out.gauge("troupe_newcomers_waiting",
            "Newcomers that wait in line while the server is busy.",
            x.newcomers_waiting);
  out.counter("troupe_newcomer_waits_total",
              "Waits in line that have ended, by how they ended.");
  add_each<wait_end>(out, x.waits_ended, "outcome");
  out.histogram("troupe_newcomer_wait_seconds",
                "How long newcomers waited in line.", x.wait_time);
  out.gauge("troupe_draining", "1 while the server opens no new rooms.",
            uint64_t{x.draining});
  out.gauge("troupe_io_run_peak_seconds",
            "Longest recent time that an I/O thread ran actors without "
            "reading its sockets.");
  out.sample(static_cast<double>(x.io_run_us) / 1e6);
  out.gauge("troupe_usable_cores", "Cores that the server may use.");
  out.sample(x.cores);
  out.gauge("troupe_usable_memory_bytes", "Memory that the server may use.",
            x.usable_memory);
}

void add_webhooks(prometheus_text& out,
                  const std::vector<webhook_reading>& all) {
  if (all.empty())
    return;
  const auto each = [&](auto add) {
    for (size_t i = 0; i < all.size(); ++i)
      add(all[i], std::to_string(i + 1));
  };
  out.counter("troupe_webhooks_delivered_total",
              "Webhooks that a receiver has accepted.");
  each([&](const auto& x, const std::string& receiver) {
    out.sample(x.delivered, {{"receiver", receiver}});
  });
  out.counter("troupe_webhook_tries_failed_total",
              "Requests that a receiver did not accept.");
  each([&](const auto& x, const std::string& receiver) {
    out.sample(x.failed_tries, {{"receiver", receiver}});
  });
  out.counter("troupe_webhooks_lost_total",
              "Events that a receiver was not told, by reason.");
  each([&](const auto& x, const std::string& receiver) {
    for (size_t i = 0; i < x.lost.size(); ++i)
      out.sample(x.lost[i],
                 {{"receiver", receiver},
                  {"reason", to_string(static_cast<webhook_loss>(i))}});
  });
  out.gauge("troupe_webhooks_waiting", "Events that wait for a receiver.");
  each([&](const auto& x, const std::string& receiver) {
    out.sample(x.waiting, {{"receiver", receiver}});
  });
  out.gauge("troupe_webhook_oldest_seconds",
            "How long the oldest event has waited for a receiver.");
  each([&](const auto& x, const std::string& receiver) {
    out.sample(net::to_seconds(x.oldest), {{"receiver", receiver}});
  });
}

void add_recordings(prometheus_text& out, const recording_reading& x) {
  out.gauge("troupe_recordings", "Recordings that go on.",
            to_gauge(x.going_on));
  out.counter("troupe_recordings_failed_total",
              "Recordings that the disk or a defect has ended.", x.failed);
  out.counter("troupe_recordings_recovered_total",
              "Recordings that an earlier process had left unfinished.",
              x.recovered);
  out.counter("troupe_recordings_degraded_total",
              "Times that the disk was too slow for all media of a recording.",
              x.degraded);
  out.counter("troupe_recording_written_bytes_total",
              "Bytes written to files of recordings.", x.octets_written);
  out.gauge("troupe_recording_waiting_bytes",
            "Bytes of recordings that wait for the disk.", x.octets_waiting);
  out.counter("troupe_recording_write_failures_total",
              "Files of recordings that could not be written to their end.",
              x.write_failures);
}

void add_process(prometheus_text& out, const net::process_facts& x) {
  out.counter("process_cpu_seconds_total", "CPU time, user and system.");
  out.sample(net::to_seconds(x.cpu_time));
  out.gauge("process_resident_memory_bytes", "Memory in use.",
            x.resident_bytes);
  out.gauge("process_virtual_memory_bytes", "Address space in use.",
            x.virtual_bytes);
  out.gauge("process_threads", "Threads.", x.threads);
  out.gauge("process_open_fds", "Open file descriptors.", x.open_files);
  out.gauge("process_max_fds",
            "Maximum number of open file descriptors; 0 is no limit.",
            x.max_files);
  out.gauge("process_start_time_seconds",
            "When the server was started, in seconds since 1970.");
  out.sample(x.start_time);
}

} // namespace

void metrics_snapshot::read(overload_state_board& board, net::time_point now) {
  auto relaxed = std::memory_order_relaxed;
  for (size_t i = 0; i < objects.size(); ++i)
    objects[i] = live_object::count(static_cast<object_kind>(i));
  auto& from = board.counters();
  for (size_t kind = 0; kind < transport_kind_count; ++kind)
    for (size_t phase = 0; phase < transport_phase_count; ++phase)
      transports[kind][phase] =
          from.transports_in(static_cast<transport_kind>(kind),
                             static_cast<transport_phase>(phase))
              .load(relaxed);
  transport = from.transports.sum();
  received = from.producers.sum();
  sent = from.consumers.sum();
  data = from.data.sum();
  trunks = from.trunks.sum();
  batches_refused = from.batches_refused.load(relaxed);
  for (size_t i = 0; i < plain_refused.size(); ++i)
    plain_refused[i] = from.plain_refused[i].load(relaxed);
  forwards = from.forwards.load(relaxed);
  forwards_started = from.forwards_started.load(relaxed);
  for (size_t i = 0; i < forwards_refused.size(); ++i)
    forwards_refused[i] = from.forwards_refused[i].load(relaxed);
  for (size_t i = 0; i < chat_refused.size(); ++i)
    chat_refused[i] = from.chat_refused[i].load(relaxed);
  join_time = from.join_time.read();
  connect_time = from.connect_time.read();
  requests_done = from.requests_done.load(relaxed);
  for (size_t i = 0; i < requests_refused.size(); ++i)
    requests_refused[i] = from.requests_refused[i].load(relaxed);
  for (size_t i = 0; i < http_refused.size(); ++i)
    http_refused[i] = from.http_refused[i].load(relaxed);
  for (size_t i = 0; i < mailboxes.size(); ++i)
    mailboxes[i] = from.mailboxes[i].read(now);
  overload = board.state();
  refused = board.refused();
  newcomers_waiting = from.line.waiting.load(relaxed);
  wait_time = from.line.time.read();
  for (size_t i = 0; i < waits_ended.size(); ++i)
    waits_ended[i] = from.line.ended[i].load(relaxed);
  draining = board.drain().active();
}

std::string render_metrics(const metrics_snapshot& x) {
  prometheus_text out;
  add_objects(out, x);
  add_signaling(out, x);
  add_http(out, x);
  add_datagrams(out, x);
  add_media(out, x);
  add_data(out, x.data);
  add_drops(out, x);
  add_load(out, x);
  if (x.cluster) {
    add_cluster_metrics(out, *x.cluster);
    add_trunk_metrics(out, x.trunks);
  }
  add_webhooks(out, x.webhooks);
  if (x.recordings)
    add_recordings(out, *x.recordings);
  add_process(out, x.process);
  return out.text();
}

} // namespace troupe::actors
