#include "tests/protocol/dialects/canonical.hpp"

#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/json/json_codec.hpp"
#include "tests/protocol/dialects/canonical_data.hpp"
#include "tests/protocol/dialects/canonical_ice_servers.hpp"
#include "tests/protocol/dialects/canonical_moderation.hpp"
#include "tests/protocol/dialects/canonical_parameters.hpp"
#include "tests/protocol/dialects/canonical_recording.hpp"
#include "tests/protocol/dialects/canonical_scores.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace troupe::test {

using namespace troupe::protocol;

namespace {

participant parse_participant(const std::string& text) {
  const auto x = split(text, ':');
  return {peer_id{x.at(0)},
          x.at(1),
          x.at(2).find('a') == std::string::npos,
          x.at(2).find('v') == std::string::npos,
          {},
          x.at(2).find('h') != std::string::npos};
}

producer_info parse_producer(const std::string& text) {
  const auto x = split(text, ':');
  return {producer_id{x.at(0)},
          peer_id{x.at(1)},
          parse_media_kind(x.at(2)).value(),
          false,
          {}};
}

// The value of "name=value" among the words.
std::string option(const std::vector<std::string>& words,
                   const std::string& name) {
  for (const auto& x : words)
    if (x.starts_with(name + '='))
      return x.substr(name.size() + 1);
  return {};
}

reply::joined parse_joined(const std::vector<std::string>& words) {
  reply::joined out{peer_id{words.at(1)},
                    parse_list(option(words, "people"), parse_participant),
                    parse_list(option(words, "producers"), parse_producer),
                    parse_list(option(words, "data"), parse_data_producer),
                    0,
                    option(words, "secret"),
                    has_word(words, "host"),
                    has_word(words, "locked")};
  if (const auto x = option(words, "recording"); !x.empty())
    out.recording = parse_recording(split(x, ':'));
  return out;
}

error_code parse_error_code(const std::string& name) {
  for (int i = 1; i <= static_cast<int>(error_code::internal); ++i)
    if (to_string(static_cast<error_code>(i)) == name)
      return static_cast<error_code>(i);
  throw std::invalid_argument("unknown error code: " + name);
}

class describer {
public:
  std::string operator()(const verb::authenticate& x) {
    return line("authenticate").with("token", x.token).text_;
  }

