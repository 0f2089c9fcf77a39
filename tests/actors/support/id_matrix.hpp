#pragma once

#include "actors/stats/counters.hpp"
#include "any_client.hpp"
#include "neighbour.hpp"
#include "protocol/dialects/protoo/protoo_methods.hpp"
#include "protocol/json/json_codec.hpp"
#include "protocol/verbs/error.hpp"
#include "running_cluster.hpp"
#include "tests/protocol/dialects/clients.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// Takes every request of every dialect that names an object by its id. The id
/// is the client's own, another member's, of another room, of a closed object,
/// unknown, of another kind of object, absent, or no string. The requests come
/// from the dialects' own tables.
namespace troupe::test {

using protocol::request;

using id_fields = std::map<std::string, std::string>;

struct language {
  std::string name;
  framing words;
  std::vector<listed_request> requests;
};

inline std::vector<language> languages() {
  std::vector<language> out;
  for (const auto& x : dialect_cases())
    out.push_back({x.name,
                   x.carrier == protocol::carrier::websocket
                       ? framing::plain
                       : framing::socketio,
                   x.requests});
  std::vector<listed_request> methods;
  for (const auto& x : protocol::protoo_methods())
    if (x.read && !x.subject.empty())
      methods.push_back({std::string{x.name}, x.read});
  out.push_back({"protoo", framing::protoo, std::move(methods)});
  return out;
}

inline std::string created_id(const answered& x) {
  REQUIRE_MESSAGE(!x.refused(), x.failure);
  for (const auto* at : {"/data/id", "/0/id", "/0/params/id"})
    if (auto id = text_at(x.data, at); !id.empty())
      return id;
  FAIL("no id in " << to_text(x.data));
  return {};
}

inline std::string object(const id_fields& all) {
  std::string out = "{";
  for (const auto& [name, value] : all)
    out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
  return out + "}";
}

/// The servers of a matrix: one, or two of a cluster.
class id_nodes {
public:
  explicit id_nodes(bool apart) {
    if (apart)
      two_.emplace(generous());
    else
      one_.emplace(generous());
  }

  /// Ann's node.
  running_node& here() {
    return one_ ? *one_ : (*two_)[0];
  }

  /// That of the others.
  running_node& there() {
    return one_ ? *one_ : (*two_)[1];
  }

  size_t actors() const {
    if (one_)
      return one_->server.live_actors();
    return (*two_)[0].server.live_actors() + (*two_)[1].server.live_actors();
  }

private:
  static actors::config generous() {
    auto out = loopback();
    out.http.message_rate = 1'000'000;
    out.http.address_message_rate = 1'000'000;
    out.rtc.sctp = "always";
    return out;
  }

  std::optional<running_node> one_;
  std::optional<running_pair> two_;
};

/// Ann speaks the tested dialect; Bob is in her room, Eve in another, and Carl
/// has left. All but Ann are on another node, if there are two: then Ned is
/// with Ann, and Dora with Bob.
class id_scene {
public:
  explicit id_scene(const language& how, bool apart)
      : how_(how)
      , nodes_(apart)
      , ann_(nodes_.here().port(), how.words, "r", "ann") {
    enter();
    bob.emplace(nodes_.there().port(), "r", "bob");
    eve.emplace(nodes_.there().port(), "s", "eve");
    if (apart) {
      ned_.emplace(nodes_.here().port(), "r", "ned");
      dora_.emplace(nodes_.there().port(), "r", "dora");
      oda_.emplace(nodes_.here().port(), "s", "oda");
    }
    capabilities_ =
        to_text(bob->client.request("get-rtp-capabilities")["data"]);
    {
      neighbour carl{nodes_.there().port(), "r", "carl"};
      carl.consume(bob->has);
      gone = carl.has;
      carl.client.leave();
      bob->client.push("participant-left");
    }
    if (apart)
      REQUIRE(eventually([&] {
        auto known = to_text(ned_->client.request("get-producers")["data"]);
        auto elsewhere =
            to_text(eve->client.request("get-data-producers")["data"]);
        return known.find(bob->has.producer) != known.npos
               && known.find(dora_->has.producer) != known.npos
               && known.find(gone.producer) == known.npos
               && elsewhere.find(oda_->has.data_producer) != elsewhere.npos;
      }));
    settle();
    bob->consume_media(ann);
    bob->consume_data(apart ? dora_->has : ann);
    olaf_.emplace(nodes_.there().port(), "s", "olaf");
    eve->consume(olaf_->has);
  }

