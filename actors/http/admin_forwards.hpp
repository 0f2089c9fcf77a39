#pragma once

#include "actors/http/admin_context.hpp"

namespace troupe::actors {

/// INTERNAL to admin tasks: the forwards of a room on this node.
class admin_forwards {
public:
  explicit admin_forwards(admin_context& task) : task_(task) {}

  /// Starts a forward, and responds with it.
  void start();

  /// Responds with all of the room.
  void list();

  /// Describes one, asks for a key frame, or ends it.
  void handle_one();

private:
  template <class Request>
  void ask_for(Request what, std::function<void(const forward_info&)> next);

  admin_context& task_;
};

/// A forward as the API describes it.
std::string forward_json(const forward_info& x);

/// A list of them.
std::string forward_list_json(const forward_list& x);

} // namespace troupe::actors
