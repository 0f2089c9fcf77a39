#include "bench/load/scenario/run_options.hpp"

namespace troupe::load {

std::string_view to_string(srtp_choice x) {
  return x == srtp_choice::gcm ? "gcm" : "cm";
}

std::optional<srtp_choice> srtp_choice_from(std::string_view name) {
  if (name == "gcm")
    return srtp_choice::gcm;
  if (name == "cm")
    return srtp_choice::cm;
  return std::nullopt;
}

} // namespace troupe::load
