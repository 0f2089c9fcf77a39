#include "actors/room/part_entries.hpp"

#include "protocol/json/part_json.hpp"

namespace troupe::actors {

uint64_t to_rank(const stamp& x) {
  constexpr uint64_t counters = uint64_t{1} << 16;
  return static_cast<uint64_t>(x.wall_ms) * counters
         + std::min<uint64_t>(x.counter, counters - 1);
}

std::string user_of(const peer_id& who, bool named_by_client, bool derived) {
  if (named_by_client)
    return "n:" + who.str();
  if (derived)
    return "d:" + who.str();
  return {};
}

part_entry<std::string>
to_entry(const protocol::participant& who, const room_member& member,
         const stamp& since, const standing& has,
         std::optional<protocol::recording_info> recording,
         recording_id accepts) {
  return {{entry_kind::member, who.id.str()},
          user_of(who.id, member.named_by_client, member.derived),
          since,
          !member.moderates,
          protocol::to_json(protocol::described_member{
              who.name, who.device, member.named_by_client, member.derived,
              member.moderates, has.made_host, has.rank, std::move(recording),
              std::move(accepts)})};
}

part_entry<std::string> to_entry(const producer_facts& x, const stamp& since) {
  return {
      {entry_kind::producer, x.info.id.str()},
      x.info.peer.str(),
      since,
      false,
      protocol::to_json(protocol::described_producer{
          x.info.kind, x.info.paused, x.info.app_data, x.type, x.consumable})};
}

part_entry<std::string> to_entry(const data_producer_facts& x,
                                 const stamp& since) {
  return {{entry_kind::data_producer, x.info.id.str()},
          x.info.peer.str(),
          since,
          false,
          protocol::to_json(protocol::described_data_producer{
              x.info.label, x.info.protocol, x.info.paused, x.info.app_data,
              x.stream})};
}

std::optional<producer_facts>
to_producer_facts(const part_entry<std::string>& x) {
  auto read = protocol::read_described_producer(x.payload);
  if (!read)
    return std::nullopt;
  producer_facts out;
  out.info = {producer_id{x.key.id}, peer_id{x.owner}, read->kind, read->paused,
              std::move(read->app_data)};
  out.consumable = std::move(read->consumable);
  out.type = std::move(read->type);
  return out;
}

std::optional<data_producer_facts>
to_data_producer_facts(const part_entry<std::string>& x) {
  auto read = protocol::read_described_data_producer(x.payload);
  if (!read)
    return std::nullopt;
  data_producer_facts out;
  out.info = {
      data_producer_id{x.key.id}, peer_id{x.owner}, std::move(read->label),
      std::move(read->protocol),  read->paused,     std::move(read->app_data)};
  out.stream = read->stream;
  return out;
}

} // namespace troupe::actors
