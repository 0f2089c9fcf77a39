#pragma once

#include "actors/media/producer_actor.hpp"
#include "actors/recording/recording_actor.hpp"
#include "actors/transport/signaling_to_engine.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/actors/support/actor_world.hpp"
#include "tests/actors/support/memory_disk.hpp"
#include "tests/support/encoded_frames.hpp"
#include "tests/support/media_packets.hpp"
#include "tests/support/packetizer.hpp"
#include "tests/support/recorded_file.hpp"

/// Producers, a recording and a disk in memory, in virtual time.
namespace troupe::test {

using namespace troupe::actors;

/// What a recording's listener was told.
struct recording_notes {
  std::vector<recording_ended> ended;
  size_t degraded = 0;
};

inline recording_listener_actor
spawn_recording_listener(caf::actor_system& system, recording_notes& to) {
  using type = recording_listener_actor;
  return system.spawn([&to](type::pointer) -> type::behavior_type {
    return {[&to](const recording_ended& x) { to.ended.push_back(x); },
            [&to](const recording_degraded&) {
              ++to.degraded;
            }};
  });
}

/// A client's track: a real producer, fed with real frames.
class sent_track {
public:
  sent_track(actor_world& world, std::string name, rtp::codec kind,
             const std::string& peer, std::string app_data = "{}")
      : world_(world)
      , kind_(kind)
      , frames_(read_frames(name, kind)) {
    auto& facts = entry.facts;
    static uint32_t last_ssrc = 1000;
    ssrc_ = ++last_ssrc;
    facts.info.id = producer_id{peer + "-" + name + std::to_string(ssrc_)};
    facts.info.peer = peer_id{peer};
    facts.info.kind =
        is_audio() ? protocol::media_kind::audio : protocol::media_kind::video;
    facts.info.app_data.text = std::move(app_data);
    auto& sent = facts.sent;
    sent.codecs.resize(1);
    auto& codec = sent.codecs.front();
    codec.mime_type = is_audio()                 ? "audio/opus"
                      : kind == rtp::codec::h264 ? "video/H264"
                                                 : "video/VP8";
    codec.payload_type = 96;
    codec.clock_rate = rate();
    codec.feedback = {{"nack", "pli"}};
    sent.encodings.resize(1);
    sent.encodings.front().ssrc = ssrc_;
    sent.rtcp.cname = peer;
    entry.handles.producer = spawn_producer(
        *world.system,
        {.id = facts.info.id,
         .engine = to_receiver(facts.info.kind, sent, false),
         .transport =
             world.system->spawn([this](rtcp_sender_actor::pointer)
                                     -> rtcp_sender_actor::behavior_type {
               return {[this](const rtcp_to_send& x) { note(x.packet); },
                       [](const sources_unattended&) {
                       }};
             })});
    next_ = now();
  }

  ~sent_track() {
    close();
  }

  sent_track(const sent_track&) = delete;

  /// Sends what is due.
  void step() {
    while (sending && next_ <= now())
      send_frame();
    if (!sending)
      next_ = std::max(next_, now());
  }