  answered ask(const std::string& name, const std::string& arguments) {
    return ann_.request(name, arguments);
  }

  /// The state of two idle members, which must not change.
  std::string others() {
    if (ned_)
      await_crossing();
    return bob->state() + eve->state();
  }

  size_t actors() const {
    return nodes_.actors();
  }

  /// The number of requests that the server has refused with `code`.
  size_t refusals(const std::string& code) {
    auto page =
        net::testing::http(nodes_.here().port(), "GET", "/metrics").body;
    auto line = "troupe_requests_refused_total{code=\"" + code + "\"} ";
    auto at = page.find(line);
    REQUIRE_MESSAGE(at != std::string::npos, code);
    return std::stoul(page.substr(at + line.size()));
  }

  size_t all_refusals() {
    size_t sum = 0;
    for (size_t i = 1; i < actors::error_code_count; ++i)
      sum += refusals(std::string{
          protocol::to_string(static_cast<protocol::error_code>(i))});
    return sum;
  }

  /// A valid payload for the request, about Ann's own objects.
  id_fields good(const request& what) {
    namespace verb = protocol::verb;
    auto hears = std::holds_alternative<verb::consume_data>(what);
    auto consumes = hears || std::holds_alternative<verb::consume>(what);
    auto ssrc = 1000 + ++tracks_;
    auto track = audio_track(ssrc, std::to_string(ssrc));
    auto dtls = some_dtls_parameters();
    // Statistics accept any of these member names.
    if (how_.words != framing::protoo
        && std::holds_alternative<verb::get_stats>(what))
      return {{"id", test::quoted(ann.send)}};
    return {{"transportId", test::quoted(consumes ? ann.recv : ann.send)},
            {"producerId",
             test::quoted(consumes ? bob->has.producer : ann.producer)},
            {"consumerId", test::quoted(ann.consumer)},
            {"dataProducerId",
             test::quoted(hears ? heard().data_producer : ann.data_producer)},
            {"dataConsumerId", test::quoted(ann.data_consumer)},
            {"sctpStreamParameters", "{\"ordered\":true,\"streamId\":"
                                         + std::to_string(10 + tracks_) + "}"},
            {"subchannels", "[1]"},
            {"subchannel", "1"},
            {"id", test::quoted(ann.send)},
            {"peerId", test::quoted(ann.peer)},
            {"rtpParameters", track.substr(track.find("rtpParameters") + 15)},
            {"rtpCapabilities", capabilities_},
            {"dtlsParameters", dtls.substr(dtls.find('{'))},
            {"kind", "\"audio\""},
            {"spatialLayer", "0"},
            {"priority", "1"}};
  }

  belongings ann;
  belongings gone;
  std::optional<neighbour> bob;
  std::optional<neighbour> eve;

private:
  // Whose data Ann receives.
  const belongings& heard() const {
    return ned_ ? ned_->has : bob->has;
  }

  // What Ann's node has told Bob's before comes before Ned's new name.
  void await_crossing() {
    const auto name = "Ned " + std::to_string(++names_);
    ned_->client.request("change-display-name",
                         "{\"name\":" + test::quoted(name) + "}");
    while (text_at(bob->client.push("participant-updated"), "/data/name")
           != name) {
    }
  }

  // The member whose producer it is, as another member is told.
  static std::string owner_of(const std::string& producer, neighbour& told) {
    const auto list = told.client.request("get-producers");
    for (const auto& x : list["data"].GetArray())
      if (text_at(x, "/producerId") == producer)
        return text_at(x, "/peerId");
    return {};
  }

  // Enters the room as the first member, and so as host. Some dialects do that
  // by connecting; a response that needs the room shows that it has happened.
  void enter() {
    if (how_.name == "ws")
      REQUIRE_FALSE(ask("get-producers", "{}").refused());
    if (how_.name == "events")
      ask("join-mediasoup-room", R"({"roomId":"r"})");
    if (how_.name == "flow")
      ask("createWebRtcTransport", R"({"direction":"send"})");
    if (how_.name == "rooms") {
      ask("createRoom", "\"r\"");
      ask("joinRoom", R"("r","ann")");
    }
  }

