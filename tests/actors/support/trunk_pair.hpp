#pragma once

#include "actors/transport/signaling_to_engine.hpp"
#include "actors/trunk/trunk_actor.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "tests/actors/support/impaired_path.hpp"
#include "tests/actors/support/media_scene.hpp"

#include <functional>
#include <set>

/// Two nodes with one room and a trunk between them, in virtual time. Their
/// sockets are replaced by functions that hand over datagrams.
namespace troupe::test {

/// The beginnings of a key frame of VP8, and of another frame.
inline const octets trunk_key_frame = {0x10, 0x00, 0x00, 0x00, 0x9d, 0x01,
                                       0x2a, 0x40, 0x01, 0xf0, 0x00, 7};
inline const octets trunk_delta_frame = {0x10, 0x01, 0x00, 0x00, 7};

/// What a node's shard sends: to the other node, or to clients in the clear.
class trunk_wire final : public net::datagram_sink {
public:
  explicit trunk_wire(net::socket_address to) : to_(to) {}

  void send_batch(std::span<const net::outgoing_datagram> batch) override {
    for (const auto& x : batch)
      if (x.tuple.remote == to_)
        between.emplace_back(x.data.begin(), x.data.end());
      else
        clients.send_batch({&x, 1});
  }

  std::vector<octets> between; // encrypted
  sent_packets clients;

private:
  net::socket_address to_;
};

/// A producer's parameters as its client sends them, and as others are told.
inline producer_facts facts_of(const std::string& id, protocol::media_kind kind,
                               size_t encodings) {
  producer_facts out;
  out.info.id = producer_id{id};
  out.info.peer = protocol::peer_id{"ann"};
  out.info.kind = kind;
  auto& sent = out.sent;
  const auto video = kind == protocol::media_kind::video;
  if (video)
    sent.codecs = {{"video/VP8",
                    96,
                    90000,
                    {},
                    {},
                    {{"nack", ""}, {"nack", "pli"}, {"transport-cc", ""}}},
                   {"video/rtx", 97, 90000, {}, {{"apt", int64_t{96}}}, {}}};
  else
    sent.codecs = {{"audio/opus", 111, 48000, uint8_t{2}, {}, {}}};
  sent.header_extensions = {
      {"urn:ietf:params:rtp-hdrext:sdes:mid", 1, false, {}},
      {"urn:ietf:params:rtp-hdrext:ssrc-audio-level", 10, false, {}}};
  sent.mid = id;
  sent.rtcp.cname = "ann";
  for (uint32_t i = 0; i < encodings; ++i) {
    auto& x = sent.encodings.emplace_back();
    x.ssrc = source_ssrc + i;
    if (video)
      x.rtx_ssrc = source_ssrc + 100 + i;
    x.scalability_mode = "L1T1";
  }
  const auto& router = protocol::default_router_rtp_capabilities();
  const auto random = net::make_seeded_rng(1);
  auto mapping =
      protocol::get_producer_rtp_parameters_mapping(sent, router, *random);
  REQUIRE(mapping.has_value());
  out.consumable =
      protocol::get_consumable_rtp_parameters(kind, sent, router, *mapping);
  out.type = encodings > 1 ? "simulcast" : "simple";
  return out;
}

/// A client's consumer of a producer, under this SSRC. The link is not
/// estimated, so nothing limits the layers.
inline rtp::forwarder::config clear_consumer_of(const producer_entry& of,
                                                uint32_t ssrc) {
  const auto kind = of.facts.info.kind;
  const auto random = net::make_seeded_rng(ssrc);
  auto signaled = protocol::get_consumer_rtp_parameters(
      of.facts.consumable, protocol::default_router_rtp_capabilities(),
      {.enable_rtx = protocol::default_enable_rtx(kind), .ssrc = ssrc},
      *random);
  REQUIRE(signaled.has_value());
  for (auto& x : signaled->codecs)
    std::erase_if(x.feedback, [](const auto& y) {
      return y.type == "transport-cc" || y.type == "goog-remb";
    });
  return to_forwarder(kind, of.facts.sent, *signaled, false);
}

/// One of the two nodes.
struct trunk_node {
  trunk_node(actor_world& world, const std::string& name, uint16_t own,
             uint16_t others)
      : address(*net::parse_address("127.0.0.1", own))
      , wire(*net::parse_address("127.0.0.1", others))
      , shard(spawn_shard(*world.system, {&wire, world.load, {}}, ranking,
                          nullptr)) {
    using type = trunk_listener_actor;
    listener =
        world.system->spawn([this](type::pointer) -> type::behavior_type {
          return {
              [this](const trunk_message& x) {
                told.push_back(x.what);
                if (deliver)
                  deliver(x.what);
              },
              [this](const relay_ended& x) { ended.push_back(x.producer); },
          };
        });
    start(world, name);
  }

