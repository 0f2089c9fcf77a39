#include "tests/protocol/dialects/canonical_data.hpp"

#include <sstream>
#include <stdexcept>

namespace troupe::test {

using namespace troupe::protocol;

namespace {

std::vector<uint16_t> parse_numbers(const std::string& text) {
  std::vector<uint16_t> out;
  for (const auto& x : split(text, ','))
    out.push_back(static_cast<uint16_t>(std::stoi(x)));
  return out;
}

// "ann:Ann:words:hi", or "ann:Ann:words:hi:m1" with the client's id.
chat_message parse_chat_message(const std::string& text) {
  const auto x = split(text, ':');
  chat_message out{peer_id{x.at(0)}, x.at(1), x.at(2), x.at(3)};
  if (x.size() > 4)
    out.id = x[4];
  out.age_ms = 1500;
  return out;
}

} // namespace

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  std::istringstream in{std::string{text}};
  for (std::string part; std::getline(in, part, at);)
    parts.push_back(part);
  return parts;
}

data_producer_info parse_data_producer(const std::string& text) {
  const auto x = split(text, ':');
  data_producer_info out;
  out.id = data_producer_id{x.at(0)};
  out.peer = peer_id{x.at(1) == "-" ? "" : x.at(1)};
  out.label = x.at(2);
  return out;
}

outcome parse_data_outcome(const std::vector<std::string>& words) {
  const auto& what = words.at(0);
  if (what == "data-produced")
    return success{reply::data_produced{data_producer_id{words.at(1)}}};
  if (what == "data-consumers") {
    reply::data_consumers out;
    for (const auto& id : split(words.at(1), ','))
      out.ids.emplace_back(id);
    return success{out};
  }
  if (what == "data-subchannels")
    return success{reply::data_subchannels{
        data_consumer_id{words.at(1)},
        parse_numbers(words.size() > 2 ? words[2] : "")}};
  if (what == "data-buffered")
    return success{
        reply::data_buffered{data_consumer_id{words.at(1)},
                             static_cast<uint32_t>(std::stoul(words.at(2)))}};
  if (what == "data-producers")
    return success{reply::data_producers{
        words.size() > 1 ? parse_list(words[1], parse_data_producer)
                         : std::vector<data_producer_info>{}}};
  if (what == "data-chat")
    return success{reply::chat_history{
        static_cast<uint32_t>(std::stoul(words.at(1))),
        words.size() > 2 ? parse_list(words[2], parse_chat_message)
                         : std::vector<chat_message>{}}};
  if (what != "data-consumed")
    throw std::invalid_argument("unknown outcome: " + what);
  const auto of = parse_data_producer(words.at(3));
  reply::data_consumed out;
  out.id = data_consumer_id{words.at(1)};
  out.data_producer = of.id;
  out.peer = of.peer;
  out.stream.stream_id = 4;
  out.label = of.label;
  return success{out};
}

any_event parse_data_event(const std::string& what,
                           const std::vector<std::string>& ids) {
  if (what == "data-producer-added")
    return event::data_producer_added{
        parse_data_producer(ids.at(0) + ':' + ids.at(1) + ':' + ids.at(2))};
  if (what == "data-producer-closed")
    return event::data_producer_closed{
        data_producer_id{ids.at(0)},
        peer_id{ids.at(1) == "-" ? "" : ids.at(1)}};
  if (what == "data-consumer-closed")
    return event::data_consumer_closed{data_consumer_id{ids.at(0)},
                                       data_producer_id{ids.at(1)},
                                       ids.size() > 2};
  if (what == "data-consumer-paused")
    return event::data_consumer_paused{data_consumer_id{ids.at(0)}};
  if (what == "data-consumer-resumed")
    return event::data_consumer_resumed{data_consumer_id{ids.at(0)}};
  if (what == "data-consumer-buffered-low")
    return event::data_consumer_buffered_low{
        data_consumer_id{ids.at(0)},
        static_cast<uint32_t>(std::stoul(ids.at(1)))};
  throw std::invalid_argument("unknown event: " + what);
}

} // namespace troupe::test