  std::string create(bool sends) {
    if (how_.words == framing::protoo)
      return created_id(ask("createWebRtcTransport",
                            sends ? R"({"producing":true,"consuming":false})"
                                  : R"({"producing":false,"consuming":true})"));
    auto name = how_.name == "ws"       ? "create-transport"
                : how_.name == "events" ? "create-webrtc-transport"
                                        : "createWebRtcTransport";
    return created_id(ask(name, sends ? R"({"direction":"send"})"
                                      : R"({"direction":"recv"})"));
  }

  // Creates everything that Ann is to own.
  void settle() {
    auto kebab = how_.name == "ws" || how_.name == "events";
    ann.send = create(true);
    ann.recv = create(false);
    if (how_.words == framing::protoo) {
      auto joined = ask("join", R"({"displayName":"Ann","device":{},)"
                                R"("rtpCapabilities":)"
                                    + capabilities_ + "}");
      REQUIRE_MESSAGE(!joined.refused(), joined.failure);
      ann.consumer = text_at(ann_.accept_request("newConsumer"), "/data/id");
      ann.data_consumer =
          text_at(ann_.accept_request("newDataConsumer"), "/data/id");
      // Offers that are not answered end later.
      for (int i = 1; i < (ned_ ? 3 : 1); ++i) {
        ann_.accept_request("newConsumer");
        ann_.accept_request("newDataConsumer");
      }
    } else {
      ann.consumer = created_id(
          ask(how_.name == "flow" ? "consume-media" : "consume",
              object({{"transportId", test::quoted(ann.recv)},
                      {"producerId", test::quoted(bob->has.producer)},
                      {"rtpCapabilities", capabilities_}})));
      ann.data_consumer = created_id(ask(
          kebab ? "consume-data" : "consumeData",
          object({{"transportId", test::quoted(ann.recv)},
                  {"dataProducerId", test::quoted(heard().data_producer)}})));
    }
    ann.data_producer =
        created_id(ask(kebab ? "produce-data" : "produceData",
                       object({{"transportId", test::quoted(ann.send)},
                               {"sctpStreamParameters",
                                R"({"streamId":1,"ordered":true})"}})));
    ann.producer =
        created_id(ask("produce", "{\"transportId\":" + test::quoted(ann.send)
                                      + "," + audio_track(7) + "}"));
    // The room learns of a producer after its owner has the response.
    REQUIRE(eventually([&] {
      ann.peer = owner_of(ann.producer, *bob);
      auto& near = ned_ ? *ned_ : *bob;
      const auto data =
          to_text(near.client.request("get-data-producers")["data"]);
      return !ann.peer.empty() && data.find(ann.data_producer) != data.npos;
    }));
    for (const auto* x :
         {&ann.send, &ann.recv, &ann.producer, &ann.consumer, &ann.peer,
          &ann.data_producer, &ann.data_consumer, &gone.send, &gone.producer,
          &gone.consumer, &gone.data_producer, &gone.data_consumer})
      REQUIRE_FALSE(x->empty());
  }

