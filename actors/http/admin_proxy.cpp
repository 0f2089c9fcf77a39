#include "actors/http/admin_proxy.hpp"

#include "actors/cluster/admin_asks.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

// The other node answers before, or counts as silent.
constexpr auto patience = admin_asks::timeout + std::chrono::seconds{1};

// The most nodes that are asked for a room one after the other: what one of
// them does not know, the others hardly do.
constexpr size_t max_nodes = 3;

constexpr unsigned misdirected = 421; // RFC 9110, section 15.5.20

net::http_response no_such_peer() {
  return admin_error(404, "peer-not-found", "Peer not found");
}

} // namespace

net::http_response admin_error(ask_fault why, const std::string& node) {
  switch (why) {
    case ask_fault::timeout:
      return admin_error(504, "node-timeout",
                         "The node " + node + " did not answer in time");
    case ask_fault::busy:
      return admin_error(502, "node-busy",
                         "Too many requests wait for the node " + node);
    case ask_fault::broken:
      return admin_error(502, "bad-answer",
                         "The node " + node + " gave a malformed answer");
    default:
      return admin_error(502, "node-unreachable",
                         "The node " + node + " cannot be reached");
  }
}

node_answer to_node_answer(const net::http_response& x) {
  node_answer out;
  out.status = static_cast<uint16_t>(x.status);
  out.body = x.content();
  for (const auto& [name, value] : x.headers)
    if (name == elsewhere_header)
      out.elsewhere = value;
  if (out.body.size() <= max_answer)
    return out;
  return to_node_answer(
      admin_error(502, "too-large",
                  "The answer is longer than what a node tells another: "
                  "ask this node itself, or for a smaller page"));
}

void admin_proxy::forward() {
  task_.with_nodes({task_.job.call.room}, [this](nodes_found& found) {
    auto& nodes = found.nodes.front();
    if (nodes.empty())
      return task_.answer(admin_error(
          protocol::make_error(protocol::error_code::room_not_found)));
    if (task_.job.call.action == admin_action::get_room_stats)
      return gather_stats({}, std::move(nodes));
    nodes.resize(std::min(nodes.size(), max_nodes));
    try_node(std::move(nodes));
  });
}

void admin_proxy::try_node(std::vector<std::string> nodes) {
  const auto node = nodes.front();
  nodes.erase(nodes.begin());
  ask(node, [this, node, rest = std::move(nodes)](node_answer& x) {
    if (x.status == misdirected)
      return ask_its_node(x.elsewhere);
    const auto nothing = x.fault == ask_fault::unreachable || x.status == 404;
    if (nothing && !rest.empty())
      return try_node(rest);
    pass_on(node, x);
  });
}

void admin_proxy::ask_its_node(const std::string& node) {
  if (task_.job.may_ask())
    return ask(node, [this, node](node_answer& x) { pass_on(node, x); });
  auto out = admin_error(misdirected, "other-node",
                         "This peer is on the node " + node);
  out.headers.emplace_back(elsewhere_header, node);
  task_.answer(std::move(out));
}

void admin_proxy::ask(const std::string& node,
                      std::function<void(node_answer&)> next) {
  task_.self
      ->request(task_.job.cluster.actor, patience,
                ask_node{node, task_.job.original})
      .then(next, [next](const caf::error&) {
        node_answer gone{ask_fault::unreachable, 0, {}, {}};
        next(gone);
      });
}

void admin_proxy::report(const std::string& node) {
  task_.self->send(task_.job.cluster.actor, report_violation{node});
}

void admin_proxy::pass_on(const std::string& node, node_answer& x) {
  if (x.fault != ask_fault::none)
    return task_.answer(admin_error(x.fault, node));
  // It went to yet another node meanwhile.
  if (x.status == misdirected)
    return task_.answer(no_such_peer());
  if (x.status == 204 && x.body.empty())
    return task_.answer(net::http_response{204, {}, {}});
  if (protocol::is_admin_answer(x.body))
    return task_.answer(net::json_response(x.status, std::move(x.body)));
  report(node);
  task_.answer(admin_error(ask_fault::broken, node));
}

void admin_proxy::gather_stats(std::string mine,
                               std::vector<std::string> nodes) {
  if (!mine.empty())
    stats_.add(mine);
  missing_ = nodes.size();
  for (const auto& node : nodes)
    ask(node, [this, node](node_answer& x) { take_stats(node, x); });
}

void admin_proxy::take_stats(const std::string& node, node_answer& x) {
  --missing_;
  const auto fine = x.fault == ask_fault::none && x.status == 200;
  // Its members may have left the room meanwhile: 404.
  if (fine && !stats_.add(x.body)) {
    report(node);
    x.fault = ask_fault::broken;
  }
  if (x.fault != ask_fault::none) {
    failure_ = admin_error(x.fault, node);
    unanswered_.push_back(node);
  } else if (!fine) {
    failure_ = net::json_response(x.status, std::move(x.body));
    if (x.status != 404)
      unanswered_.push_back(node);
  }
  if (missing_ == 0)
    finish_stats();
}

void admin_proxy::finish_stats() {
  if (stats_.empty())
    return task_.answer(std::move(failure_));
  std::ranges::sort(unanswered_);
  task_.answer(stats_.str(unanswered_));
}

} // namespace troupe::actors
