#include "protocol/dialects/camel/camel.hpp"

/// Data channels in camelCase, common to all dialects with camelCase events.
namespace troupe::protocol {

namespace {

std::string data_produced_reply(const camel_replies& replies) {
  const auto& id = replies.get<reply::data_produced>().id;
  return json_object{}.add("id", id).add("dataProducerId", id).text();
}

std::string data_consumed_reply(const camel_replies& replies) {
  const auto& made = replies.get<reply::data_consumed>();
  json_object out;
  out.add("id", made.id)
      .add("dataConsumerId", made.id)
      .add("dataProducerId", made.data_producer);
  if (!made.peer.empty())
    out.add("peerId", made.peer);
  return out.add("sctpStreamParameters", made.stream)
      .add("label", made.label)
      .add("protocol", made.protocol)
      .add("paused", made.paused)
      .add("dataProducerPaused", made.data_producer_paused)
      .add("appData", made.app_data)
      .text();
}

std::string data_producers_reply(const camel_replies& replies) {
  std::vector<json_object> producers;
  for (const auto& x : replies.get<reply::data_producers>().list)
    producers.push_back(aliased_data_producer(x));
  return json_object{}.add("dataProducers", producers).text();
}

// A member alone in its room gets its own messages, as it gets its media.
checked<request> read_consume(const rapidjson::Value& payload) {
  auto verb = read_consume_data(payload);
  if (verb)
    std::get<verb::consume_data>(*verb).own_if_alone = true;
  return verb;
}

constexpr std::array data_methods{
    camel_method{.event = "produceData",
                 .read = read_produce_data,
                 .acknowledge = data_produced_reply},
    camel_method{.event = "consumeData",
                 .read = read_consume,
                 .positions = {"dataProducerId"},
                 .acknowledge = data_consumed_reply},
    camel_method{.event = "pauseDataProducer",
                 .read = read_pause_data_producer,
                 .positions = {"dataProducerId"}},
    camel_method{.event = "resumeDataProducer",
                 .read = read_resume_data_producer,
                 .positions = {"dataProducerId"}},
    camel_method{.event = "closeDataProducer",
                 .read = read_close_data_producer,
                 .positions = {"dataProducerId"}},
    camel_method{.event = "pauseDataConsumer",
                 .read = read_pause_data_consumer,
                 .positions = {"dataConsumerId"}},
    camel_method{.event = "resumeDataConsumer",
                 .read = read_resume_data_consumer,
                 .positions = {"dataConsumerId"}},
    camel_method{.event = "closeDataConsumer",
                 .read = read_close_data_consumer,
                 .positions = {"dataConsumerId"}},
    camel_method{.event = "setSubchannels",
                 .read = read_set_subchannels,
                 .positions = {"dataConsumerId", "subchannels"}},
    camel_method{.event = "addSubchannel",
                 .read = read_add_subchannel,
                 .positions = {"dataConsumerId", "subchannel"}},
    camel_method{.event = "removeSubchannel",
                 .read = read_remove_subchannel,
                 .positions = {"dataConsumerId", "subchannel"}},
    camel_method{.event = "setBufferedAmountLowThreshold",
                 .read = read_set_low_threshold,
                 .positions = {"dataConsumerId", "threshold"}},
    camel_method{.event = "getBufferedAmount",
                 .read = read_get_buffered_amount,
                 .positions = {"dataConsumerId"}},
    camel_method{.event = "getDataProducers",
                 .role = camel_role::enters,
                 .read = read_list_data_producers,
                 .acknowledge = data_producers_reply},
    camel_method{.event = "getChatHistory", .read = read_get_chat_history},
};

} // namespace

camel_method_table data_camel_method_table() {
  return {data_methods};
}

json_object aliased_data_producer(const data_producer_info& producer) {
  json_object out;
  out.add("dataProducerId", producer.id).add("id", producer.id);
  if (!producer.peer.empty())
    out.add("peerId", producer.peer);
  out.add("label", producer.label)
      .add("protocol", producer.protocol)
      .add("paused", producer.paused)
      .add("appData", producer.app_data);
  return out;
}

} // namespace troupe::protocol