  const language& how_;
  id_nodes nodes_;
  any_client ann_;
  std::optional<neighbour> olaf_;
  // Only if there are two nodes.
  std::optional<neighbour> ned_;
  std::optional<neighbour> dora_;
  std::optional<neighbour> oda_;
  size_t names_ = 0;
  std::string capabilities_;
  uint32_t tracks_ = 0;
};

/// A request that names objects, and the members that name them.
struct naming_request {
  listed_request what;
  request verb; // as read from a valid payload
  std::vector<std::string> members;
};

/// Whether the verb names another member.
template <class Verb>
constexpr bool names_peer =
    std::is_same_v<
        Verb,
        protocol::verb::
            kick> || std::is_same_v<Verb, protocol::verb::mute> || std::is_same_v<Verb, protocol::verb::ask_to_unmute> || std::is_same_v<Verb, protocol::verb::make_host>;

/// The members of a verb that are ids, by their names in payloads.
inline std::vector<std::string> id_members(const request& what) {
  return std::visit(
      [](const auto& x) {
        using type = std::decay_t<decltype(x)>;
        std::vector<std::string> out;
        if constexpr (requires { x.transport; })
          out.push_back("transportId");
        if constexpr (requires { x.producer; })
          out.push_back("producerId");
        if constexpr (requires { x.consumer; })
          out.push_back("consumerId");
        if constexpr (requires { x.data_producer; })
          out.push_back("dataProducerId");
        if constexpr (requires { x.data_consumer; })
          out.push_back("dataConsumerId");
        if constexpr (std::is_same_v<type, protocol::verb::get_stats>)
          out.push_back("id");
        if constexpr (names_peer<type>)
          out.push_back("peerId");
        return out;
      },
      what);
}

inline std::vector<naming_request> naming_requests(const language& how,
                                                   id_scene& at) {
  std::vector<naming_request> out;
  for (const auto& x : how.requests) {
    auto verb = x.read(parse_json(object(at.good(request{}))));
    if (!verb)
      continue; // needs something that no request with an id needs
    auto members = id_members(*verb);
    if (how.words == framing::protoo)
      members = {std::string{protocol::find_protoo_method(x.name)->subject}};
    if (!id_members(*verb).empty())
      out.push_back({x, std::move(*verb), std::move(members)});
  }
  return out;
}

inline std::string named_id(const belongings& whose,
                            const std::string& member) {
  if (member == "producerId")
    return whose.producer;
  if (member == "consumerId")
    return whose.consumer;
  if (member == "dataProducerId")
    return whose.data_producer;
  if (member == "dataConsumerId")
    return whose.data_consumer;
  return member == "peerId" ? whose.peer : whose.send;
}

/// Whether Ann may name that object of Bob's, in the same room.
inline bool is_public(const naming_request& x, const std::string& member) {
  return member == "peerId"
         || (member == "producerId"
             && std::holds_alternative<protocol::verb::consume>(x.verb))
         || (member == "dataProducerId"
             && std::holds_alternative<protocol::verb::consume_data>(x.verb));
}

/// Whether `code` is the right one for an id that names nothing.
inline bool is_right(const std::string& code, const std::string& member) {
  if (member == "id")
    return code == "bad-request"; // the kind of object is not known
  auto what = member.substr(0, member.size() - 2);
  if (what.starts_with("data"))
    what = what == "dataProducer" ? "data-producer" : "data-consumer";
  return code == what + "-not-found";
}

/// Whether the request succeeds only once.
inline bool is_final(const request& what) {
  namespace verb = protocol::verb;
  return std::holds_alternative<verb::connect_transport>(what)
         || std::holds_alternative<verb::close_producer>(what)
         || std::holds_alternative<verb::close_consumer>(what)
         || std::holds_alternative<verb::close_data_producer>(what)
         || std::holds_alternative<verb::close_data_consumer>(what);
}

/// Tries one request with ids that its client may not name.
class id_trial {
public:
  id_trial(id_scene& at, const naming_request& x) : at_(at), x_(x) {}

  void run(const std::string& member) {
    CAPTURE(member);
    if (!is_public(x_, member))
      expect_unknown(member, named_id(at_.bob->has, member));
    expect_unknown(member, named_id(at_.eve->has, member));
    expect_unknown(member, named_id(at_.gone, member));
    expect_unknown(member, "nobody");
    expect_unknown(member, of_another_kind(member));
    for (const auto* value : {"5", "true", "[]", R"({"id":"x"})"})
      expect_bad(member, value);
    // An optional id that is absent stands for the client's own object.
    auto without = at_.good(x_.verb);
    without.erase(member);
    if (!x_.what.read(parse_json(object(without))))
      expect_bad(member, {});
  }

  /// The number of refusals per code.
  std::map<std::string, size_t> codes;

private:
  answered ask(const std::string& member, const std::string& value) {
    auto payload = at_.good(x_.verb);
    if (value.empty())
      payload.erase(member);
    else
      payload.insert_or_assign(member, value);
    auto out = at_.ask(x_.what.name, object(payload));
    CHECK_MESSAGE(out.refused(), to_text(out.data));
    ++codes[out.code];
    return out;
  }

  // The id of another kind of object that Ann owns.
  std::string of_another_kind(const std::string& member) const {
    if (std::holds_alternative<protocol::verb::get_stats>(x_.verb))
      return at_.ann.peer;
    return member == "producerId" ? at_.ann.send : at_.ann.producer;
  }

  void expect_unknown(const std::string& member, const std::string& id) {
    CAPTURE(id);
    auto out = ask(member, test::quoted(id));
    if (!out.code.empty())
      CHECK_MESSAGE(is_right(out.code, member), out.code);
  }

  void expect_bad(const std::string& member, const std::string& value) {
    CAPTURE(value);
    auto out = ask(member, value);
    if (!out.code.empty())
      CHECK(out.code == "bad-request");
  }

  id_scene& at_;
  const naming_request& x_;
};

} // namespace troupe::test
