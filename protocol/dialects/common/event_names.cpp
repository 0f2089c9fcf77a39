// The names of the events in kebab-case.

#include "protocol/dialects/common/reply_encoder.hpp"

namespace troupe::protocol {

namespace {

struct event_namer {
  std::string_view operator()(const event::peer_joined&) {
    return "participant-joined";
  }

  std::string_view operator()(const event::peer_left&) {
    return "participant-left";
  }

  std::string_view operator()(const event::peer_updated&) {
    return "participant-updated";
  }

  std::string_view operator()(const event::producer_added&) {
    return "new-producer";
  }

  std::string_view operator()(const event::producer_closed&) {
    return "producer-closed";
  }

  std::string_view operator()(const event::producer_paused&) {
    return "producer-paused";
  }

  std::string_view operator()(const event::producer_resumed&) {
    return "producer-resumed";
  }

  std::string_view operator()(const event::consumer_closed&) {
    return "consumer-closed";
  }

  std::string_view operator()(const event::consumer_paused&) {
    return "consumer-paused";
  }

  std::string_view operator()(const event::consumer_resumed&) {
    return "consumer-resumed";
  }

  std::string_view operator()(const event::consumer_score&) {
    return "consumer-score";
  }

  std::string_view operator()(const event::consumer_layers_changed&) {
    return "consumer-layers-changed";
  }

  std::string_view operator()(const event::producer_score&) {
    return "producer-score";
  }

  std::string_view operator()(const event::producer_layers_wanted&) {
    return "producer-layers-wanted";
  }

  std::string_view operator()(const event::active_speaker&) {
    return "active-speaker";
  }

  std::string_view operator()(const event::speaking_peers&) {
    return "speaking-peers";
  }

  std::string_view operator()(const event::room_locked&) {
    return "room-locked";
  }

  std::string_view operator()(const event::host_changed&) {
    return "host-changed";
  }

  std::string_view operator()(const event::unmute_requested&) {
    return "unmute-requested";
  }

  std::string_view operator()(const event::lobby_changed&) {
    return "lobby-changed";
  }

  std::string_view operator()(const event::lobby_list&) {
    return "lobby-list";
  }

  std::string_view operator()(const event::lobby_entered&) {
    return "lobby-entered";
  }

  std::string_view operator()(const event::lobby_message&) {
    return "lobby-message";
  }

  std::string_view operator()(const event::server_draining&) {
    return "server-draining";
  }

  std::string_view operator()(const event::kicked&) {
    return "kicked";
  }

  std::string_view operator()(const event::room_closed&) {
    return "room-closed";
  }

  std::string_view operator()(const event::data_producer_added&) {
    return "new-data-producer";
  }

  std::string_view operator()(const event::data_producer_closed&) {
    return "data-producer-closed";
  }

  std::string_view operator()(const event::data_consumer_closed&) {
    return "data-consumer-closed";
  }

  std::string_view operator()(const event::data_consumer_paused&) {
    return "data-consumer-paused";
  }

  std::string_view operator()(const event::data_consumer_resumed&) {
    return "data-consumer-resumed";
  }

  std::string_view operator()(const event::data_consumer_buffered_low&) {
    return "data-consumer-buffered-amount-low";
  }

  std::string_view operator()(const event::recording_started&) {
    return "recording-started";
  }

  std::string_view operator()(const event::recording_stopped&) {
    return "recording-stopped";
  }

  std::string_view operator()(const event::recording_consent_asked&) {
    return "recording-consent-asked";
  }
};

} // namespace

std::string_view kebab_name(const any_event& in) {
  return std::visit(event_namer{}, in);
}

} // namespace troupe::protocol
