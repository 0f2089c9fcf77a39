#include "net/io/cluster/cluster_port.hpp"

namespace troupe::net {

std::string_view to_string(link_refusal x) {
  switch (x) {
    case link_refusal::tls:
      return "tls";
    case link_refusal::preface:
      return "preface";
    case link_refusal::other_cluster:
      return "other_cluster";
    case link_refusal::name_not_certified:
      return "name_not_certified";
    case link_refusal::level:
      return "level";
    case link_refusal::self:
      return "self";
    case link_refusal::duplicate:
      return "duplicate";
    case link_refusal::too_many:
      return "too_many";
    case link_refusal::gate:
      return "gate";
    case link_refusal::quarantine:
      return "quarantine";
  }
  return "unknown";
}

} // namespace troupe::net
