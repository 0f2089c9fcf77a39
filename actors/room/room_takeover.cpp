// Which clients may take over a member's id, and what they get (docs/adr/0030).

#include "actors/base/log.hpp"
#include "actors/room/room_state.hpp"
#include "net/base/rng.hpp"

namespace troupe::actors {

namespace {

// Characters of [0-9A-Za-z], 5.95 bits each: 131 bits.
constexpr size_t secret_length = 22;

// Short enough for the reason of a WebSocket's close frame (123 octets, RFC
// 6455, section 5.5).
constexpr auto proof_wanted =
    "This user is in the room; its rejoinSecret or a token must prove who you "
    "are";

std::string make_secret() {
  return net::make_secure_rng()->alphanumeric(secret_length);
}

// `Newcomer` is join_room or identify_member.
template <class Newcomer>
user_proof prove(const room_member& holder, const Newcomer& x) {
  if (x.vouched || (holder.derived && x.derived))
    return user_proof::holder;
  // The holder itself, which repeats its request after it stopped waiting.
  if constexpr (requires { x.session; })
    if (holder.session && holder.session == x.session)
      return user_proof::holder;
  return holder.claim.check(x.rejoin_secret);
}

// Why the client may not take over that id at all, or nothing.
template <class Newcomer>
std::optional<protocol::error> refuse_takeover(const room_member& holder,
                                               const Newcomer& x,
                                               const config::room_keys& keys) {
  if (prove(holder, x) != user_proof::none)
    return std::nullopt;
  if (!holder.is_user_of(x))
    return protocol::error{error_code::forbidden, "This id is taken"};
  if (keys.takeover == "proven")
    return protocol::error{error_code::forbidden, proof_wanted};
  return std::nullopt;
}

// Whether the client proves to be the user of a member on another node, whose
// secret only that node knows.
template <class Newcomer>
bool is_proven(const protocol::described_member& twin, const Newcomer& x) {
  return x.vouched || (twin.derived && x.derived);
}

// The same as refuse_takeover() of a member on another node.
template <class Newcomer>
std::optional<protocol::error>
refuse_twin(const protocol::described_member& twin, const Newcomer& x,
            const config::room_keys& keys) {
  if (is_proven(twin, x))
    return std::nullopt;
  if (!twin.named_by_client || !x.named_by_client)
    return protocol::error{error_code::forbidden, "This id is taken"};
  if (keys.takeover == "proven")
    return protocol::error{error_code::forbidden, proof_wanted};
  return std::nullopt;
}

} // namespace

member_claim room_state::make_claim() {
  return member_claim{make_secret()};
}

void room_state::recognize(join_room& x) const {
  if (x.named_by_client || x.rejoin_secret.empty()
      || members.contains(x.who.id))
    return;
  for (const auto& [who, holder] : members)
    if (holder.claim.check(x.rejoin_secret) != user_proof::none) {
      x.who.id = who;
      return;
    }
}

std::optional<protocol::error> room_state::refuse(const join_room& x) const {
  if (const auto* holder = members.find(x.who.id)) {
    if (auto refused = refuse_takeover(*holder, x, services.limits))
      return refused;
    if (prove(*holder, x) != user_proof::none)
      return std::nullopt;
  }
  if (const auto twin = replica.find_remote(x.who.id)) {
    if (auto refused = refuse_twin(*twin, x, services.limits))
      return refused;
    if (is_proven(*twin, x))
      return std::nullopt;
  }
  if (!rules.admits(x.rights.moderate))
    return protocol::make_error(protocol::error_reason::room_locked);
  if (members.participants() + replica.remote_members()
      >= services.limits.max_members)
    return protocol::make_error(protocol::error_reason::room_full);
  if (lobby.must_knock(x))
    return protocol::make_error(protocol::error_reason::waiting_for_host);
  return std::nullopt;
}

void room_state::hand_over(const join_room& x) {
  const auto& who = x.who.id;
  auto& holder = members.at(who);
  switch (prove(holder, x)) {
    case user_proof::holder:
      return;
    case user_proof::first_holder:
      if (auto former = holder.claim.restore())
        rules.restore(who, *former);
      return;
    case user_proof::none:
      holder.claim.pass_on(make_secret(), rules.standing_of(who));
      rules.move_to_end(who);
      recording.note_other_user(who);
      forwards.note_left(who);
      log::event(log::level::info, "place-taken",
                 {{"room", id.str()}, {"peer", who.str()}});
  }
}

std::optional<protocol::error>
room_state::release_id(const identify_member& x,
                       std::optional<released_id>& out) {
  const auto& who = x.who.id;
  if (const auto twin = replica.find_remote(who))
    return refuse_twin(*twin, x, services.limits);
  const auto* holder = members.find(who);
  if (!holder)
    return std::nullopt;
  if (auto refused = refuse_takeover(*holder, x, services.limits))
    return refused;
  out = released_id{prove(*holder, x), holder->claim, rules.standing_of(who)};
  dismiss(who, protocol::end_reason::replaced, {leave_reason::taken_over});
  return std::nullopt;
}

void room_state::take_over_id(const peer_id& who, released_id released) {
  auto& mine = members.at(who).claim;
  if (released.proof == user_proof::none)
    released.claim.pass_on(mine.secret(), std::exchange(released.former, {}));
  else if (released.proof == user_proof::first_holder)
    released.former = released.claim.restore();
  mine = std::move(released.claim);
  if (released.former)
    rules.restore(who, *released.former);
}

} // namespace troupe::actors
