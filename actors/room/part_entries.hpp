#pragma once

#include "actors/media/producer_facts.hpp"
#include "actors/replica/part_entry.hpp"
#include "actors/room/member_table.hpp"
#include "actors/room/room_rules.hpp"

#include <optional>
#include <string>

/// Converts between what a room knows and what nodes tell each other of it.
namespace troupe::actors {

/// The rank of room_rules that a stamp stands for: the older, the lower.
uint64_t to_rank(const stamp& x);

/// The user of a member, as twins on two nodes have it in common; empty if only
/// this server knows the user.
std::string user_of(const peer_id& who, bool named_by_client, bool derived);

/// The entry of a member that joined at `since`, with this rank; `recording` is
/// what this node makes of the room, and `accepts` what the member lets make.
part_entry<std::string>
to_entry(const protocol::participant& who, const room_member& member,
         const stamp& since, const standing& has,
         std::optional<protocol::recording_info> recording = {},
         recording_id accepts = {});

part_entry<std::string> to_entry(const producer_facts& x, const stamp& since);
part_entry<std::string> to_entry(const data_producer_facts& x,
                                 const stamp& since);

/// Reads the entry of a producer; nothing if it breaks a rule.
std::optional<producer_facts>
to_producer_facts(const part_entry<std::string>& x);
std::optional<data_producer_facts>
to_data_producer_facts(const part_entry<std::string>& x);

} // namespace troupe::actors