  std::string operator()(const verb::get_capabilities& x) {
    return line("get_capabilities").with("room", x.room).text_;
  }
  std::string operator()(const verb::create_room& x) {
    return line("create_room").with("room", x.room).text_;
  }
  std::string operator()(const verb::join& x) {
    return line("join")
        .with("room", x.room)
        .with("peer", x.peer)
        .with("name", x.name)
        .flag("capabilities", x.capabilities.has_value())
        .flag("must_exist", x.must_exist)
        .flag("hidden", x.hidden)
        .flag("moves", x.moves)
        .flag("renames", x.renames)
        .with("device", written(x.device))
        .with("secret", x.rejoin_secret)
        .text_;
  }
  std::string operator()(const verb::announce& x) {
    return line("announce")
        .with("name", x.name)
        .flag("capabilities", x.capabilities.has_value())
        .with("device", written(x.device))
        .text_;
  }
  std::string operator()(const verb::set_display_name& x) {
    return line("set_display_name").with("name", x.name).text_;
  }
  std::string operator()(const verb::leave&) {
    return "leave";
  }
  std::string operator()(const verb::create_transport& x) {
    return line("create_transport")
        .with("direction", x.direction)
        .flag("force_tcp", x.force_tcp)
        .flag("sctp", x.sctp == num_sctp_streams{})
        .flag("other_sctp", x.sctp && x.sctp != num_sctp_streams{})
        .text_;
  }
  std::string operator()(const verb::connect_transport& x) {
    return line("connect_transport")
        .with("transport", x.transport)
        .with("direction", x.direction)
        .flag("dtls", x.dtls == fixed_dtls())
        .text_;
  }
  std::string operator()(const verb::restart_ice& x) {
    return line("restart_ice").with("transport", x.transport).text_;
  }
  std::string operator()(const verb::produce& x) {
    return line("produce")
        .with("transport", x.transport)
        .with("kind", std::string{to_string(x.kind)})
        .flag("rtp", x.parameters == fixed_rtp())
        .flag("paused", x.paused)
        .with("app_data", written(x.app_data))
        .text_;
  }
  std::string operator()(const verb::consume& x) {
    return line("consume")
        .with("transport", x.transport)
        .with("producer", x.producer)
        .flag("capabilities", x.capabilities == fixed_capabilities())
        .flag("paused", x.paused)
        .flag("own_if_alone", x.own_if_alone)
        .text_;
  }
  std::string operator()(const verb::pause_producer& x) {
    return line("pause_producer").with("producer", x.producer).text_;
  }
  std::string operator()(const verb::resume_producer& x) {
    return line("resume_producer").with("producer", x.producer).text_;
  }
  std::string operator()(const verb::close_producer& x) {
    return line("close_producer").with("producer", x.producer).text_;
  }
  std::string operator()(const verb::pause_consumer& x) {
    return line("pause_consumer").with("consumer", x.consumer).text_;
  }
  std::string operator()(const verb::resume_consumer& x) {
    return line("resume_consumer").with("consumer", x.consumer).text_;
  }
  std::string operator()(const verb::close_consumer& x) {
    return line("close_consumer").with("consumer", x.consumer).text_;
  }
  std::string operator()(const verb::set_preferred_layers& x) {
    line("set_preferred_layers").with("consumer", x.consumer);
    with("spatial", std::to_string(x.spatial_layer));
    if (x.temporal_layer)
      with("temporal", std::to_string(*x.temporal_layer));
    return text_;
  }
  std::string operator()(const verb::request_key_frame& x) {
    return line("request_key_frame").with("consumer", x.consumer).text_;
  }
  std::string operator()(const verb::set_priority& x) {
    return line("set_priority")
        .with("consumer", x.consumer)
        .with("priority", std::to_string(x.priority))
        .text_;
  }
  std::string operator()(const verb::kick& x) {
    return line("kick").with("peer", x.peer).text_;
  }
  std::string operator()(const verb::mute& x) {
    line("mute").with("peer", x.peer);
    return x.kind ? with("kind", std::string{to_string(*x.kind)}).text_ : text_;
  }
  std::string operator()(const verb::mute_all& x) {
    line("mute_all");
    return x.kind ? with("kind", std::string{to_string(*x.kind)}).text_ : text_;
  }
  std::string operator()(const verb::ask_to_unmute& x) {
    line("ask_to_unmute").with("peer", x.peer);
    return with("kind", std::string{to_string(x.kind)}).text_;
  }
  std::string operator()(const verb::make_host& x) {
    return line("make_host").with("peer", x.peer).text_;
  }
  std::string operator()(const verb::lock_room& x) {
    return x.locked ? "lock_room" : "lock_room unlocked";
  }
  std::string operator()(const verb::set_lobby& x) {
    return x.enabled ? "set_lobby" : "set_lobby off";
  }
  std::string operator()(const verb::let_in& x) {
    return line("let_in").with("knock", x.knock).text_;
  }
  std::string operator()(const verb::turn_away& x) {
    return line("turn_away").with("knock", x.knock).text_;
  }
  std::string operator()(const verb::message_lobby& x) {
    return line("message_lobby").with("message", x.message).text_;
  }
  std::string operator()(const verb::end_room&) {
    return "end_room";
  }
  std::string operator()(const verb::list_producers&) {
    return "list_producers";
  }
  std::string operator()(const verb::get_stats& x) {
    return line("get_stats").with("id", x.id).text_;
  }

