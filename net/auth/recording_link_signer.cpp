#include "net/auth/recording_link_signer.hpp"

#include "net/auth/base64.hpp"
#include "net/auth/hmac.hpp"
#include "net/auth/secret.hpp"

namespace troupe::net {

namespace {

std::string to_seconds(recording_link_signer::seconds time) {
  return std::to_string(time.time_since_epoch().count());
}

} // namespace

std::string_view to_string(link_fault x) {
  switch (x) {
    case link_fault::forged:
      return "forged";
    case link_fault::expired:
      return "expired";
    default:
      return "too-long";
  }
}

std::string recording_link_signer::sign(std::string_view id,
                                        std::string_view room,
                                        seconds until) const {
  std::string text{id};
  text.append("\n").append(room).append("\n").append(to_seconds(until));
  return to_base64url(hmac_sha256(secret_, text));
}

std::string recording_link_signer::make_query(std::string_view id,
                                              std::string_view room,
                                              seconds now) const {
  const auto until = now + lifetime;
  return "until=" + to_seconds(until) + "&key=" + sign(id, room, until);
}

std::optional<link_fault> recording_link_signer::verify(std::string_view id,
                                                        std::string_view room,
                                                        seconds until,
                                                        std::string_view key,
                                                        seconds now) const {
  if (secret_.empty() || id.find('\n') != std::string_view::npos
      || !secret{sign(id, room, until)}.matches(key))
    return link_fault::forged;
  if (until <= now)
    return link_fault::expired;
  if (until > now + lifetime + clock_skew)
    return link_fault::too_long;
  return std::nullopt;
}

} // namespace troupe::net
