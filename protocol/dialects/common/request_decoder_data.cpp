#include "protocol/dialects/common/request_decoder_members.hpp"
#include "protocol/verbs/limits.hpp"

#include <algorithm>

/// Decoders for the payloads of requests about data channels.
namespace troupe::protocol {

namespace {

using rapidjson::Value;

constexpr unsigned max_subchannel = 65'535;

verdict check_subchannel(const Value& in, std::string_view name,
                         uint16_t& out) {
  if (!in.IsUint() || in.GetUint() > max_subchannel)
    return refuse(decode_errc::bad_value, name, "must be 0 to 65535");
  out = static_cast<uint16_t>(in.GetUint());
  return std::nullopt;
}

verdict optional_subchannels(const Value& payload,
                             std::optional<std::vector<uint16_t>>& out) {
  constexpr std::string_view name = "subchannels";
  const auto member = find_member(payload, name);
  if (!member)
    return std::nullopt;
  if (!member->IsArray())
    return refuse(decode_errc::wrong_type, name, "must be an array");
  if (member->Size() > limits::subchannels)
    return refuse(decode_errc::bad_value, name,
                  limits::at_most(limits::subchannels, "elements"));
  auto& all = out.emplace();
  for (const auto& x : member->GetArray()) {
    uint16_t one = 0;
    if (auto bad = check_subchannel(x, "subchannels[]", one))
      return bad;
    all.push_back(one);
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return std::nullopt;
}

template <class Verb>
checked<request> read_data_producer_verb(const Value& payload) {
  Verb verb;
  const auto id = required_id(payload, "dataProducerId", verb.data_producer);
  return finish(std::move(verb), {id});
}

template <class Verb, class Read>
checked<request> read_data_consumer_verb(const Value& payload, Read read) {
  Verb verb;
  const auto id = read(payload, "dataConsumerId", verb.data_consumer);
  return finish(std::move(verb), {id});
}

template <class Verb>
checked<request> read_subchannel_verb(const Value& payload) {
  Verb verb;
  const auto id = required_id(payload, "dataConsumerId", verb.data_consumer);
  const Value* member = nullptr;
  auto which = required(payload, "subchannel", member);
  if (!which)
    which = check_subchannel(*member, "subchannel", verb.subchannel);
  return finish(std::move(verb), {id, which});
}

} // namespace

checked<request> read_produce_data(const Value& payload) {
  verb::produce_data verb;
  const auto transport = optional_id(payload, "transportId", verb.transport);
  const auto stream = required_by(decode_sctp_stream_parameters, payload,
                                  "sctpStreamParameters", verb.stream);
  const auto label = optional_text(payload, "label", limits::text, verb.label);
  const auto protocol =
      optional_text(payload, "protocol", limits::text, verb.protocol);
  const auto pause = optional_bool(payload, "paused", verb.paused);
  const auto app_data = optional_app_data(payload, verb.app_data);
  return finish(std::move(verb),
                {transport, stream, label, protocol, pause, app_data});
}

checked<request> read_consume_data(const Value& payload) {
  verb::consume_data verb;
  const auto transport = optional_id(payload, "transportId", verb.transport);
  const auto producer =
      optional_id(payload, "dataProducerId", verb.data_producer);
  const auto pause = optional_bool(payload, "paused", verb.paused);
  const auto subchannels = optional_subchannels(payload, verb.subchannels);
  return finish(std::move(verb), {transport, producer, pause, subchannels});
}

checked<request> read_pause_data_producer(const Value& payload) {
  return read_data_producer_verb<verb::pause_data_producer>(payload);
}

checked<request> read_resume_data_producer(const Value& payload) {
  return read_data_producer_verb<verb::resume_data_producer>(payload);
}

checked<request> read_close_data_producer(const Value& payload) {
  return read_data_producer_verb<verb::close_data_producer>(payload);
}

checked<request> read_pause_data_consumer(const Value& payload) {
  return read_data_consumer_verb<verb::pause_data_consumer>(
      payload, optional_id<data_consumer_id>);
}

checked<request> read_resume_data_consumer(const Value& payload) {
  return read_data_consumer_verb<verb::resume_data_consumer>(
      payload, optional_id<data_consumer_id>);
}

checked<request> read_close_data_consumer(const Value& payload) {
  return read_data_consumer_verb<verb::close_data_consumer>(
      payload, required_id<data_consumer_id>);
}

checked<request> read_set_subchannels(const Value& payload) {
  verb::set_data_subchannels verb;
  std::optional<std::vector<uint16_t>> given;
  const auto id = required_id(payload, "dataConsumerId", verb.data_consumer);
  auto list = optional_subchannels(payload, given);
  if (!list && !given)
    list = refuse(decode_errc::missing, "subchannels", "missing");
  if (given)
    verb.subchannels = std::move(*given);
  return finish(std::move(verb), {id, list});
}

checked<request> read_add_subchannel(const Value& payload) {
  return read_subchannel_verb<verb::add_data_subchannel>(payload);
}

checked<request> read_remove_subchannel(const Value& payload) {
  return read_subchannel_verb<verb::remove_data_subchannel>(payload);
}

checked<request> read_set_low_threshold(const Value& payload) {
  verb::set_data_low_threshold verb;
  const auto id = required_id(payload, "dataConsumerId", verb.data_consumer);
  const Value* member = nullptr;
  auto threshold = required(payload, "threshold", member);
  if (!threshold && !member->IsUint())
    threshold = refuse(decode_errc::bad_value, "threshold",
                       "must be a number of octets");
  if (!threshold)
    verb.threshold = member->GetUint();
  return finish(std::move(verb), {id, threshold});
}

checked<request> read_get_buffered_amount(const Value& payload) {
  return read_data_consumer_verb<verb::get_data_buffered>(
      payload, required_id<data_consumer_id>);
}

checked<request> read_list_data_producers(const Value&) {
  return request{verb::list_data_producers{}};
}

checked<request> read_get_chat_history(const Value&) {
  return request{verb::get_chat_history{}};
}

} // namespace troupe::protocol