  std::string operator()(const verb::produce_data& x) {
    line("produce_data").with("transport", x.transport);
    with("stream", std::to_string(x.stream.stream_id));
    flag("unordered", !x.stream.ordered);
    with("life_time", x.stream.max_packet_life_time);
    with("retransmits", x.stream.max_retransmits);
    return with("label", x.label)
        .with("protocol", x.protocol)
        .flag("paused", x.paused)
        .flag("for_server", x.for_server)
        .with("app_data", written(x.app_data))
        .text_;
  }
  std::string operator()(const verb::consume_data& x) {
    line("consume_data")
        .with("transport", x.transport)
        .with("data_producer", x.data_producer)
        .flag("paused", x.paused);
    return with("subchannels", x.subchannels)
        .flag("own_if_alone", x.own_if_alone)
        .text_;
  }
  std::string operator()(const verb::pause_data_producer& x) {
    return line("pause_data_producer")
        .with("data_producer", x.data_producer)
        .text_;
  }
  std::string operator()(const verb::resume_data_producer& x) {
    return line("resume_data_producer")
        .with("data_producer", x.data_producer)
        .text_;
  }
  std::string operator()(const verb::close_data_producer& x) {
    return line("close_data_producer")
        .with("data_producer", x.data_producer)
        .text_;
  }
  std::string operator()(const verb::pause_data_consumer& x) {
    return line("pause_data_consumer")
        .with("data_consumer", x.data_consumer)
        .text_;
  }
  std::string operator()(const verb::resume_data_consumer& x) {
    return line("resume_data_consumer")
        .with("data_consumer", x.data_consumer)
        .text_;
  }
  std::string operator()(const verb::close_data_consumer& x) {
    return line("close_data_consumer")
        .with("data_consumer", x.data_consumer)
        .text_;
  }
  std::string operator()(const verb::set_data_subchannels& x) {
    return line("set_data_subchannels")
        .with("data_consumer", x.data_consumer)
        .with("subchannels", x.subchannels)
        .text_;
  }
  std::string operator()(const verb::add_data_subchannel& x) {
    return line("add_data_subchannel")
        .with("data_consumer", x.data_consumer)
        .with("subchannel", std::to_string(x.subchannel))
        .text_;
  }
  std::string operator()(const verb::remove_data_subchannel& x) {
    return line("remove_data_subchannel")
        .with("data_consumer", x.data_consumer)
        .with("subchannel", std::to_string(x.subchannel))
        .text_;
  }
  std::string operator()(const verb::set_data_low_threshold& x) {
    return line("set_data_low_threshold")
        .with("data_consumer", x.data_consumer)
        .with("threshold", std::to_string(x.threshold))
        .text_;
  }
  std::string operator()(const verb::get_data_buffered& x) {
    return line("get_data_buffered")
        .with("data_consumer", x.data_consumer)
        .text_;
  }
  std::string operator()(const verb::list_data_producers&) {
    return "list_data_producers";
  }
  std::string operator()(const verb::get_chat_history&) {
    return "get_chat_history";
  }

  template <class Verb>
  requires requires(Verb x) {
    describe_recording(x);
  }
  std::string operator()(const Verb& x) {
    return describe_recording(x);
  }

private:
  static std::string written(const json_text& x) {
    return x.text == "{}" ? "" : x.text;
  }
  describer& line(const char* verb) {
    text_ = verb;
    return *this;
  }
  describer& with(const char* name, const std::string& value) {
    if (!value.empty())
      text_.append(" ").append(name).append("=").append(value);
    return *this;
  }
  template <class Tag>
  describer& with(const char* name, const net::strong_id<Tag>& id) {
    return with(name, id.str());
  }
  template <class T>
  describer& with(const char* name, const std::optional<T>& x) {
    return x ? with(name, *x) : *this;
  }
  describer& with(const char* name, direction x) {
    return with(name, std::string{x == direction::send ? "send" : "recv"});
  }
  describer& with(const char* name, uint16_t x) {
    return with(name, std::to_string(x));
  }
  describer& with(const char* name, const std::vector<uint16_t>& list) {
    std::string text;
    for (auto x : list)
      text += (text.empty() ? "" : ",") + std::to_string(x);
    return with(name, text);
  }
  describer& flag(const char* name, bool on) {
    if (on)
      text_.append(" ").append(name);
    return *this;
  }

  std::string text_;
};

} // namespace

std::string describe(const request& request) {
  return std::visit(describer{}, request);
}

