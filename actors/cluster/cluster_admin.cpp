// Requests of the admin API that nodes ask each other.

#include "actors/cluster/cluster_state.hpp"

#include "actors/base/log.hpp"

namespace troupe::actors {

caf::result<node_answer> cluster_state::ask(ask_node& x) {
  const auto* known = table->find(x.node);
  auto* link = known && known->link ? links.find(*known->link) : nullptr;
  if (!link || !link->up || link->closing)
    return node_answer{ask_fault::unreachable, 0, {}, {}};
  auto& [method, target, body] = x.what;
  const auto id = ++last_ask;
  if (!link->asks.handle_ask(
          {id, std::move(method), std::move(target), std::move(body)}, now()))
    return node_answer{ask_fault::busy, 0, {}, {}};
  auto promise = self->make_response_promise<node_answer>();
  asked.emplace(id, promise);
  drain();
  return promise;
}

void cluster_state::drain_asks() {
  for (auto& [id, link] : links.all()) {
    link.asks.handle_timeout(now());
    while (auto x = link.asks.poll_ask())
      send(link, std::move(*x));
    deliver_answers(link);
  }
}

void cluster_state::deliver_answers(cluster_link_state& link) {
  while (auto x = link.asks.poll_finished())
    if (auto promise = asked.extract(x->id))
      promise.mapped().deliver(std::move(x->answer));
}

void cluster_state::fail_asks(cluster_link_state& link) {
  link.asks.handle_down();
  deliver_answers(link);
}

void cluster_state::handle(from_node<admin_answer>& x) {
  auto* link = link_of(x.sender);
  if (link && !link->asks.handle_answer(std::move(x.what), now()))
    broke_rule(*link, "admin-answer");
}

void cluster_state::handle(from_node<admin_ask>& x) {
  auto* link = link_of(x.sender);
  if (!link || !runner)
    return;
  if (!link->served.handle_ask(x.what)) {
    broke_rule(*link, "admin-ask");
    return;
  }
  auto& [id, method, target, body] = x.what;
  log::event(log::level::debug, "admin-asked",
             {{"node", link->facts.remote.node},
              {"method", method},
              {"target", target}});
  self->request(
          runner, served_asks::time,
          admin_request{std::move(method), std::move(target), std::move(body)})
      .then(
          [this, to = link->facts.id, ask = id](node_answer& y) {
            answer(to, ask, y);
            drain();
          },
          // The other node knows by itself that it took too long.
          [this, to = link->facts.id, ask = id](caf::error&) {
            if (auto* asking = links.find(to))
              asking->served.handle_finished(ask);
          });
}

void cluster_state::answer(uint64_t to, uint64_t ask, node_answer& x) {
  auto* link = links.find(to);
  if (!link)
    return;
  link->served.handle_finished(ask);
  if (x.body.size() > max_answer)
    return;
  auto rest = std::string_view{x.body};
  do {
    const auto piece = rest.substr(0, max_answer_piece);
    rest.remove_prefix(piece.size());
    send(*link, admin_answer{ask, x.status, x.elsewhere, std::string{piece},
                             rest.empty()});
  } while (!rest.empty());
}

nodes_found cluster_state::find(const find_nodes& x) const {
  nodes_found out;
  for (const auto& room : x.rooms)
    out.nodes.push_back(directory.nodes_of(room));
  return out;
}

} // namespace troupe::actors
