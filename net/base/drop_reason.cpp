#include "net/base/drop_reason.hpp"

namespace troupe::net {

std::string_view to_string(drop_reason reason) {
  switch (reason) {
    case drop_reason::unclassified:
      return "unclassified";
    case drop_reason::stun_malformed:
      return "stun_malformed";
    case drop_reason::stun_not_a_request:
      return "stun_not_a_request";
    case drop_reason::stun_unauthenticated:
      return "stun_unauthenticated";
    case drop_reason::stun_refused:
      return "stun_refused";
    case drop_reason::unknown_tuple:
      return "unknown_tuple";
    case drop_reason::dtls_over:
      return "dtls_over";
    case drop_reason::no_keys:
      return "no_keys";
    case drop_reason::srtp_malformed:
      return "srtp_malformed";
    case drop_reason::srtp_bad_tag:
      return "srtp_bad_tag";
    case drop_reason::srtp_replayed:
      return "srtp_replayed";
    case drop_reason::srtp_exhausted:
      return "srtp_exhausted";
    case drop_reason::queue_full:
      return "queue_full";
    case drop_reason::closed:
      return "closed";
    case drop_reason::too_late:
      return "too_late";
    case drop_reason::unattended:
      return "unattended";
  }
  return "invalid";
}

} // namespace troupe::net
