// Parses and answers the offers on stdin: one a line, as a JSON string. Each is
// answered by {"offer": …, "answer": …, "tracks": […]} or {"error": …}. The
// differential test compares them with sdp-transform's.
#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/sdp/sdp_tracks.hpp"

#include <iostream>
#include <string>
#include <utility>

using namespace troupe::protocol;

namespace {

using rapidjson::Value;

class describer {
public:
  explicit describer(json_allocator& allocator) : allocator_(allocator) {}

  Value text(std::string_view in) {
    return {in.data(), static_cast<rapidjson::SizeType>(in.size()), allocator_};
  }

  template <class T>
  Value dictionary(const T& in) {
    Value out;
    encode(in, out, allocator_);
    return out;
  }

  void add(Value& to, const char* name, Value value) {
    to.AddMember(rapidjson::StringRef(name), value, allocator_);
  }

  template <class Range, class Function>
  Value array(const Range& in, Function each) {
    Value out(rapidjson::kArrayType);
    for (const auto& x : in)
      out.PushBack(each(x), allocator_);
    return out;
  }

  Value section(const sdp_section& in) {
    Value out(rapidjson::kObjectType);
    add(out, "mid", text(in.mid));
    add(out, "media", text(in.media));
    add(out, "protocol", text(in.protocol));
    add(out, "rejected", Value(in.rejected));
    add(out, "direction", text(to_string(in.direction)));
    add(out, "rtcpMux", Value(in.rtcp_mux));
    add(out, "rtcpRsize", Value(in.rtcp_rsize));
    add(out, "msid", text(in.msid));
    rtp_parameters params;
    params.codecs = in.codecs;
    add(out, "codecs", std::move(dictionary(params)["codecs"]));
    rtp_capabilities caps;
    caps.header_extensions = in.header_extensions;
    add(out, "extensions", std::move(dictionary(caps)["headerExtensions"]));
    add(out, "rids", array(in.rids, [&](const auto& x) { return text(x.id); }));
    add(out, "sources", array(in.sources, [&](const auto& x) {
          Value source(rapidjson::kObjectType);
          add(source, "ssrc", Value(x.ssrc));
          if (x.rtx_ssrc)
            add(source, "rtx", Value(*x.rtx_ssrc));
          add(source, "cname", text(x.cname));
          return source;
        }));
    return out;
  }

  Value offer(const sdp_offer& in) {
    Value out(rapidjson::kObjectType);
    add(out, "ice", dictionary(in.ice));
    add(out, "dtls", dictionary(in.dtls));
    add(out, "bundles", array(in.bundles, [&](const auto& mids) {
          return array(mids, [&](const auto& x) { return text(x); });
        }));
    add(out, "sections",
        array(in.sections, [&](const auto& x) { return section(x); }));
    return out;
  }

private:
  json_allocator& allocator_;
};

sdp_answer server_side() {
  sdp_answer out;
  out.session = 1;
  out.ice = {"serverufrag", "serverpassword", true};
  out.candidates = {{"udp", 9, "192.0.2.1", ice_protocol::udp, 4443},
                    {"tcp", 5, "192.0.2.1", ice_protocol::tcp, 4443}};
  out.dtls = {dtls_role::automatic, {{"sha-256", "AB:CD"}}};
  return out;
}

std::string run(const std::string& line) {
  rapidjson::Document out;
  describer describe(out.GetAllocator());
  out.SetObject();
  try {
    const auto in = parse_json(line).value();
    const auto offer = parse_sdp_offer(in.GetString()).value();
    auto answer = server_side();
    const auto tracks = choose_tracks(offer, default_router_rtp_capabilities());
    for (const auto& x : tracks)
      answer.sections.push_back(x ? std::optional{x->answer} : std::nullopt);
    describe.add(out, "offer", describe.offer(offer));
    describe.add(out, "tracks", describe.array(tracks, [&](const auto& x) {
      return x ? describe.dictionary(x->parameters)
               : describe.text(x.error().what);
    }));
    describe.add(out, "answer", describe.text(write_sdp_answer(offer, answer)));
  } catch (const std::system_error& error) {
    describe.add(out, "error", describe.text(error.what()));
  }
  return write_json(out);
}

} // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);)
    std::cout << run(line) << '\n';
}
