#pragma once

#include "actors/room/room_rules.hpp"
#include "net/auth/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::actors {

/// How a joining client proves that it is the user whose id it gives.
enum class user_proof : uint8_t {
  /// No proof: it only gives the user's id.
  none,
  /// Proof of being the present holder of the id: by a token, by Socket.IO's
  /// `pid`, or by the secret that the room gave it.
  holder,
  /// Proof of being the holder before the first takeover without proof: by the
  /// secret of that holder.
  first_holder,
};

/// The secrets that prove who a member is. They end with the membership.
///
/// A client that takes the id over without proof gets a secret of its own. The
/// secret and the standing of the first holder are kept, so that it can take
/// both back; those of later holders are not, so that a claim never grows.
class member_claim {
public:
  /// Matches no secret.
  member_claim() = default;

  explicit member_claim(std::string secret) : holder_(std::move(secret)) {}

  /// Only the member's own client may be sent this.
  const std::string& secret() const {
    return holder_.text();
  }

  /// Takes constant time for a secret of the right length.
  user_proof check(std::string_view shown) const {
    if (holder_.matches(shown))
      return user_proof::holder;
    if (first_ && first_->secret.matches(shown))
      return user_proof::first_holder;
    return user_proof::none;
  }

  /// A client has taken the id over without proof, and proves itself by
  /// `secret` from now on. `former` is the standing of the holder so far.
  void pass_on(std::string secret, std::optional<standing> former) {
    if (!first_)
      first_ = first_holder{holder_, former};
    holder_ = net::secret{std::move(secret)};
  }

  /// The first holder is back; secrets given since then become void. Returns
  /// the standing that it had, if it had one.
  std::optional<standing> restore() {
    if (!first_)
      return std::nullopt;
    auto before = std::move(*first_);
    first_.reset();
    holder_ = std::move(before.secret);
    return before.former;
  }

private:
  struct first_holder {
    net::secret secret;
    std::optional<standing> former;
  };

  net::secret holder_;
  std::optional<first_holder> first_;
};

} // namespace troupe::actors