  /// Spawns the trunk.
  void start(actor_world& world, const std::string& name) {
    trunk = spawn_trunk(*world.system, {room_id{"r"}, name, world.services,
                                        address, shard, listener});
  }

  /// The highest layers that were wanted of the other node, in order.
  std::vector<int> wants() const {
    std::vector<int> out;
    for (const auto& x : told)
      if (const auto* want = std::get_if<want_stream>(&x))
        out.push_back(want->ssrcs.empty() ? -2 : want->highest);
    return out;
  }

  template <class T>
  size_t count_told() const {
    size_t out = 0;
    for (const auto& x : told)
      out += std::holds_alternative<T>(x);
    return out;
  }

  net::socket_address address;
  trunk_wire wire;
  std::shared_ptr<speech_ranking> ranking = std::make_shared<speech_ranking>();
  shard_actor shard;
  trunk_listener_actor listener;
  trunk_actor trunk;
  std::vector<room_message> told;
  std::vector<producer_id> ended; // relays
  std::function<void(const room_message&)> deliver;
  /// Its own producers.
  std::map<std::string, producer_entry> producers;
};

/// Origin `a` has producers, far side `b` has relays and consumers.
struct trunk_pair {
  trunk_pair() {
    link(a, b);
    link(b, a);
    settle();
  }

  ~trunk_pair() {
    for (auto* x : {&a, &b}) {
      x->deliver = nullptr;
      caf::anon_send(x->trunk, close_transport{});
      for (const auto& [id, entry] : x->producers)
        caf::anon_send(entry.handles.producer, close_producer{});
    }
    for (const auto& x : consumers)
      caf::anon_send(x, control_stream{close_consumer{}});
    world.run();
    for (auto* x : {&a, &b}) {
      caf::anon_send_exit(x->shard, caf::exit_reason::user_shutdown);
      caf::anon_send_exit(x->listener, caf::exit_reason::user_shutdown);
    }
    world.run();
  }

  /// Loses what the nodes tell each other from now on.
  void lose_link() {
    a.deliver = b.deliver = nullptr;
  }

  /// The nodes have another link.
  void renew_link() {
    link(a, b);
    link(b, a);
    for (auto* x : {&a, &b})
      caf::anon_send(x->trunk, resume_trunk{});
    settle();
  }

  /// A node begins anew, with other keys.
  void restart(trunk_node& x) {
    caf::anon_send(x.trunk, close_transport{});
    settle();
    x.start(world, &x == &a ? "b" : "a");
    settle();
  }

  void link(trunk_node& from, trunk_node& to) {
    from.deliver = [this, &to](const room_message& x) {
      receive(to, x);
    };
  }

  // As the room of that node passes it on.
  static void receive(trunk_node& at, const room_message& x) {
    if (const auto* opened = std::get_if<open_trunk>(&x)) {
      caf::anon_send(at.trunk, *opened);
    } else if (const auto* wanted = std::get_if<want_stream>(&x)) {
      auto i = at.producers.find(wanted->producer);
      caf::anon_send(at.trunk,
                     serve_stream{*wanted, i == at.producers.end()
                                               ? std::optional<producer_entry>{}
                                               : i->second});
    } else if (const auto* refused = std::get_if<stream_refused>(&x)) {
      caf::anon_send(at.trunk, *refused);
    }
  }

  /// Runs the actors and carries datagrams until nothing is left to do.
  void settle() {
    for (int i = 0; i < 20; ++i) {
      world.run();
      if (carry(a, b) + carry(b, a) == 0)
        return;
    }
  }

  static bool is_rtcp(const octets& x) {
    return x.at(1) >= 192 && x.at(1) <= 223;
  }

  // Returns how many datagrams were handed over.
  size_t carry(trunk_node& from, trunk_node& to) {
    auto all = std::exchange(from.wire.between, {});
    if (auto i = paths.find(&from); i != paths.end()) {
      for (const auto& x : all)
        i->second.add(x, now());
      all = i->second.take(now());
    }
    std::vector<octets> some;
    for (auto& x : all)
      if (!loses || !loses(from, x))
        some.push_back(std::move(x));
    carried += static_cast<size_t>(
        std::ranges::count_if(some, [](const auto& x) { return !is_rtcp(x); }));
    if (!some.empty())
      hand_over(some, from.address, to);
    return some.size();
  }

  void hand_over(const std::vector<octets>& datagrams,
                 const net::socket_address& from, trunk_node& to) {
    auto out = std::make_shared<net::datagram_batch>();
    for (const auto& x : datagrams) {
      net::transport_tuple tuple;
      tuple.local = to.address;
      tuple.remote = from;
      out->push_back({to_buffer(x), tuple, now()});
    }
    caf::anon_send(to.trunk, burst{out});
  }

