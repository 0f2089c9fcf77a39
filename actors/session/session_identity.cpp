#include "actors/session/session_identity.hpp"

#include "protocol/verbs/request_limits.hpp"

namespace troupe::actors {

namespace {

/// Tokens that expire later than this count as unlimited: a deadline in
/// nanoseconds could overflow.
constexpr auto forever = std::chrono::days{3650};

} // namespace

session_identity::session_identity(std::shared_ptr<const authenticator> auth,
                                   std::optional<protocol::identity> who,
                                   net::time_point now)
    : auth_(std::move(auth)) {
  if (who)
    identify(std::move(*who), now);
}

std::optional<protocol::error>
session_identity::authenticate(const std::string& token, net::time_point now) {
  if (!auth_)
    return std::nullopt;
  auto who = auth_->identify(token, wall_now());
  if (!who)
    return protocol::make_error(to_reason(who.error()));
  identify(std::move(*who), now);
  return std::nullopt;
}

std::optional<protocol::error>
session_identity::refusal_of(protocol::request& what) const {
  if (auth_ && !std::holds_alternative<protocol::verb::authenticate>(what)) {
    if (!who_)
      return protocol::make_error(protocol::error_reason::token_missing);
    if (auto refused = protocol::authorize(what, *who_))
      return refused;
  }
  return protocol::find_excess(what);
}

void session_identity::identify(protocol::identity who, net::time_point now) {
  auto left = who.expires ? *who.expires - wall_now() : forever;
  expires_.reset();
  if (left < forever)
    expires_ = now + left;
  who_ = std::move(who);
}

} // namespace troupe::actors
