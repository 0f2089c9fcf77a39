// Runs capability negotiation on requests from stdin: one JSON object a line,
// {"op": …, "args": {…}}, answered by {"ok": …} or {"error": …}. The
// differential test compares the answers with mediasoup's.
#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"
#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/scalability_mode.hpp"

#include <functional>
#include <iostream>
#include <map>
#include <string>

using namespace troupe;
using namespace troupe::protocol;

namespace {

using rapidjson::Value;

// The arguments of a request, and its answer.
struct request {
  const Value& args;
  rapidjson::Document& out;
  net::rng& rng;

  const Value& arg(const char* name) const {
    static const Value none;
    const auto i = args.FindMember(name);
    return i == args.MemberEnd() ? none : i->value;
  }

  bool flag(const char* name) const {
    return arg(name).IsTrue();
  }

  template <class T>
  void answer(const T& value) const {
    encode(value, out, out.GetAllocator());
  }
};

void validate_capabilities(const request& in) {
  in.answer(decode_rtp_capabilities(in.arg("caps")).value());
}

void validate_parameters(const request& in) {
  in.answer(decode_rtp_parameters(in.arg("params")).value());
}

void validate_sctp_stream(const request& in) {
  in.answer(decode_sctp_stream_parameters(in.arg("params")).value());
}

void router_capabilities(const request& in) {
  std::vector<rtp_codec_capability> codecs;
  for (const auto& x : in.arg("mediaCodecs").GetArray())
    codecs.push_back(decode_rtp_codec_capability(x).value());
  in.answer(generate_router_rtp_capabilities(codecs).value());
}

void mapping(const request& in) {
  auto params = decode_rtp_parameters(in.arg("params")).value();
  const auto caps = decode_rtp_capabilities(in.arg("caps")).value();
  const auto out =
      get_producer_rtp_parameters_mapping(params, caps, in.rng).value();
  auto& allocator = in.out.GetAllocator();
  Value params_json;
  Value mapping_json;
  encode(params, params_json, allocator);
  encode(out, mapping_json, allocator);
  in.out.SetObject();
  in.out.AddMember("params", params_json, allocator);
  in.out.AddMember("mapping", mapping_json, allocator);
}

void consumable(const request& in) {
  in.answer(get_consumable_rtp_parameters(
      decode_media_kind(in.arg("kind")).value(),
      decode_rtp_parameters(in.arg("params")).value(),
      decode_rtp_capabilities(in.arg("caps")).value(),
      decode_rtp_mapping(in.arg("mapping")).value()));
}

void ask_can_consume(const request& in) {
  in.out.SetBool(
      can_consume(decode_rtp_parameters(in.arg("consumable")).value(),
                  decode_rtp_capabilities(in.arg("caps")).value()));
}

void consumer(const request& in) {
  in.answer(get_consumer_rtp_parameters(
                decode_rtp_parameters(in.arg("consumable")).value(),
                decode_rtp_capabilities(in.arg("caps")).value(),
                {.pipe = in.flag("pipe"), .enable_rtx = in.flag("enableRtx")},
                in.rng)
                .value());
}

void pipe_consumer(const request& in) {
  in.answer(get_pipe_consumer_rtp_parameters(
      decode_rtp_parameters(in.arg("consumable")).value(), in.flag("enableRtx"),
      in.rng));
}

void scalability(const request& in) {
  const auto mode = parse_scalability_mode(in.arg("text").GetString());
  auto& allocator = in.out.GetAllocator();
  in.out.SetObject();
  in.out.AddMember("spatialLayers", mode.spatial_layers, allocator);
  in.out.AddMember("temporalLayers", mode.temporal_layers, allocator);
  in.out.AddMember("ksvc", mode.is_ksvc, allocator);
}

const std::map<std::string, void (*)(const request&)> operations{
    {"validateRtpCapabilities", validate_capabilities},
    {"validateRtpParameters", validate_parameters},
    {"validateSctpStreamParameters", validate_sctp_stream},
    {"routerCapabilities", router_capabilities},
    {"mapping", mapping},
    {"consumable", consumable},
    {"canConsume", ask_can_consume},
    {"consumer", consumer},
    {"pipeConsumer", pipe_consumer},
    {"scalabilityMode", scalability},
};

std::string run(const std::string& line, net::rng& rng) {
  rapidjson::Document out;
  auto& allocator = out.GetAllocator();
  Value answer(rapidjson::kObjectType);
  try {
    const auto in = parse_json(line).value();
    operations.at(in["op"].GetString())({in["args"], out, rng});
    answer.AddMember("ok", out, allocator);
  } catch (const std::system_error& error) {
    answer.AddMember("error", Value(error.what(), allocator), allocator);
  }
  return write_json(answer);
}

} // namespace

int main() {
  std::ios::sync_with_stdio(false);
  auto rng = net::make_seeded_rng(1);
  for (std::string line; std::getline(std::cin, line);)
    std::cout << run(line, *rng) << '\n';
}
