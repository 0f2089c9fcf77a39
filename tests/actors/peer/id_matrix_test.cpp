#include "actors/stats/counters.hpp"
#include "protocol/dialects/protoo/protoo_methods.hpp"
#include "protocol/json/json_codec.hpp"
#include "protocol/verbs/error.hpp"
#include "tests/actors/support/any_client.hpp"
#include "tests/actors/support/neighbour.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/protocol/dialects/clients.hpp"

#include <set>

/// Takes every request of every dialect that names an object by its id. The id
/// is the client's own, another member's, of another room, of a closed object,
/// unknown, of another kind of object, absent, or no string. Runs on a whole
/// server and checks that no other member's state changes. The requests come
/// from the dialects' own tables.
using namespace troupe;
using namespace troupe::test;
using protocol::request;

namespace {

using fields = std::map<std::string, std::string>;

struct language {
  std::string name;
  framing words;
  std::vector<listed_request> requests;
};

std::vector<language> languages() {
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

std::string id_of(const answered& x) {
  REQUIRE_MESSAGE(!x.refused(), x.failure);
  for (const auto* at : {"/data/id", "/0/id", "/0/params/id"})
    if (auto id = text_at(x.data, at); !id.empty())
      return id;
  FAIL("no id in " << to_text(x.data));
  return {};
}

std::string object(const fields& all) {
  std::string out = "{";
  for (const auto& [name, value] : all)
    out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
  return out + "}";
}

/// Ann speaks the tested dialect; Bob is in her room, Eve in another, and Carl
/// has left.
class scene {
public:
  explicit scene(const language& how)
      : how_(how)
      , node_(generous())
      , ann_(node_.port(), how.words, "r", "ann") {
    enter();
    bob.emplace(node_.port(), "r", "bob");
    eve.emplace(node_.port(), "s", "eve");
    capabilities_ =
        to_text(bob->client.request("get-rtp-capabilities")["data"]);
    {
      neighbour carl{node_.port(), "r", "carl"};
      carl.consume(bob->has);
      gone = carl.has;
      carl.client.leave();
      bob->client.push("participant-left");
    }
    settle();
    bob->consume(ann);
    olaf_.emplace(node_.port(), "s", "olaf");
    eve->consume(olaf_->has);
  }

  answered ask(const std::string& name, const std::string& arguments) {
    return ann_.request(name, arguments);
  }

  /// The state of two idle members, which must not change.
  std::string others() {
    return bob->state() + eve->state();
  }

  size_t actors() const {
    return node_.server.live_actors();
  }

  /// The number of requests that the server has refused with `code`.
  size_t refusals(const std::string& code) {
    auto page = net::testing::http(node_.port(), "GET", "/metrics").body;
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
  fields good(const request& what) {
    namespace verb = protocol::verb;
    auto hears = std::holds_alternative<verb::consume_data>(what);
    auto consumes = hears || std::holds_alternative<verb::consume>(what);
    auto ssrc = 1000 + ++tracks_;
    auto track = audio_track(ssrc, std::to_string(ssrc));
    auto dtls = some_dtls_parameters();
    // Statistics accept any of these member names.
    if (how_.words != framing::protoo
        && std::holds_alternative<verb::get_stats>(what))
      return {{"id", quoted(ann.send)}};
    return {{"transportId", quoted(consumes ? ann.recv : ann.send)},
            {"producerId", quoted(consumes ? bob->has.producer : ann.producer)},
            {"consumerId", quoted(ann.consumer)},
            {"dataProducerId",
             quoted(hears ? bob->has.data_producer : ann.data_producer)},
            {"dataConsumerId", quoted(ann.data_consumer)},
            {"sctpStreamParameters", "{\"ordered\":true,\"streamId\":"
                                         + std::to_string(10 + tracks_) + "}"},
            {"subchannels", "[1]"},
            {"subchannel", "1"},
            {"id", quoted(ann.send)},
            {"peerId", quoted(ann.peer)},
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
  static actors::config generous() {
    auto out = loopback();
    out.http.message_rate = 1'000'000;
    out.http.address_message_rate = 1'000'000;
    out.rtc.sctp = "always";
    return out;
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
      return id_of(ask("createWebRtcTransport",
                       sends ? R"({"producing":true,"consuming":false})"
                             : R"({"producing":false,"consuming":true})"));
    auto name = how_.name == "ws"       ? "create-transport"
                : how_.name == "events" ? "create-webrtc-transport"
                                        : "createWebRtcTransport";
    return id_of(ask(name, sends ? R"({"direction":"send"})"
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
    } else {
      ann.consumer =
          id_of(ask(how_.name == "flow" ? "consume-media" : "consume",
                    object({{"transportId", quoted(ann.recv)},
                            {"producerId", quoted(bob->has.producer)},
                            {"rtpCapabilities", capabilities_}})));
      ann.data_consumer = id_of(
          ask(kebab ? "consume-data" : "consumeData",
              object({{"transportId", quoted(ann.recv)},
                      {"dataProducerId", quoted(bob->has.data_producer)}})));
    }
    ann.data_producer =
        id_of(ask(kebab ? "produce-data" : "produceData",
                  object({{"transportId", quoted(ann.send)},
                          {"sctpStreamParameters",
                           R"({"streamId":1,"ordered":true})"}})));
    ann.producer = id_of(ask("produce", "{\"transportId\":" + quoted(ann.send)
                                            + "," + audio_track(7) + "}"));
    // The room learns of a producer after its owner has the response.
    REQUIRE(eventually([&] {
      ann.peer =
          text_at(bob->client.request("get-producers"), "/data/0/peerId");
      return !ann.peer.empty()
             && !text_at(bob->client.request("get-data-producers"),
                         "/data/0/peerId")
                     .empty();
    }));
    for (const auto* x :
         {&ann.send, &ann.recv, &ann.producer, &ann.consumer, &ann.peer,
          &ann.data_producer, &ann.data_consumer, &gone.send, &gone.producer,
          &gone.consumer, &gone.data_producer, &gone.data_consumer})
      REQUIRE_FALSE(x->empty());
  }

  const language& how_;
  running_node node_;
  any_client ann_;
  std::optional<neighbour> olaf_;
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
std::vector<std::string> id_members(const request& what) {
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

std::vector<naming_request> naming_requests(const language& how, scene& at) {
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

std::string of(const belongings& whose, const std::string& member) {
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
bool is_public(const naming_request& x, const std::string& member) {
  return member == "peerId"
         || (member == "producerId"
             && std::holds_alternative<protocol::verb::consume>(x.verb))
         || (member == "dataProducerId"
             && std::holds_alternative<protocol::verb::consume_data>(x.verb));
}

/// Whether `code` is the right one for an id that names nothing.
bool is_right(const std::string& code, const std::string& member) {
  if (member == "id")
    return code == "bad-request"; // the kind of object is not known
  auto what = member.substr(0, member.size() - 2);
  if (what.starts_with("data"))
    what = what == "dataProducer" ? "data-producer" : "data-consumer";
  return code == what + "-not-found";
}

/// Whether the request succeeds only once.
bool is_final(const request& what) {
  namespace verb = protocol::verb;
  return std::holds_alternative<verb::connect_transport>(what)
         || std::holds_alternative<verb::close_producer>(what)
         || std::holds_alternative<verb::close_consumer>(what)
         || std::holds_alternative<verb::close_data_producer>(what)
         || std::holds_alternative<verb::close_data_consumer>(what);
}

/// Tries one request with ids that its client may not name.
class trial {
public:
  trial(scene& at, const naming_request& x) : at_(at), x_(x) {}

  void run(const std::string& member) {
    CAPTURE(member);
    if (!is_public(x_, member))
      expect_unknown(member, of(at_.bob->has, member));
    expect_unknown(member, of(at_.eve->has, member));
    expect_unknown(member, of(at_.gone, member));
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
    auto out = ask(member, quoted(id));
    if (!out.code.empty())
      CHECK_MESSAGE(is_right(out.code, member), out.code);
  }

  void expect_bad(const std::string& member, const std::string& value) {
    CAPTURE(value);
    auto out = ask(member, value);
    if (!out.code.empty())
      CHECK(out.code == "bad-request");
  }

  scene& at_;
  const naming_request& x_;
};

} // namespace

TEST_CASE("only the owner can use an id, in every request and dialect") {
  size_t tried = 0;
  for (const auto& how : languages()) {
    CAPTURE(how.name);
    scene at{how};
    std::map<std::string, size_t> codes;
    at.others(); // discards earlier events
    auto before = at.others();
    auto actors = at.actors();
    for (const auto& x : naming_requests(how, at)) {
      CAPTURE(x.what.name);
      for (const auto& member : x.members) {
        trial one{at, x};
        one.run(member);
        ++tried;
        for (const auto& [code, count] : one.codes)
          codes[code] += count;
      }
      CHECK(at.others() == before);
      CHECK(eventually([&] { return at.actors() == actors; }));
    }
    // Every refusal is counted, whether by the dialect or by the server. One
    // dialect sends its clients no code.
    size_t refused = 0;
    for (const auto& [code, count] : codes) {
      CAPTURE(code);
      refused += count;
      if (!code.empty())
        CHECK(at.refusals(code) == count);
    }
    CHECK(at.all_refusals() == refused);
  }
  CHECK(tried > 130);
}

TEST_CASE("an owner can use its ids, and no other room is affected") {
  for (const auto& how : languages()) {
    CAPTURE(how.name);
    scene at{how};
    at.eve->state();
    auto before = at.eve->state();
    auto all = naming_requests(how, at);
    std::ranges::stable_partition(all, [](const auto& x) {
      return x.what.name.find("lose") == std::string::npos;
    });
    std::set<size_t> done;
    for (const auto& x : all) {
      CAPTURE(x.what.name);
      auto out = at.ask(x.what.name, object(at.good(x.verb)));
      // No member here moderates.
      auto refused =
          std::holds_alternative<protocol::verb::kick>(x.verb)
          || std::holds_alternative<protocol::verb::ask_to_unmute>(x.verb)
          || (is_final(x.verb) && done.contains(x.verb.index()));
      CHECK_MESSAGE(out.refused() == refused, out.failure);
      done.insert(x.verb.index());
    }
    CHECK(at.eve->state() == before);
  }
}
