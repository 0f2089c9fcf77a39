#pragma once

#include "actors/http/admin_context.hpp"
#include "actors/http/admin_json.hpp"
#include "actors/http/admin_proxy.hpp"

#include <vector>

namespace troupe::actors {

/// INTERNAL to admin tasks: the requests that read about one room. They respond
/// with a report on it, its members or their consumers.
class admin_reports {
public:
  admin_reports(admin_context& task, admin_proxy& proxy)
      : task_(task)
      , proxy_(proxy) {}

  /// Responds with what the request asks about one room and its members.
  void describe_room();

private:
  void with_report(const room_report& x);
  void with_member(const room_report& x);
  void add_stats(const room_report& x);
  void finish_stats();

  admin_context& task_;
  admin_proxy& proxy_;
  std::vector<room_report> reports_;
  std::vector<producer_stats> figures_;
  size_t missing_ = 0; // responses still to come
};

} // namespace troupe::actors
