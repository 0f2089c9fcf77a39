#pragma once

#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/verbs.hpp"

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>

/// Decodes the payload of a request into its canonical verb. All dialects name
/// the members alike (`transportId`, `rtpParameters`, …); they differ in the
/// names of the requests and in the encoding of the replies.
///
/// Unknown members are ignored, and an optional member that is null, false or
/// empty counts as absent. The refusal names the member.
namespace troupe::protocol {

/// Decodes the payload of one verb. The payload must be an object.
using request_decoder = checked<request> (*)(const rapidjson::Value& payload);

/// A request's name and the decoder of its payload, as a method table lists it.
struct named_decoder {
  std::string_view name;
  request_decoder read;
};

/// {direction?: "send" | "recv", forceTcp?, enableSctp?, sctpCapabilities?,
/// numSctpStreams?}; each of the last three asks for SCTP.
checked<request> read_create_transport(const rapidjson::Value& payload);

/// {dtlsParameters, transportId?, direction?}
checked<request> read_connect_transport(const rapidjson::Value& payload);

/// {transportId?}
checked<request> read_restart_ice(const rapidjson::Value& payload);

/// {kind, rtpParameters, transportId?, paused?, appData?}
checked<request> read_produce(const rapidjson::Value& payload);

/// {rtpCapabilities?, producerId?, transportId?, paused?}; not paused by
/// default.
checked<request> read_consume_running(const rapidjson::Value& payload);

/// The same; paused by default.
checked<request> read_consume_paused(const rapidjson::Value& payload);

/// {producerId}
checked<request> read_pause_producer(const rapidjson::Value& payload);
checked<request> read_resume_producer(const rapidjson::Value& payload);
checked<request> read_close_producer(const rapidjson::Value& payload);

/// {consumerId?}; without it, all consumers of the peer.
checked<request> read_pause_consumer(const rapidjson::Value& payload);
checked<request> read_resume_consumer(const rapidjson::Value& payload);

/// {consumerId}
checked<request> read_close_consumer(const rapidjson::Value& payload);
checked<request> read_request_key_frame(const rapidjson::Value& payload);

/// {consumerId, spatialLayer, temporalLayer?}
checked<request> read_set_preferred_layers(const rapidjson::Value& payload);

/// {consumerId, priority: 1 to 255}
checked<request> read_set_priority(const rapidjson::Value& payload);

/// {displayName | name}
checked<request> read_set_display_name(const rapidjson::Value& payload);

/// {peerId}
checked<request> read_kick(const rapidjson::Value& payload);

/// {peerId, kind?}
checked<request> read_mute(const rapidjson::Value& payload);

/// {kind?}; both kinds by default.
checked<request> read_mute_all(const rapidjson::Value& payload);

/// {peerId, kind?}; audio by default.
checked<request> read_ask_to_unmute(const rapidjson::Value& payload);

/// {peerId}
checked<request> read_make_host(const rapidjson::Value& payload);

/// {locked?}; true by default.
checked<request> read_lock_room(const rapidjson::Value& payload);

/// {enabled?}; true by default.
checked<request> read_set_lobby(const rapidjson::Value& payload);

/// {knockId?}; all that wait by default.
checked<request> read_let_in(const rapidjson::Value& payload);
checked<request> read_turn_away(const rapidjson::Value& payload);

/// {message}
checked<request> read_message_lobby(const rapidjson::Value& payload);

/// {title?}
checked<request> read_start_recording(const rapidjson::Value& payload);

/// {}
checked<request> read_stop_recording(const rapidjson::Value& payload);
checked<request> read_get_recording(const rapidjson::Value& payload);
checked<request> read_list_recordings(const rapidjson::Value& payload);

/// {accepted?}; true by default.
checked<request> read_consent_to_recording(const rapidjson::Value& payload);

/// {}
checked<request> read_end_room(const rapidjson::Value& payload);

/// {transportId | producerId | consumerId | dataProducerId | dataConsumerId |
/// id}
checked<request> read_get_stats(const rapidjson::Value& payload);

/// {}
checked<request> read_list_producers(const rapidjson::Value& payload);
checked<request> read_leave(const rapidjson::Value& payload);

/// {sctpStreamParameters, label?, protocol?, transportId?, paused?, appData?}
checked<request> read_produce_data(const rapidjson::Value& payload);

/// {dataProducerId?, transportId?, paused?, subchannels?}
checked<request> read_consume_data(const rapidjson::Value& payload);

/// {dataProducerId}
checked<request> read_pause_data_producer(const rapidjson::Value& payload);
checked<request> read_resume_data_producer(const rapidjson::Value& payload);
checked<request> read_close_data_producer(const rapidjson::Value& payload);

/// {dataConsumerId?}; without it, all data consumers of the peer.
checked<request> read_pause_data_consumer(const rapidjson::Value& payload);
checked<request> read_resume_data_consumer(const rapidjson::Value& payload);

/// {dataConsumerId}
checked<request> read_close_data_consumer(const rapidjson::Value& payload);

/// {dataConsumerId, subchannels}
checked<request> read_set_subchannels(const rapidjson::Value& payload);

/// {dataConsumerId, subchannel}
checked<request> read_add_subchannel(const rapidjson::Value& payload);
checked<request> read_remove_subchannel(const rapidjson::Value& payload);

/// {dataConsumerId, threshold: octets}
checked<request> read_set_low_threshold(const rapidjson::Value& payload);

/// {dataConsumerId}
checked<request> read_get_buffered_amount(const rapidjson::Value& payload);

/// {}
checked<request> read_list_data_producers(const rapidjson::Value& payload);

/// {}
checked<request> read_get_chat_history(const rapidjson::Value& payload);

/// The member, or null if it is absent or counts as absent.
const rapidjson::Value* find_member(const rapidjson::Value& object,
                                    std::string_view name);

/// The member's text, if it is a string.
std::optional<std::string> find_text(const rapidjson::Value& object,
                                     std::string_view name);

/// The room that `roomId` names, as a string or as a whole number; empty if
/// there is none.
checked<room_id> read_room(const rapidjson::Value& payload);

/// The capabilities in `rtpCapabilities`, which may be absent.
checked<std::optional<rtp_capabilities>>
read_capabilities(const rapidjson::Value& payload);

/// The error that a client gets for a payload that was refused.
error to_error(const refusal& why);

} // namespace troupe::protocol
