// With record.consent = ask, what is in the files: of a room with a real
// recording, whose members send all the time.

#include "tests/actors/support/memory_disk.hpp"
#include "tests/actors/support/probe_client.hpp"
#include "tests/support/media_packets.hpp"

#include <algorithm>
#include <set>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
using actors::recording_handle;

namespace {

/// Passes on what a recording is told, and notes the producers.
recording_handle spawn_tap(caf::actor_system& system,
                           actors::recording_actor real,
                           std::vector<actors::producer_entry>& producers) {
  using type = recording_handle;
  return system.spawn([=, &producers](type::pointer self) {
    self->monitor(real);
    self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
    const auto pass_on = [=](const auto& x) {
      self->send(real, x);
    };
    return type::behavior_type{
        [=, &producers](const actors::record_producer& x) {
          producers.push_back(x.entry);
          pass_on(x);
        },
        [=](const actors::forget_recorded_peer& x) { pass_on(x); },
        [=](const actors::recorded_peer_joined& x) { pass_on(x); },
        [=](const actors::recorded_peer_left& x) { pass_on(x); },
        [=](const actors::recorded_speaker_changed& x) { pass_on(x); },
        [=](const actors::finish_recording& x) {
          pass_on(x);
        }};
  });
}

/// A room whose members are asked. Whatever producer any recording has ever
/// been told of sends from then on.
struct asked_room : actor_world {
  asked_room() {
    caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
    actors::room_services all{settings.room, {&sockets->port(), load}, {}, 500};
    all.recordings = std::make_shared<actors::recording_services>(
        actors::recording_services{stage.thread, "/rec"});
    all.record.asks = true;
    all.record.spawn = [this](caf::actor_system& in,
                              actors::recording_config x) {
      return spawn_tap(in, actors::spawn_recording(in, std::move(x)),
                       producers);
    };
    server = actors::spawn_server(*system, all);
    run();
  }

  ~asked_room() {
    producers.clear();
    caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
    settle();
  }

  void settle() {
    for (int i = 0; i < 6; ++i) {
      run();
      stage.settle();
      run();
    }
  }

  /// All known members send for a second, in packets that say who and when.
  void send(const std::string& phase) {
    for (int i = 0; i < 50; ++i) {
      ++sequence_;
      for (const auto& x : producers)
        send_packet(x, x.facts.info.peer.str() + "/" + phase + ";");
      pass(20ms);
    }
    settle();
  }

  /// The words of all packets that a file has: who has sent them, and when.
  std::set<std::string> recorded() const {
    std::set<std::string> out;
    for (const auto& [path, octets] : stage.disk->files)
      for (const auto& words : sent_)
        if (!std::ranges::search(octets, words).empty())
          out.insert(words);
    return out;
  }

  disk_stage stage;
  std::vector<actors::producer_entry> producers;

private:
  void send_packet(const actors::producer_entry& to, const std::string& words) {
    const auto& sent = to.facts.sent;
    packet_spec x;
    x.ssrc = *sent.encodings.at(0).ssrc;
    x.payload_type = sent.codecs.at(0).payload_type;
    x.sequence = sequence_;
    x.timestamp = sequence_ * 960u;
    x.payload = {0x78}; // Opus, 20 ms
    x.payload.insert(x.payload.end(), words.begin(), words.end());
    caf::anon_send(to.handles.producer,
                   batch_of({make_packet(x, scheduler().clock().now())}));
    sent_.insert(words);
  }

  std::set<std::string> sent_;
  uint16_t sequence_ = 0;
};

struct asked_member : probe_client {
  asked_member(asked_room& where, const std::string& name)
      : probe_client(where) {
    get<reply::joined>(join_as(name));
    verb::create_transport open;
    open.direction = protocol::direction::send;
    get<reply::transport_created>(open);
    get<reply::produced>(opus_producer());
    where.run();
  }

  void answer(bool accepted) {
    get<reply::ok>(verb::consent_to_recording{accepted});
  }

  void start(asked_room& where) {
    send(verb::start_recording{"Weekly"});
    where.settle();
    REQUIRE(get<reply::recording>(verb::get_recording{}).what);
  }

  void stop(asked_room& where) {
    get<reply::ok>(verb::stop_recording{});
    where.settle();
  }
};

} // namespace

TEST_CASE("no file has a member while it has not agreed to be recorded") {
  asked_room room;
  asked_member ann{room, "ann"};
  asked_member bob{room, "bob"};
  asked_member cleo{room, "cleo"};
  asked_member eve{room, "eve"};
  // In a first recording all agree, so that all are known, and send.
  ann.start(room);
  for (auto* x : {&ann, &bob, &cleo, &eve})
    x->answer(true);
  room.send("first");
  ann.stop(room);
  CHECK(room.recorded()
        == std::set<std::string>{"ann/first;", "bob/first;", "cleo/first;",
                                 "eve/first;"});
  room.send("between");
  ann.start(room);
  room.send("unasked");
  ann.answer(true);
  bob.answer(false);
  cleo.answer(true);
  room.send("asked");
  cleo.answer(false);
  eve.answer(true);
  asked_member dan{room, "dan"}; // does not answer
  room.send("later");
  eve.get<reply::ok>(verb::leave{});
  room.send("last");
  ann.stop(room);
  CHECK(room.recorded()
        == std::set<std::string>{"ann/first;", "bob/first;", "cleo/first;",
                                 "eve/first;", "ann/asked;", "cleo/asked;",
                                 "ann/later;", "eve/later;", "ann/last;"});
}
