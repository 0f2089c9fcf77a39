#include "actors/cluster/media_probe_actor.hpp"

#include "actors/base/failure_watch.hpp"
#include "actors/base/log.hpp"
#include "net/cluster/seed_address.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

/// The most datagrams that wait for the actor.
constexpr int64_t max_waiting_probes = 256;

std::vector<probed_node> nodes_to_probe(const cluster_report& in) {
  std::vector<probed_node> out;
  // The first is this node.
  for (size_t i = 1; i < in.nodes.size(); ++i) {
    const auto& x = in.nodes[i];
    auto media = net::parse_address_and_port(x.media);
    if (x.state == node_state::connected && media)
      out.push_back({x.name, x.incarnation, *media});
  }
  return out;
}

struct media_probe_state {
  using pointer = media_probe_actor::stateful_pointer<media_probe_state>;

  static inline const char* name = "media-probe";

  explicit media_probe_state(pointer self_ptr) : self(self_ptr) {}

  ~media_probe_state() {
    if (settings.sockets)
      caf::anon_send(
          settings.sockets,
          unroute_fragment{media_probe::fragment_of(settings.incarnation)});
  }

  media_probe_actor::behavior_type make_behavior(media_probe_settings x) {
    settings = std::move(x);
    probe.emplace(settings.incarnation);
    self->set_error_handler([](caf::error&) {});
    self->set_exception_handler(to_error);
    self->send(settings.sockets,
               route_fragment{media_probe::fragment_of(settings.incarnation),
                              burst_receiver_actor{self}, intake});
    self->send(self, media_probe_tick{});
    return {
        [this](const burst& datagrams) {
          intake->leave(datagrams->size());
          for (const auto& one : *datagrams)
            probe->handle_datagram(std::as_const(*one.data).bytes(),
                                   one.tuple.remote, now());
          drain();
        },
        [](const tuple_closed&) {},
        [this](const media_probe_tick&) {
          self->delayed_send(self, settings.step, media_probe_tick{});
          probe->set_nodes(nodes_to_probe(settings.nodes()), now());
          drain();
        },
    };
  }

  void drain() {
    auto path = settings.path;
    while (auto x = probe->poll_probe(now())) {
      path.remote = x->to;
      const net::outgoing_datagram one{x->octets, path};
      settings.port->send_batch({&one, 1});
    }
    while (auto x = probe->poll_change(now())) {
      settings.board->set(x->node, x->state);
      if (x->state != udp_state::unknown)
        log::event(
            x->state == udp_state::works ? log::level::info : log::level::warn,
            "cluster-udp",
            {{"node", x->node}, {"is", std::string{to_string(x->state)}}});
    }
  }

  net::time_point now() const {
    return self->clock().now();
  }

  pointer self;
  media_probe_settings settings;
  std::optional<media_probe> probe;
  std::shared_ptr<transport_intake> intake =
      std::make_shared<transport_intake>(max_waiting_probes);
};

} // namespace

void udp_state_board::add_to(cluster_report& out) const {
  std::lock_guard guard{mutex_};
  for (auto& x : out.nodes)
    if (auto i = states_.find(x.name);
        i != states_.end() && x.state == node_state::connected)
      x.udp = i->second;
}

media_probe_actor spawn_media_probe(caf::actor_system& system,
                                    media_probe_settings settings) {
  return system.spawn(
      [cfg = std::move(settings)](media_probe_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
