#pragma once

#include "actors/http/admin_context.hpp"
#include "protocol/json/admin_answers.hpp"

#include <functional>
#include <string>
#include <vector>

namespace troupe::actors {

/// The response to a client if another node did not answer: 504 if it took too
/// long, else 502, with the node's name.
net::http_response admin_error(ask_fault why, const std::string& node);

/// A node's answer to a node, from its response.
node_answer to_node_answer(const net::http_response& x);

/// INTERNAL to admin tasks: lets other nodes answer.
class admin_proxy {
public:
  explicit admin_proxy(admin_context& task) : task_(task) {}

  /// Passes the request on to the nodes that have its room, which this node has
  /// not: to one after the other until one has an answer.
  void forward();

  /// Passes the request on to the node that has its member. If another node
  /// asks, it is told that node's name.
  void ask_its_node(const std::string& node);

  /// Responds with the statistics of the room on these nodes, added to `mine`,
  /// which is empty if this node does not have the room.
  void gather_stats(std::string mine, std::vector<std::string> nodes);

  /// Sends the client's request to a node.
  void ask(const std::string& node, std::function<void(node_answer&)> next);

  /// The node has answered what is no answer.
  void report(const std::string& node);

private:
  void try_node(std::vector<std::string> nodes);
  void pass_on(const std::string& node, node_answer& x);
  void take_stats(const std::string& node, node_answer& x);
  void finish_stats();

  admin_context& task_;
  protocol::room_stats_union stats_;
  std::vector<std::string> unanswered_;
  net::http_response failure_; // the last one
  size_t missing_ = 0;         // answers still to come
};

} // namespace troupe::actors
