#pragma once

#include "actors/cluster/basp_link.hpp"
#include "tests/actors/cluster/mesh_scene.hpp"

#include <future>

namespace troupe::test {

/// A message of a level that does not exist yet.
struct later_news {
  std::string text;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, later_news& x) {
  return f(caf::meta::type_name("troupe::later_news"), x.text);
}

/// The gateway's interface at that level.
using later_gateway_actor =
    actors::gateway_v1_actor::extend<caf::reacts_to<later_news>>;

/// CAF with that message.
struct later_config : cluster_caf_config {
  later_config() {
    add_message_type<later_news>("troupe::later_news");
  }
};

/// A process that speaks CAF as it likes, with a link to a node.
struct raw_peer {
  explicit raw_peer(mesh_node& to) : node(to) {
    preface.node = "peer";
    preface.incarnation = 5;
    preface.level = 2;
    preface.oldest_level = 1;
    auto wire = std::make_shared<test_wire>();
    link = node.open(wire, 0, preface, false);
    std::promise<std::optional<actors::gateway_v1_actor>> got;
    links.dial(wire->take(1), std::chrono::seconds{5},
               {[](const caf::node_id&) {},
                [&got](std::optional<actors::gateway_v1_actor> x) {
                  got.set_value(std::move(x));
                }});
    auto x = got.get_future().get();
    REQUIRE(x);
    gateway = *x;
  }

  actors::link_hello hello() {
    actors::link_hello out;
    out.name = preface.node;
    out.incarnation = preface.incarnation;
    out.level = preface.level;
    out.oldest_level = preface.oldest_level;
    out.sequence = ++sequence;
    return out;
  }

  /// Says hello, and waits until it is acknowledged.
  bool answers() {
    self->send(gateway, hello());
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    auto done = false;
    while (!done && std::chrono::steady_clock::now() < end)
      self->receive(
          [&](const actors::seen& x) { done = x.sequence == sequence; },
          [](const actors::link_hello&) {},
          [](const actors::rooms_snapshot&) {},
          caf::after(std::chrono::milliseconds{100}) >> [] {});
    return done;
  }

  template <class... Ts>
  void send_untyped(Ts&&... xs) {
    self->send(caf::actor_cast<caf::actor>(gateway), std::forward<Ts>(xs)...);
  }

  mesh_node& node;
  later_config settings;
  caf::actor_system system{settings};
  caf::scoped_actor self{system};
  actors::basp_links links{system};
  net::cluster_preface preface;
  uint64_t link = 0;
  uint64_t sequence = 0;
  actors::gateway_v1_actor gateway;
};

} // namespace troupe::test
