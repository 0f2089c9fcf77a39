#pragma once

#include "actors/http/admin_context.hpp"
#include "actors/http/admin_json.hpp"

#include <vector>

namespace troupe::actors {

/// INTERNAL to admin tasks: the requests that read. They respond with a report
/// on rooms, members or consumers.
class admin_reports {
public:
  explicit admin_reports(admin_context& task) : task_(task) {}

  /// Responds with a page of the list of rooms.
  void list_rooms();

  /// Responds with what the request asks about one room and its members.
  void describe_room();

private:
  void take_page(const room_page& page);
  void with_report(const room_report& x);
  void with_member(const room_report& x);
  void add_stats(const room_report& x);

  admin_context& task_;
  std::vector<room_report> reports_;
  std::vector<producer_stats> figures_;
  size_t missing_ = 0; // responses still to come
};

} // namespace troupe::actors
