#include "protocol/json/json_codec.hpp"

#include "net/base/enum_category.hpp"

#include <concepts>
#include <string_view>

namespace troupe::protocol {

namespace {

std::string_view text_of(decode_errc value) {
  switch (value) {
    case decode_errc::missing:
      return "a required member is missing";
    case decode_errc::wrong_type:
      return "a member has the wrong type";
    case decode_errc::bad_value:
      return "a member has a bad value";
  }
  return "unknown decoding error";
}

rapidjson::SizeType json_size(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

class object_writer;

// One overload per dictionary: adds its members to an object.
void fill(object_writer& out, const rtcp_feedback& in);
void fill(object_writer& out, const rtp_codec_capability& in);
void fill(object_writer& out, const rtp_header_extension_capability& in);
void fill(object_writer& out, const rtp_codec_parameters& in);
void fill(object_writer& out, const rtp_header_extension_parameters& in);
void fill(object_writer& out, const rtp_encoding_parameters& in);
void fill(object_writer& out, const rtcp_parameters& in);
void fill(object_writer& out, const codec_mapping& in);
void fill(object_writer& out, const encoding_mapping& in);
void fill(object_writer& out, const dtls_fingerprint& in);
void fill(object_writer& out, const num_sctp_streams& in);

// Fills a JSON object member by member. Names must be literals, because they
// are not copied; an absent optional and an empty optional text add nothing.
class object_writer {
public:
  object_writer(rapidjson::Value& out, json_allocator& allocator)
      : out_(out)
      , allocator_(allocator) {
    out_.SetObject();
  }

  void text(const char* name, std::string_view value) {
    put(name, copy(value));
  }

  void optional_text(const char* name, std::string_view value) {
    if (!value.empty())
      text(name, value);
  }

  void flag(const char* name, bool value) {
    put(name, rapidjson::Value(value));
  }

  void number(const char* name, std::unsigned_integral auto value) {
    put(name, rapidjson::Value(uint64_t{value}));
  }

  template <std::unsigned_integral T>
  void number(const char* name, const std::optional<T>& value) {
    if (value)
      number(name, *value);
  }

  void parameters(const char* name, const parameter_map& map) {
    rapidjson::Value members(rapidjson::kObjectType);
    for (const auto& [key, value] : map)
      members.AddMember(copy(key), parameter(value), allocator_);
    put(name, std::move(members));
  }

  template <class T>
  void object(const char* name, const T& dictionary) {
    put(name, make_object(dictionary));
  }

  template <class T>
  void array(const char* name, const std::vector<T>& dictionaries) {
    rapidjson::Value elements(rapidjson::kArrayType);
    for (const auto& x : dictionaries)
      elements.PushBack(make_object(x), allocator_);
    put(name, std::move(elements));
  }

  void texts(const char* name, const std::vector<std::string>& list) {
    rapidjson::Value elements(rapidjson::kArrayType);
    for (const auto& x : list)
      elements.PushBack(copy(x), allocator_);
    put(name, std::move(elements));
  }

private:
  void put(const char* name, rapidjson::Value&& value) {
    out_.AddMember(rapidjson::StringRef(name), value, allocator_);
  }

  rapidjson::Value copy(std::string_view text) {
    return {text.data(), json_size(text), allocator_};
  }

  rapidjson::Value parameter(const parameter_value& in) {
    if (const auto* text = std::get_if<std::string>(&in))
      return copy(*text);
    if (const auto* whole = std::get_if<int64_t>(&in))
      return rapidjson::Value(*whole);
    return rapidjson::Value(std::get<double>(in));
  }

  template <class T>
  rapidjson::Value make_object(const T& in) {
    rapidjson::Value value;
    object_writer writer(value, allocator_);
    fill(writer, in);
    return value;
  }

  rapidjson::Value& out_;
  json_allocator& allocator_;
};

void fill(object_writer& out, const rtcp_feedback& in) {
  out.text("type", in.type);
  out.text("parameter", in.parameter);
}

void fill(object_writer& out, const rtp_codec_capability& in) {
  out.text("kind", to_string(in.kind));
  out.text("mimeType", in.mime_type);
  out.number("preferredPayloadType", in.preferred_payload_type);
  out.number("clockRate", in.clock_rate);
  out.number("channels", in.channels);
  out.parameters("parameters", in.parameters);
  out.array("rtcpFeedback", in.feedback);
}

void fill(object_writer& out, const rtp_header_extension_capability& in) {
  out.text("kind", to_string(in.kind));
  out.text("uri", in.uri);
  out.number("preferredId", in.preferred_id);
  out.flag("preferredEncrypt", in.preferred_encrypt);
  out.text("direction", to_string(in.direction));
}

void fill(object_writer& out, const rtp_codec_parameters& in) {
  out.text("mimeType", in.mime_type);
  out.number("payloadType", in.payload_type);
  out.number("clockRate", in.clock_rate);
  out.number("channels", in.channels);
  out.parameters("parameters", in.parameters);
  out.array("rtcpFeedback", in.feedback);
}

void fill(object_writer& out, const rtp_header_extension_parameters& in) {
  out.text("uri", in.uri);
  out.number("id", in.id);
  out.flag("encrypt", in.encrypt);
  out.parameters("parameters", in.parameters);
}

// The nested dictionary of an encoding's retransmissions.
struct rtx_parameters {
  uint32_t ssrc;
};

void fill(object_writer& out, const rtx_parameters& in) {
  out.number("ssrc", in.ssrc);
}

void fill(object_writer& out, const rtp_encoding_parameters& in) {
  out.number("ssrc", in.ssrc);
  out.optional_text("rid", in.rid);
  if (in.rtx_ssrc)
    out.object("rtx", rtx_parameters{*in.rtx_ssrc});
  out.number("codecPayloadType", in.codec_payload_type);
  out.flag("dtx", in.dtx);
  out.optional_text("scalabilityMode", in.scalability_mode);
  out.number("maxBitrate", in.max_bitrate);
}

void fill(object_writer& out, const rtcp_parameters& in) {
  out.optional_text("cname", in.cname);
  out.flag("reducedSize", in.reduced_size);
}

void fill(object_writer& out, const codec_mapping& in) {
  out.number("payloadType", in.payload_type);
  out.number("mappedPayloadType", in.mapped_payload_type);
}

void fill(object_writer& out, const encoding_mapping& in) {
  out.number("ssrc", in.ssrc);
  out.optional_text("rid", in.rid);
  out.number("mappedSsrc", in.mapped_ssrc);
}

void fill(object_writer& out, const dtls_fingerprint& in) {
  out.text("algorithm", in.algorithm);
  out.text("value", in.value);
}

void fill(object_writer& out, const num_sctp_streams& in) {
  out.number("OS", in.os);
  out.number("MIS", in.mis);
}

} // namespace

const std::error_category& decode_category() {
  static const net::enum_category<decode_errc> instance{"decode", text_of};
  return instance;
}

std::error_code make_error_code(decode_errc value) {
  return {static_cast<int>(value), decode_category()};
}

void encode(const rtp_capabilities& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.array("codecs", in.codecs);
  writer.array("headerExtensions", in.header_extensions);
}

void encode(const rtp_parameters& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.optional_text("mid", in.mid);
  writer.optional_text("msid", in.msid);
  writer.array("codecs", in.codecs);
  writer.array("headerExtensions", in.header_extensions);
  writer.array("encodings", in.encodings);
  writer.object("rtcp", in.rtcp);
}

void encode(const rtp_mapping& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.array("codecs", in.codecs);
  writer.array("encodings", in.encodings);
}

void encode(const ice_parameters& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.text("usernameFragment", in.username_fragment);
  writer.text("password", in.password);
  writer.flag("iceLite", in.ice_lite);
}

void encode(const ice_candidate& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.text("foundation", in.foundation);
  writer.number("priority", in.priority);
  writer.text("ip", in.address);
  writer.text("address", in.address);
  writer.text("protocol", to_string(in.protocol));
  writer.number("port", in.port);
  writer.text("type", "host");
  if (in.protocol == ice_protocol::tcp)
    writer.text("tcpType", "passive");
}

void encode(const ice_server& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.texts("urls", in.urls);
  if (in.username.empty())
    return;
  writer.text("username", in.username);
  writer.text("credential", in.credential);
}

void encode(const dtls_parameters& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.text("role", to_string(in.role));
  writer.array("fingerprints", in.fingerprints);
}

void encode(const sctp_parameters& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.number("port", in.port);
  writer.number("maxSendMessageSize", in.max_send_message_size);
  writer.number("maxReceiveMessageSize", in.max_receive_message_size);
  writer.number("sendBufferSize", in.send_buffer_size);
  writer.number("perStreamSendQueueLimit", in.per_stream_send_queue_limit);
  writer.number("maxReceiverWindowBufferSize",
                in.max_receiver_window_buffer_size);
  writer.flag("isDataChannel", in.is_data_channel);
  writer.number("OS", in.os);
  writer.number("MIS", in.mis);
  // Old clients read the server's receive limit from this member.
  writer.number("maxMessageSize", in.max_receive_message_size);
}

void encode(const sctp_capabilities& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.object("numStreams", in.num_streams);
}

void encode(const num_sctp_streams& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  fill(writer, in);
}

void encode(const sctp_stream_parameters& in, rapidjson::Value& out,
            json_allocator& allocator) {
  object_writer writer(out, allocator);
  writer.number("streamId", in.stream_id);
  writer.flag("ordered", in.ordered);
  writer.number("maxPacketLifeTime", in.max_packet_life_time);
  writer.number("maxRetransmits", in.max_retransmits);
}

} // namespace troupe::protocol
