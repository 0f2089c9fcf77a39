#include "rtp/send/decision_log.hpp"

namespace troupe::rtp {

std::string_view to_string(decision_reason x) {
  switch (x) {
    case decision_reason::wanted:
      return "wanted";
    case decision_reason::link:
      return "link";
    case decision_reason::source:
      return "source";
    case decision_reason::overload:
      return "overload";
    case decision_reason::paused:
      return "paused";
    case decision_reason::late:
      return "late";
    case decision_reason::keyframe:
      return "keyframe";
    case decision_reason::last_n:
      return "last-n";
    case decision_reason::loudness:
      return "loudness";
  }
  return "unknown";
}

} // namespace troupe::rtp