  /// Lets time pass, in steps of 10 ms, and carries datagrams.
  void pass(net::duration time) {
    for (net::duration t{}; t < time; t += actor_world::step) {
      world.scheduler().advance_time(actor_world::step);
      settle();
    }
  }

  net::time_point now() {
    return world.scheduler().clock().now();
  }

  /// A producer of node `a`.
  producer_facts produce(const std::string& id, protocol::media_kind kind,
                         size_t encodings) {
    auto facts = facts_of(id, kind, encodings);
    producer_config x;
    x.id = facts.info.id;
    x.engine = to_receiver(kind, facts.sent, false);
    x.transport = spawn_rtcp_sender(*world.system, notes);
    auto scores = std::make_shared<score_board>(encodings);
    x.scores = scores;
    producer_entry entry{facts,
                         {spawn_producer(*world.system, x), nullptr, scores}};
    a.producers.emplace(id, entry);
    world.run();
    return facts;
  }

  /// The relay at node `b`; nothing if it was refused.
  std::optional<producer_entry> relay(const producer_facts& facts) {
    caf::scoped_actor self{*world.system};
    auto answer = self->request(b.trunk, caf::infinite,
                                relay_producer{facts, nullptr, nullptr});
    settle();
    std::optional<producer_entry> out;
    answer.receive([&](const relay_opened& x) { out = x.entry; },
                   [](const caf::error&) {});
    return out;
  }

  /// A consumer of a relay, whose client gets it in the clear at this port.
  consumer_actor consume(const producer_entry& of, uint16_t port) {
    auto engine = clear_consumer_of(of, port);
    const transport_key key{port};
    consumers.push_back(spawn_consumer(
        *world.system,
        {consumer_id{std::to_string(port)}, of.facts.info.id, std::move(engine),
         of.handles.producer, key, b.shard,
         spawn_listener(*world.system, notes), nullptr, of.handles.scores}));
    caf::anon_send(b.shard,
                   set_transport_srtp{key, std::make_shared<clear_srtp>()});
    caf::anon_send(b.shard, set_transport_path{key, to_port(port)});
    settle();
    return consumers.back();
  }

  /// What the client at this port has got.
  const std::vector<octets>& got(uint16_t port) {
    return b.wire.clients.by_port[port].rtp;
  }

  /// Sends a producer of node `a` the next picture of each encoding.
  void feed(const std::string& id, bool key = false) {
    const auto& entry = a.producers.at(id);
    const auto& sent = entry.facts.sent;
    const auto video = entry.facts.info.kind == protocol::media_kind::video;
    std::vector<rtp::packet> out;
    for (size_t i = 0; i < sent.encodings.size(); ++i) {
      rtp_builder x;
      x.payload_type = sent.codecs.front().payload_type;
      x.sequence_number = next;
      x.timestamp = pictures * 3000u;
      x.ssrc = *sent.encodings[i].ssrc;
      x.marker = marker;
      x.payload = key ? trunk_key_frame : trunk_delta_frame;
      if (!video)
        x.extensions = {{10, {0x85}}};
      x.payload.push_back(static_cast<uint8_t>(i));
      x.payload.push_back(static_cast<uint8_t>(next));
      out.push_back(x.make(now()));
    }
    ++next;
    ++pictures;
    caf::anon_send(
        entry.handles.producer,
        std::make_shared<const std::vector<rtp::packet>>(std::move(out)));
    settle();
  }

  /// The encodings of which node `a` has asked its client for a key frame since
  /// the last call, as often as it has.
  std::multiset<uint32_t> asked() {
    std::multiset<uint32_t> out;
    for (const auto& packet : notes.rtcp) {
      rtp::rtcp::compound_reader reader{packet};
      while (auto x = reader.next())
        if (const auto* pli = std::get_if<rtp::rtcp::pli>(&*x))
          out.insert(rtp::value(pli->media) - source_ssrc);
    }
    notes.rtcp.clear();
    return out;
  }

  actor_notes notes;
  actor_world world;
  trunk_node a{world, "b", 7001, 7002};
  trunk_node b{world, "a", 7002, 7001};
  std::vector<consumer_actor> consumers;
  /// Whether a datagram of that node is lost.
  std::function<bool(const trunk_node&, const octets&)> loses;
  /// The paths from nodes, if they are not perfect.
  std::map<const trunk_node*, impaired_path> paths;
  size_t carried = 0;            // packets of RTP, in both directions
  bool marker = true;            // of the packets that are fed
  uint16_t next = 65530;         // crosses 65535 to 0
  uint32_t pictures = 1'431'650; // so do the timestamps, at 2^32
};

} // namespace troupe::test
