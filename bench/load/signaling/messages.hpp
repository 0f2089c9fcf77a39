#pragma once

#include "protocol/verbs/rtp_parameters.hpp"
#include "protocol/verbs/transport_parameters.hpp"

#include <rapidjson/document.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Encodes requests and decodes responses, the same in both dialects. Decoders
/// throw signaling_error if the server's JSON lacks a required member.
namespace troupe::load {

/// A request to the server failed: it was refused, its response was invalid or
/// late, or the connection closed.
class signaling_error : public std::runtime_error {
public:
  explicit signaling_error(const std::string& what, std::string code = {})
      : std::runtime_error(what)
      , code_(std::move(code)) {}

  /// The server is overloaded: the request may be repeated later.
  bool is_busy() const {
    return code_ == "overloaded";
  }

private:
  std::string code_;
};

/// The server's side of a new transport.
struct transport_offer {
  std::string id;
  protocol::ice_parameters ice;
  std::vector<protocol::ice_candidate> candidates;
  protocol::dtls_parameters dtls;

  /// The first candidate over UDP. Throws if there is none.
  const protocol::ice_candidate& udp() const;
};

/// The server's offer for one consumer.
struct consumer_offer {
  std::string id;
  std::string producer;
  protocol::media_kind kind = protocol::media_kind::audio;
  protocol::rtp_parameters parameters;
};

/// A producer of another member. If a dialect omits peer or kind, as its
/// document allows, `peer` is empty and `kind` absent.
struct producer_notice {
  std::string id;
  std::string peer;
  std::optional<protocol::media_kind> kind;
};

protocol::rtp_capabilities decode_capabilities(const rapidjson::Value& in);

transport_offer decode_transport(const rapidjson::Value& in);

consumer_offer decode_consumer(const rapidjson::Value& in);

/// The id of the new producer.
std::string decode_produced(const rapidjson::Value& in);

producer_notice decode_producer(const rapidjson::Value& in);

/// Decodes A's array of producers, B's reply to join (`producers`, else the ids
/// in `existingProducers`, which is all that its document guarantees), or B's
/// reply to get-producers.
std::vector<producer_notice> decode_producers(const rapidjson::Value& in);

/// The payloads of requests as JSON objects.
std::string encode_join(std::string_view capabilities);
std::string encode_create_transport(bool send);
std::string encode_connect(std::string_view transport,
                           const protocol::dtls_parameters& dtls);
std::string encode_produce(std::string_view transport,
                           protocol::media_kind kind,
                           const protocol::rtp_parameters& parameters);
/// `capabilities` is JSON text.
std::string encode_consume(std::string_view transport,
                           std::string_view producer,
                           std::string_view capabilities, bool paused);
std::string encode_consumer(std::string_view consumer);
std::string encode_producer(std::string_view producer);
/// Requests a spatial layer with all of its temporal layers.
std::string encode_layers(std::string_view consumer, int spatial);

/// `x` as JSON.
std::string to_json(const protocol::rtp_capabilities& x);

} // namespace troupe::load