outcome parse_outcome(std::string_view line) {
  const auto words = split(line, ' ');
  const auto& what = words.at(0);
  if (what == "ok")
    return success{reply::ok{}};
  if (what == "capabilities")
    return success{reply::capabilities{fixed_capabilities()}};
  if (what == "joined")
    return success{parse_joined(words)};
  if (what == "transport") {
    reply::transport_created out{transport_id{words.at(1)}, fixed_ice(),
                                 fixed_candidates(), fixed_dtls()};
    if (std::ranges::find(words, "sctp") != words.end())
      out.sctp = sctp_parameters{};
    out.ice_servers = ice_servers_in(words);
    return success{out};
  }
  if (what.starts_with("data-"))
    return parse_data_outcome(words);
  if (what == "connected")
    return success{reply::transport_connected{transport_id{words.at(1)}}};
  if (what == "ice")
    return success{reply::ice_restarted{fixed_ice(), ice_servers_in(words)}};
  if (what == "produced")
    return success{reply::produced{producer_id{words.at(1)}}};
  if (what == "consumed") {
    const auto of = parse_producer(words.at(3));
    reply::consumed out;
    out.id = consumer_id{words.at(1)};
    out.producer = of.id;
    out.peer = of.peer;
    out.kind = of.kind;
    out.parameters = fixed_rtp();
    if (const auto scores = option(words, "scores"); !scores.empty())
      out.scores = parse_scores(split(scores, ':'), 0);
    return success{out};
  }
  if (what == "consumers") {
    reply::consumers out;
    if (words.size() > 1)
      for (const auto& id : split(words[1], ','))
        out.ids.emplace_back(id);
    return success{out};
  }
  if (what == "producers")
    return success{reply::producers{words.size() > 1
                                        ? parse_list(words[1], parse_producer)
                                        : std::vector<producer_info>{}}};
  if (what == "stats")
    return success{reply::stats{{words.at(1)}}};
  if (auto done = parse_recording_outcome(
          what,
          words.size() > 1 ? split(words[1], ':') : std::vector<std::string>{}))
    return std::move(*done);
  if (what == "error")
    return make_error(parse_error_code(words.at(1)));
  throw std::invalid_argument("unknown outcome: " + what);
}

std::vector<participant> parse_participants(std::string_view line) {
  return parse_list(std::string{line}, parse_participant);
}

any_event parse_event(std::string_view line) {
  const auto words = split(line, ' ');
  const auto& what = words.at(0);
  const auto& about = words.at(1);
  const auto ids = split(about, ':');
  if (what == "peer-joined")
    return event::peer_joined{parse_participant(about)};
  if (what == "peer-updated")
    return event::peer_updated{parse_participant(about)};
  if (what == "peer-left")
    return event::peer_left{peer_id{about}};
  if (what == "producer-added")
    return event::producer_added{parse_producer(about)};
  if (what == "producer-closed")
    return event::producer_closed{producer_id{ids.at(0)}, peer_id{ids.at(1)}};
  if (what == "producer-paused")
    return event::producer_paused{producer_id{ids.at(0)}, peer_id{ids.at(1)},
                                  parse_moderator(ids, 2)};
  if (what == "producer-resumed")
    return event::producer_resumed{producer_id{ids.at(0)}, peer_id{ids.at(1)}};
  if (what == "consumer-closed")
    return event::consumer_closed{consumer_id{ids.at(0)},
                                  producer_id{ids.at(1)}};
  if (what == "consumer-paused")
    return event::consumer_paused{consumer_id{about}};
  if (what == "consumer-resumed")
    return event::consumer_resumed{consumer_id{about}};
  if (what == "consumer-score")
    return event::consumer_score{consumer_id{ids.at(0)}, parse_scores(ids, 1)};
  if (what == "consumer-layers-changed")
    return parse_layers(ids);
  if (what == "producer-score")
    return parse_producer_score(ids);
  if (what == "producer-layers-wanted")
    return parse_layers_wanted(ids);
  if (what == "active-speaker")
    return about == "-" ? event::active_speaker{}
                        : event::active_speaker{peer_id{ids.at(0)},
                                                std::stoi(ids.at(1))};
  if (what == "speaking-peers")
    return event::speaking_peers{{{peer_id{ids.at(0)}, std::stoi(ids.at(1))}}};
  if (what.starts_with("data-"))
    return parse_data_event(what, ids);
  if (auto done = parse_moderation_event(what, ids))
    return std::move(*done);
  if (auto done = parse_recording_event(what, ids))
    return std::move(*done);
  if (what == "server-draining")
    return event::server_draining{std::stoi(about)};
  throw std::invalid_argument("unknown event: " + what);
}

const std::map<std::string, std::string>& dictionaries() {
  static const auto caps = to_json(fixed_capabilities());
  static const std::map<std::string, std::string> all{
      {"<caps>", caps},
      {"<many caps>", caps.substr(0, caps.size() - 1)
                          + R"(,"routerRtpCapabilities":)" + caps
                          + R"(,"rtpCapabilities":)" + caps + '}'},
      {"<rtp>", to_json(fixed_rtp())},
      {"<ice>", to_json(fixed_ice())},
      {"<candidates>", to_json(fixed_candidates())},
      {"<dtls>", to_json(fixed_dtls())},
      {"<sctp>", to_json(sctp_parameters{})},
      {"<stream>", R"({"streamId":4,"ordered":true})"},
      {"<ice-servers>", to_json(fixed_ice_servers())},
  };
  return all;
}

} // namespace troupe::test