  /// A sender report: the media clock began with the actors' clock.
  void report() {
    if (!reporting)
      return;
    rtp::sender_report_received x;
    x.info.ssrc = rtp::ssrc{ssrc_};
    x.info.ntp = rtp::ntp_clock{std::chrono::seconds{4'000'000'000}}.at(now());
    x.info.rtp_timestamp = timestamp(now());
    x.arrival = now();
    caf::anon_send(entry.handles.producer, x);
    world_.run();
  }

  void pause(bool on) {
    if (on)
      caf::anon_send(entry.handles.producer, pause_producer{});
    else
      caf::anon_send(entry.handles.producer, resume_producer{});
    world_.run();
  }

  void close() {
    caf::anon_send(entry.handles.producer, close_producer{});
    world_.run();
  }

  /// Video only: begins anew with a key frame.
  void restart() {
    index_ = 0;
  }

  producer_entry entry;
  bool sending = true;
  bool reporting = true;
  size_t padding = 0; // octets that each frame has more
  size_t plis = 0;

private:
  bool is_audio() const {
    return kind_ == rtp::codec::opus;
  }

  uint32_t rate() const {
    return is_audio() ? 48'000 : 90'000;
  }

  net::time_point now() const {
    return world_.scheduler().clock().now();
  }

  uint32_t timestamp(net::time_point x) const {
    return static_cast<uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(
            x.time_since_epoch())
            .count()
        * (rate() / 1000));
  }

  void note(const std::vector<uint8_t>& compound) {
    rtp::rtcp::compound_reader reader{compound};
    while (auto x = reader.next())
      plis += std::holds_alternative<rtp::rtcp::pli>(*x);
  }

  void send_frame() {
    const auto& frame = frames_[index_];
    // The second group of pictures follows the last one.
    index_ = (index_ + 1) % frames_.size();
    auto octets = frame.octets;
    octets.resize(octets.size() + padding);
    const auto payloads =
        is_audio() ? std::vector<frame_octets>{octets}
                   : packetize_vp8(octets, ++picture_, 1100).payloads;
    std::vector<rtp::packet> out;
    for (size_t i = 0; i < payloads.size(); ++i) {
      packet_spec x;
      x.ssrc = ssrc_;
      x.sequence = ++sequence_;
      x.timestamp = timestamp(next_);
      x.marker = i + 1 == payloads.size();
      x.payload = payloads[i];
      out.push_back(make_packet(x, now()));
    }
    caf::anon_send(entry.handles.producer, batch_of(std::move(out)));
    next_ += is_audio() ? std::chrono::milliseconds{20}
                        : std::chrono::milliseconds{100};
  }

  actor_world& world_;
  rtp::codec kind_;
  std::vector<rtp::media_frame> frames_;
  uint32_t ssrc_ = 0;
  size_t index_ = 0;
  uint16_t picture_ = 0;
  uint16_t sequence_ = 65'500; // wraps soon
  net::time_point next_{};
};

/// A recording with a disk; a test adds tracks.
struct recording_scene {
  explicit recording_scene(uint64_t max_bytes = 0, std::string room = "lobby") {
    recording_config x;
    x.id = recording_id{"rec1"};
    x.room = room_id{std::move(room)};
    x.title = "Weekly";
    x.started_at = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}
                   + std::chrono::hours{23};
    x.services = std::make_shared<const recording_services>(
        recording_services{stage.thread, "/rec", 1 << 30, max_bytes});
    x.listener = listener = spawn_recording_listener(*world.system, notes);
    recording = spawn_recording(*world.system, std::move(x));
    world.run();
  }

  ~recording_scene() {
    tracks.clear();
    caf::anon_send(recording, finish_recording{});
    settle();
    caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
    world.run();
    for (int i = 0; i < 4; ++i)
      settle();
  }

  sent_track& add(const std::string& name, rtp::codec kind,
                  const std::string& peer = "alice",
                  std::string app_data = "{}") {
    tracks.push_back(std::make_unique<sent_track>(world, name, kind, peer,
                                                  std::move(app_data)));
    return *tracks.back();
  }

  void record(const sent_track& x) {
    caf::anon_send(recording, record_producer{x.entry});
    world.run();
  }

  template <class Message>
  void tell(Message x) {
    caf::anon_send(recording, std::move(x));
    world.run();
  }

  /// Time passes; all tracks send, with reports each second. The disk works
  /// unless it is `slow`.
  void pass(net::duration time) {
    for (net::duration t{}; t < time; t += world.step) {
      for (auto& x : tracks)
        x->step();
      world.pass(world.step);
      if (++steps_ % 100 == 10)
        for (auto& x : tracks)
          x->report();
      if (!slow && steps_ % 10 == 0)
        settle();
    }
  }

  void settle() {
    for (int i = 0; i < 3; ++i) {
      world.run();
      stage.settle();
      world.run();
    }
  }

  /// Ends the recording, and returns its manifest as the disk has it.
  manifest finish() {
    tell(finish_recording{});
    settle();
    REQUIRE(notes.ended.size() == 1);
    return saved();
  }

  manifest saved() {
    const auto& octets = stage.disk->files.at(folder() + manifest_path);
    auto out = parse_manifest(
        {reinterpret_cast<const char*>(octets.data()), octets.size()});
    REQUIRE(out.has_value());
    return *out;
  }

  std::string folder() const {
    return "/rec/lobby/20261124T230000Z-rec1/";
  }

  /// What a repair finds in a part's file.
  rtp::repair_plan plan(const recorded_part& x) {
    return plan(x.file);
  }

  rtp::repair_plan plan(const std::string& name) {
    recorded_file file{stage.disk->files.at(folder() + name)};
    auto out = file.plan();
    REQUIRE(out.has_value());
    return *out;
  }

  static constexpr const char* manifest_path = "manifest.json";

  recording_notes notes;
  actor_world world;
  disk_stage stage;
  recording_listener_actor listener;
  recording_actor recording;
  std::vector<std::unique_ptr<sent_track>> tracks;
  bool slow = false;

private:
  size_t steps_ = 0;
};

} // namespace troupe::test
