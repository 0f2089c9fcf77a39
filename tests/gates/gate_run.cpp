#include "tests/gates/gate_run.hpp"

#include "rtp/packet/header_extensions.hpp"
#include "tests/gates/seeded_rng.hpp"

#include <utility>

namespace troupe::gates {

namespace {

// SSRCs of one track, RTX included.
constexpr uint32_t ssrcs_of_track = 8;

// The id under which a consumer's packets have transport-wide numbers; 0 if its
// client reports none.
uint8_t numbers_id(const test::json& consumer) {
  const auto* codec =
      rapidjson::Pointer{"/data/rtpParameters/codecs/0"}.Get(consumer);
  if (!codec || test::to_text(*codec).find("transport-cc") == std::string::npos)
    return 0;
  const auto* list =
      rapidjson::Pointer{"/data/rtpParameters/headerExtensions"}.Get(consumer);
  if (!list || !list->IsArray())
    return 0;
  for (const auto& x : list->GetArray())
    if (rtp::extension_from_uri(test::text_at(x, "/uri"))
        == rtp::extension::transport_cc)
      return static_cast<uint8_t>(test::number_at(x, "/id"));
  return 0;
}

// Starts the seeds before any other member makes a generator.
counted_wire::receiver restarted(counted_wire::receiver x) {
  restart_seeds();
  return x;
}

// What happened between two moments, per packet sent.
figures per_packet(const server_counts& before, const server_counts& after) {
  auto packets = static_cast<double>(after.sent.packets - before.sent.packets);
  auto of = [&](auto member) {
    return static_cast<double>(member(after) - member(before)) / packets;
  };
  figures out;
  auto add = [&](const char* name, auto member) {
    out[name] = of(member);
  };
  add("messages", [](auto& x) { return x.sent.messages; });
  add("send_calls", [](auto& x) { return x.sent.calls; });
  add("receive_calls", [](auto& x) { return x.receive_calls; });
  add("wakeups", [](auto& x) { return x.wakeups; });
  add("timer_wakeups", [](auto& x) { return x.timer_wakeups; });
  add("rtcp_received", [](auto& x) { return x.rtcp_received; });
  add("rtcp_sent", [](auto& x) { return x.sent.rtcp; });
  add("actor_messages", [](auto& x) { return x.actor_messages; });
  add("allocations", [](auto& x) { return x.allocations; });
  add("system_calls",
      [](auto& x) { return x.sent.calls + x.receive_calls + x.wakeups; });
  // The only one that is not per packet sent.
  auto media_in =
      static_cast<double>((after.received - after.rtcp_received)
                          - (before.received - before.rtcp_received));
  out["forwarded_per_packet_in"] = packets / media_in;
  return out;
}

} // namespace

gate_run::gate_run(const scenario_plan& plan)
    : world_(restarted([this](const auto& x) { receive(x); })) {
  for (const auto& x : plan.members)
    join(x);
  for (auto& x : members_)
    produce(x);
  for (auto& x : members_)
    if (x.plan.receives)
      consume(x);
}

gate_run::~gate_run() = default;

void gate_run::join(const member_plan& plan) {
  auto& x = members_.emplace_back();
  x.plan = plan;
  x.client = std::make_unique<test::fake_client>(
      world_, plan.room, "member" + std::to_string(members_.size()));
  // Lists from the server may be longer than a client's.
  x.client->messages().parse = test::parse_long_json;
  world_.run();
  if (!plan.sends.empty())
    x.up = &add_transport(x, "send");
  if (plan.receives)
    x.down = &add_transport(x, "recv");
}

virtual_transport& gate_run::add_transport(member& x,
                                           const std::string& direction) {
  auto number = transports_.size() + 1;
  auto& out = *transports_.emplace_back(std::make_unique<virtual_transport>(
      world_, network_, number, *x.client, direction));
  add_agent({[&out] { return out.due(); },
             [&out](auto now, auto& to) {
               out.report(now, to);
             }});
  return out;
}

void gate_run::produce(member& x) {
  for (auto kind : x.plan.sends) {
    auto ssrc = std::exchange(next_ssrc_, next_ssrc_ + ssrcs_of_track);
    x.client->produce("\"transportId\":" + test::quoted(x.up->id()) + ","
                      + track_of(kind, ssrc));
    auto& out = *sources_.emplace_back(std::make_unique<virtual_source>(
        kind, ssrc, sources_.size(), *x.up, world_.now()));
    add_agent({[&out] { return out.due(); },
               [&out](auto now, auto& to) {
                 out.send(now, to);
               }});
  }
}

void gate_run::consume(member& x) {
  auto wanted = "{\"transportId\":" + test::quoted(x.down->id())
                + ",\"rtpCapabilities\":" + x.client->capabilities() + "}";
  size_t simulcast = 0;
  for (;;) {
    auto reply = x.client->request("consume", wanted);
    // The server chooses the producer, until there is none left.
    if (test::text_at(reply, "/type") != "consumer-params") {
      REQUIRE_MESSAGE(test::text_at(reply, "/data/code") == "no-producer",
                      test::to_text(reply));
      return;
    }
    if (test::text_at(reply, "/data/type") == "simulcast")
      ++simulcast;
    resume(x, reply, simulcast);
  }
}

void gate_run::resume(member& x, const test::json& consumer, size_t simulcast) {
  if (auto id = numbers_id(consumer))
    x.down->expect_numbers(id);
  auto which =
      "\"consumerId\":" + test::quoted(test::text_at(consumer, "/data/id"));
  if (x.plan.low && simulcast > 1
      && test::text_at(consumer, "/data/type") == "simulcast")
    x.client->request("set-preferred-layers",
                      "{" + which + ",\"spatialLayer\":0}");
  x.client->request("resume-consumer", "{" + which + "}");
}

void gate_run::receive(const net::outgoing_datagram& x) {
  auto number = client_network::number_of(x.tuple.remote);
  if (number > 0 && number <= transports_.size())
    transports_[number - 1]->receive(x.data, world_.now());
}

void gate_run::add_agent(agent x) {
  turns_.emplace(x.due(), agents_.size());
  agents_.push_back(std::move(x));
}

void gate_run::advance(net::time_point end) {
  for (;;) {
    auto next = turns_.top().first;
    if (auto due = world_.due())
      next = std::min(next, *due);
    // Rounded up to the grid, and never into the past.
    auto since = std::max(next, world_.now()).time_since_epoch();
    net::time_point at{(since + grid - net::duration{1}) / grid * grid};
    if (at >= end)
      return;
    std::vector<arrival> datagrams;
    while (turns_.top().first <= at) {
      auto which = turns_.top().second;
      turns_.pop();
      agents_[which].act(at, datagrams);
      turns_.emplace(agents_[which].due(), which);
    }
    world_.step(at, std::move(datagrams));
  }
}

figures gate_run::run() {
  auto begin = world_.now();
  advance(begin + warmup);
  world_.begin_measurement();
  auto before = world_.counts();
  advance(begin + warmup + measured);
  auto after = world_.counts();
  packets_ = after.sent.packets - before.sent.packets;
  REQUIRE(packets_ > 0);
  return per_packet(before, after);
}

} // namespace troupe::gates
