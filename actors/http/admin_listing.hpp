#pragma once

#include "actors/http/admin_json.hpp"
#include "actors/http/admin_proxy.hpp"

#include <map>
#include <set>
#include <vector>

namespace troupe::actors {

/// INTERNAL to admin tasks: the list of rooms, those of other nodes included.
class admin_listing {
public:
  admin_listing(admin_context& task, admin_proxy& proxy)
      : task_(task)
      , proxy_(proxy) {}

  /// Responds with a page of the list.
  void start();

private:
  // This node's rooms, which describe themselves.
  void take_page(const room_page& page);
  void describe();

  // The rooms of other nodes, each of which is asked for those that this node
  // has not.
  void add_remote(const remote_room_page& page);
  void take_answer(const std::string& node, const std::set<std::string>& rooms,
                   node_answer& x);

  void finish();

  admin_context& task_;
  admin_proxy& proxy_;
  room_list list_;
  std::vector<room_report> reports_;
  size_t missing_ = 0; // responses still to come
};

/// Which rooms of other nodes belong to a page.
struct remote_plan {
  /// By node, the rooms for which it is to be asked.
  std::map<std::string, std::set<std::string>> wanted;
  /// The last room of the page if there are more, else empty.
  std::string next;
};

/// Takes rooms off `mine`, this node's own, that come after the page's end, and
/// returns what else belongs to the page. `next` is the last of this node's
/// rooms if it has more; `limit` is how many rooms a page has at most.
remote_plan plan_page(std::map<std::string, std::string>& mine,
                      const std::string& next, const remote_room_page& others,
                      size_t limit);

} // namespace troupe::actors
