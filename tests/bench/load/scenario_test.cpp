#include "bench/load/scenario/command_line.hpp"
#include "bench/load/scenario/figures.hpp"
#include "bench/load/scenario/scenarios.hpp"
#include "bench/load/scenario/streams.hpp"
#include "bench/load/signaling/signaling_client.hpp"
#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <doctest/doctest.h>

#include <set>

namespace troupe::test {

using namespace load;
using namespace std::chrono_literals;

// -- parameters of clients' streams -------------------------------------------

TEST_CASE("a router accepts a client's producers, and a client its consumers") {
  auto router = protocol::default_router_rtp_capabilities();
  auto device = device_capabilities(router);
  auto random = net::make_seeded_rng(1);
  for (auto kind : {traffic::audio, traffic::v600, traffic::sim3}) {
    CAPTURE(to_string(kind));
    auto sent = track_of(kind, 7);
    auto parameters = sending_parameters(sent);
    auto type = protocol::check_producer(sent.kind, parameters);
    REQUIRE(type.has_value());
    CHECK_EQ(*type, kind == traffic::sim3 ? protocol::producer_type::simulcast
                                          : protocol::producer_type::simple);
    auto mapping = protocol::get_producer_rtp_parameters_mapping(
        parameters, router, *random);
    REQUIRE(mapping.has_value());
    auto consumable = protocol::get_consumable_rtp_parameters(
        sent.kind, parameters, router, *mapping);
    REQUIRE(protocol::can_consume(consumable, device));
    auto consumer = protocol::get_consumer_rtp_parameters(
        consumable, device,
        {.enable_rtx = protocol::default_enable_rtx(sent.kind)}, *random);
    REQUIRE(consumer.has_value());
    auto received = consumer_of({"c", "p", sent.kind, *consumer});
    CHECK_EQ(received.nack, kind != traffic::audio);
    CHECK_EQ(received.rtx_ssrc.has_value(), kind != traffic::audio);
    CHECK_EQ(received.transport_cc_id != 0, kind != traffic::audio);
  }
}

TEST_CASE("a device names each extension once, and only codecs that it has") {
  auto device =
      device_capabilities(protocol::default_router_rtp_capabilities());
  CHECK_EQ(device.codecs.size(), 3);
  std::set<std::string> seen;
  for (const auto& x : device.header_extensions)
    CHECK(seen.insert(x.uri).second);
  CHECK(seen.contains(std::string{protocol::extension_uri::mid}));
  CHECK_FALSE(seen.contains(std::string{protocol::extension_uri::packet_id}));
}

TEST_CASE("members have SSRCs of their own") {
  std::set<uint32_t> seen;
  for (uint32_t member = 0; member < 100; ++member)
    for (auto kind : {traffic::audio, traffic::sim3})
      for (size_t i = 0; i < encoding_count(kind); ++i) {
        CHECK(seen.insert(ssrc_of(track_of(kind, member), i)).second);
        CHECK(seen.insert(rtx_ssrc_of(track_of(kind, member), i)).second);
      }
}

TEST_CASE("a source sends what its parameters announce") {
  auto sent = track_of(traffic::sim3, 1);
  auto parameters = sending_parameters(sent);
  auto source = source_of(traffic::sim3, sent, parameters);
  REQUIRE_EQ(source.encodings.size(), 3);
  CHECK_EQ(source.encodings[2].rid, "r2");
  CHECK_FALSE(parameters.encodings[2].ssrc);
  CHECK_EQ(rtp::value(source.payload_type), parameters.codecs[0].payload_type);
  CHECK_EQ(source.mid, parameters.mid);
  CHECK(source.extensions.has(rtp::extension::sdes_rid));
  auto single = sending_parameters(track_of(traffic::v600, 1));
  CHECK_EQ(single.encodings[0].ssrc, ssrc_of(track_of(traffic::v600, 1), 0));
}

TEST_CASE("an offer without a stream or an address is refused") {
  CHECK_THROWS_AS(consumer_of({}), signaling_error);
  transport_offer offer;
  CHECK_THROWS_AS(transport_of(offer), signaling_error);
  offer.candidates.push_back(
      {"f", 1, "nowhere", protocol::ice_protocol::udp, 5});
  CHECK_THROWS_AS(transport_of(offer), signaling_error);
  offer.candidates[0].address = "127.0.0.1";
  CHECK_EQ(transport_of(offer).server.port(), 5);
}

TEST_CASE("a server is named by address and port") {
  for (auto x :
       {"http://127.0.0.1:3000", "ws://127.0.0.1:3000/", "127.0.0.1:3000"}) {
    auto server = parse_server(x);
    CHECK_EQ(server.host, "127.0.0.1");
    CHECK_EQ(server.port, 3000);
  }
  for (auto x : {"", "https://127.0.0.1:3000", "localhost:3000", "127.0.0.1",
                 "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:1/x"})
    CHECK_THROWS_AS(parse_server(x), signaling_error);
}

// -- results ------------------------------------------------------------------

TEST_CASE("a run is judged by its received and lost packets") {
  media_stats media;
  media.rtp_out = {100, 10'000};
  media.rtp_in = {980, 98'000};
  media.video.sequence.received = 970;
  media.video.sequence.lost = 30;
  media.video.sequence.duplicates = 4;
  media.video.sequence.reordered = 5;
  media.video.latency.add(2ms, 970);
  media.video.frame_latency.add(3ms, 60);
  media.video.keyframe_latency.add(8ms, 2);
  media.plis_sent = 3;
  run_result out;
  set_media(out, media);
  CHECK_EQ(out.in.packets, 100);
  CHECK_EQ(out.out.octets, 98'000);
  CHECK_EQ(out.video.expected, 1'000);
  CHECK_EQ(out.video.lost, 30);
  CHECK_EQ(out.video.duplicates, 4);
  CHECK_EQ(out.video.reordered, 5);
  CHECK_EQ(out.video.latency.p99, doctest::Approx(2).epsilon(0.05));
  CHECK_EQ(out.frame_latency.samples, 60);
  CHECK_EQ(out.frame_latency.p99, doctest::Approx(3).epsilon(0.05));
  CHECK_EQ(out.keyframe_latency.samples, 2);
  CHECK_EQ(out.keyframe_latency.p50, doctest::Approx(8).epsilon(0.05));
  CHECK_EQ(out.audio.expected, 0);
  CHECK_EQ(out.extra.at("plis_sent"), 3);
  CHECK_FALSE(out.extra.contains("decrypt_failures"));
}

TEST_CASE("a generator that falls behind voids the run, with a reason each") {
  generator_health health;
  health.lateness.add(1ms, 1'000);
  run_result good;
  judge_generator(good, health);
  CHECK_FALSE(good.is_void());
  health.lateness.add(20ms, 20);
  health.frames_skipped = 1;
  health.kernel_drops = 2;
  health.send_failures = 3;
  run_result bad;
  judge_generator(bad, health);
  CHECK_EQ(bad.void_reasons.size(), 4);
}

TEST_CASE(
    "joins are reported by first media, by the server's share and by step") {
  net::time_point begin{1s};
  std::vector<join_times> joins;
  for (int i = 1; i <= 100; ++i)
    joins.push_back(
        {begin, begin + i * 1ms, begin + i * 2ms, begin + i * 3ms, i * 500us});
  joins.push_back({begin, {}, {}, {}, 0ms}); // never joined
  run_result out;
  set_joins(out, joins);
  CHECK_EQ(out.join.samples, 100);
  CHECK_EQ(out.join.p50, doctest::Approx(150));
  CHECK_EQ(out.join.p99, doctest::Approx(297));
  CHECK_EQ(out.join_server.samples, 100);
  CHECK_EQ(out.join_server.p50, doctest::Approx(25));
  CHECK_EQ(out.extra.at("join_welcome_ms_p99"), doctest::Approx(99));
  CHECK_EQ(out.extra.at("join_ready_ms_p50"), doctest::Approx(100));
}

TEST_CASE("the CPU time of a client is that of the server, divided by them") {
  run_result out;
  CHECK_FALSE(cpu_ms_per_second(out, 10));
  out.seconds = 4;
  out.costs.cpu_ns = 2'000'000'000;
  CHECK_EQ(*cpu_ms_per_second(out, 1'000), doctest::Approx(0.5));
  CHECK_FALSE(cpu_ms_per_second(out, 0));
}

TEST_CASE("memory growth is divided only if there was growth") {
  CHECK_EQ(octets_each(1'000, 5'000, 4), 1'000);
  CHECK_FALSE(octets_each(0, 5'000, 4));
  CHECK_FALSE(octets_each(5'000, 1'000, 4));
  CHECK_FALSE(octets_each(1'000, 5'000, 0));
}

// -- the command line ---------------------------------------------------------

namespace {

template <class Command>
Command read(std::vector<std::string> arguments) {
  auto x = read_command_line(std::move(arguments), "/opt/troupe");
  REQUIRE(std::holds_alternative<Command>(x));
  return std::get<Command>(x);
}

} // namespace

TEST_CASE("a scenario has its defaults, and flags that change them") {
  auto x = read<run_command>({"meetings"}).options;
  CHECK_EQ(x.scenario, "meetings");
  CHECK_EQ(x.size, 7);
  CHECK_EQ(x.video, traffic::v600);
  CHECK_EQ(x.dialect, dialect::ws);
  CHECK_EQ(x.server.binary, "/opt/troupe");
  CHECK(x.floor);
  CHECK_EQ(x.arrivals.arrivals, arrivals::spaced);
  CHECK_EQ(x.arrivals.uplink, doctest::Approx(6.4e6));
  CHECK_FALSE(x.gro);
  x = read<run_command>(
          {"meetings", "--arrivals", "burst", "--uplink", "20", "--gro"})
          .options;
  CHECK(x.gro);
  CHECK_EQ(x.arrivals.arrivals, arrivals::burst);
  CHECK_EQ(x.arrivals.uplink, doctest::Approx(20e6));
  x = read<run_command>({"meetings", "--rooms", "9", "--video", "none",
                         "--dialect", "b", "--profile", "cm", "--no-floor",
                         "--server-arg", "--rtc.tcp=false", "--server-arg",
                         "--log.level=off", "--seconds", "2.5"})
          .options;
  CHECK_EQ(x.rooms, 9);
  CHECK_FALSE(x.video);
  CHECK_EQ(x.dialect, dialect::events);
  CHECK_EQ(x.profile, srtp_choice::cm);
  CHECK_FALSE(x.floor);
  CHECK_EQ(x.seconds, 2.5);
  CHECK_EQ(x.server.arguments.size(), 2);
  x = read<run_command>({"lossy"}).options;
  CHECK_EQ(x.loss, 0.05);
  CHECK_FALSE(x.server.unprotected);
  CHECK_EQ(x.delay, 30ms);
  x = read<run_command>({"overload", "--unprotected"}).options;
  CHECK_EQ(x.video, traffic::sim3);
  CHECK_EQ(x.factor, 3);
  CHECK(x.server.unprotected);
}

TEST_CASE("viewers by WHEP are a thousand, with sound, by default") {
  auto x = read<run_command>({"whep"}).options;
  CHECK_EQ(x.receivers, 1'000);
  CHECK_EQ(x.video, traffic::v600);
  CHECK(x.audio);
  x = read<run_command>({"whep", "--viewers", "20", "--no-audio"}).options;
  CHECK_EQ(x.receivers, 20);
  CHECK_FALSE(x.audio);
}

TEST_CASE("scenarios of one room can have several") {
  const std::vector<std::pair<std::string, size_t>> members{
      {"broadcast", 101}, {"webinar", 60}, {"class", 300}, {"large", 50}};
  for (const auto& [name, each] : members) {
    CAPTURE(name);
    auto one = read<run_command>({name}).options;
    CHECK_EQ(one.rooms, 1);
    CHECK_EQ(plan_of(one).members.size(), each);
    auto three = plan_of(read<run_command>({name, "--rooms", "3"}).options);
    CHECK_EQ(three.rooms(), 3);
    CHECK_EQ(three.members.size(), 3 * each);
  }
}

TEST_CASE("compare takes two servers and a scenario with its flags") {
  auto x = read<compare_command>(
      {"compare", "--a", "/a", "--b", "http://127.0.0.1:1", "--b-pid", "7",
       "--rounds", "3", "broadcast", "--receivers", "20"});
  CHECK_EQ(x.a.binary, "/a");
  CHECK_EQ(x.b.url, "http://127.0.0.1:1");
  CHECK_EQ(x.b.pid, 7);
  CHECK_EQ(x.rounds, 3);
  CHECK_EQ(x.options.scenario, "broadcast");
  CHECK_EQ(x.options.receivers, 20);
}

TEST_CASE("capacity takes a scenario with rooms, and search options") {
  auto x = read<capacity_command>({"capacity", "broadcast", "--receivers", "20",
                                   "--max-rooms", "12", "--from", "3",
                                   "--server-cores", "1", "--step-seconds", "2",
                                   "--latency-limit", "20", "--json", "f"});
  CHECK_EQ(x.options.scenario, "broadcast");
  CHECK_EQ(x.options.receivers, 20);
  CHECK_EQ(x.options.server.cores, 1);
  CHECK_EQ(x.options.server.binary, "/opt/troupe");
  CHECK(x.options.server.unprotected);
  CHECK_EQ(x.options.json, "f");
  CHECK_EQ(x.how.rooms.first, 3);
  CHECK_EQ(x.how.rooms.most, 12);
  CHECK_EQ(x.how.step_seconds, 2);
  CHECK_EQ(x.how.limits.latency_ms, 20);
  x = read<capacity_command>({"capacity", "webinar"});
  CHECK_EQ(x.options.receivers, 50);
  CHECK_EQ(x.how.limits.latency_ms, 50);
  for (auto name : {"broadcast", "webinar", "meetings", "class", "large"})
    read<capacity_command>({"capacity", name});
  // The same scenario without compare is unchanged.
  CHECK_FALSE(read<run_command>({"webinar"}).options.server.unprotected);
}

TEST_CASE("invalid arguments are reported, with exit code 2") {
  for (std::vector<std::string> x :
       {std::vector<std::string>{},
        {"fly"},
        {"idle", "--rooms", "2"},
        {"broadcast", "--rooms", "0"},
        {"broadcast", "--video", "v9"},
        {"broadcast", "--arrivals", "slow"},
        {"broadcast", "--uplink", "1"},
        {"broadcast", "--receivers", "0"},
        {"capacity"},
        {"capacity", "idle"},
        {"capacity", "meetings", "--rooms", "2"},
        {"compare", "--a", "x", "broadcast"},
        {"compare", "--a", "x", "--b", "y"},
        {"compare", "--a", "x", "--b", "y", "floor"},
        {"plot"}}) {
    auto out = read<exit_command>(x);
    CHECK_EQ(out.code, 2);
    CHECK_FALSE(out.text.empty());
  }
  auto help = read<exit_command>({"--help"});
  CHECK_EQ(help.code, 0);
  CHECK_NE(help.text.find("join-storm"), std::string::npos);
}

} // namespace troupe::test
