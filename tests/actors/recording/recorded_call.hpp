#pragma once

#include "actors/recording/source_recorder.hpp"
#include "rtp/codec/opus.hpp"
#include "tests/rtp/recording/ebml_tree.hpp"
#include "tests/rtp/recording/recorded_sender.hpp"
#include "tests/support/recorded_file.hpp"

/// A member's camera and microphone, the network, and the files that are
/// recorded of them, in virtual time.
namespace troupe::test {

/// Something that was captured, and where it is in a recording. Both times are
/// since the recording's start.
struct recorded_instant {
  net::duration captured{};
  net::duration recorded{};

  net::duration late() const {
    return recorded - captured;
  }
};

/// What one file has.
struct recorded_content {
  std::vector<recorded_instant> pictures;
  std::vector<recorded_instant> sounds;
  /// The same for a player that plays audio packet after packet.
  std::vector<recorded_instant> played;
  std::vector<size_t> picture_numbers; // of the originals
  size_t unknown_pictures = 0;         // which nobody sent so
  net::duration first_sound{};
  net::duration sound_length{}; // when all of it is decoded
};

/// The clocks of camera and microphone run apart, and so do the delays of their
/// encoders.
class recorded_call {
public:
  explicit recorded_call(double ppm = 0, uint32_t seed = 1)
      : audio(audio_of(ppm, seed))
      , video(video_of(ppm, seed)) {
    for (auto* x : {&audio, &video})
      x->sending = x->reporting = false;
    connect(audio, microphone);
    connect(video, camera);
  }

  static constexpr actors::source_recorder::track_id camera = 1;
  static constexpr actors::source_recorder::track_id microphone = 2;

  /// The track begins, and sends unless it is paused.
  void begin(recorded_track& x, bool paused = false) {
    const auto is_audio = &x == &audio;
    rtp::track_recorder::config config;
    config.kind = is_audio ? rtp::media_kind::audio : rtp::media_kind::video;
    config.codec = codec_of(x.cfg.codec);
    config.clock_rate = is_audio ? 48'000 : 90'000;
    recorder.add_track(id_of(x), config, "member", paused, now_);
    x.sending = x.reporting = !paused;
    x.request_keyframe();
    drain();
  }

  /// Its producer is paused; nothing is sent meanwhile.
  void pause(recorded_track& x, bool paused) {
    recorder.handle_pause(id_of(x), paused, now_);
    x.sending = x.reporting = !paused;
    drain();
  }

  /// Another one continues it, as when a camera is switched off and on.
  void end(recorded_track& x) {
    recorder.end_track(id_of(x), now_);
    x.sending = x.reporting = false;
    drain();
  }

  void run(net::duration until) {
    while (true) {
      auto next = std::min(audio.next_event(), video.next_event());
      if (const auto due = recorder.poll_timeout())
        next = std::min(next, std::max(*due, now_));
      if (next > at(until))
        break;
      now_ = next;
      for (auto* x : {&audio, &video}) {
        x->set_now(now_);
        x->step();
      }
      if (const auto due = recorder.poll_timeout(); due && *due <= now_)
        recorder.handle_timeout(now_);
      drain();
    }
    now_ = at(until);
  }

  void finish() {
    recorder.finish(now_);
    drain();
  }

  /// What the files have, once the recording is finished.
  std::vector<recorded_content> contents() const {
    std::vector<recorded_content> out;
    for (size_t i = 0; i < files.size(); ++i)
      out.push_back(read(i));
    return out;
  }

  recorded_track audio;
  recorded_track video;
  actors::source_recorder recorder{{at(net::duration{}), "Weekly", {}}};
  std::vector<recorded_file> files;
  std::vector<actors::recorded_part> parts;

private:
  static recorded_track::config audio_of(double ppm, uint32_t seed) {
    recorded_track::config x;
    x.codec = sent_codec::opus;
    x.interval = 20ms;
    x.key_every = 1;
    x.seed = seed;
    // The sound card runs against the wall clock.
    x.media_ppm = ppm - 50;
    x.wall_ppm = ppm;
    x.encoding = 10ms;
    x.report_every = 5s;
    x.network = {.jitter = 15ms};
    return x;
  }

  static recorded_track::config video_of(double ppm, uint32_t seed) {
    recorded_track::config x;
    x.seed = seed + 1000;
    x.media_ppm = ppm;
    x.wall_ppm = ppm;
    x.encoding = 120ms;
    x.network = {.jitter = 60ms};
    return x;
  }

  actors::source_recorder::track_id id_of(const recorded_track& x) const {
    return &x == &audio ? microphone : camera;
  }

  void connect(recorded_track& x, actors::source_recorder::track_id id) {
    x.packets_to = [this, id](const rtp::media_packet& packet) {
      recorder.handle_packets(id, {packet}, now_);
      drain();
    };
    x.reports_to = [this, id](const rtp::source_report& report) {
      recorder.handle_sender_report(id, report, now_);
      drain();
    };
  }

  void drain() {
    using actors::source_recorder;
    while (auto x = recorder.poll_event()) {
      if (std::holds_alternative<source_recorder::part_began>(*x))
        files.emplace_back();
      else if (const auto* octets = std::get_if<rtp::file_write>(&*x))
        files.back().carry_out(*octets);
      else
        parts.push_back(std::get<source_recorder::part_ended>(*x).facts);
    }
    while (recorder.poll_keyframe_request())
      video.request_keyframe();
  }

  recorded_content read(size_t i) const {
    recorded_content out;
    const matroska_file file{files[i].octets};
    const auto zero = std::chrono::milliseconds{parts.at(i).start_offset};
    const auto tracks = file.segment[0x1654AE6B].all(0xAE);
    for (const auto& x : file.blocks()) {
      const auto time = zero + std::chrono::milliseconds{x.time};
      if ((*tracks.at(x.track - 1))[0x83].number() == 1)
        add_picture(out, x, time);
      else
        add_sound(out, x, time);
    }
    return out;
  }

  static net::duration captured(const recorded_track& by, size_t number) {
    return by.originals[number].captured - at(net::duration{});
  }

  void add_picture(recorded_content& to, const block_seen& x,
                   net::duration time) const {
    const auto number = video.original(x.frame);
    if (!number || video.originals[*number].key != x.keyframe) {
      ++to.unknown_pictures;
      return;
    }
    to.picture_numbers.push_back(*number);
    to.pictures.push_back({captured(video, *number), time});
  }

  void add_sound(recorded_content& to, const block_seen& x,
                 net::duration time) const {
    if (to.sound_length == net::duration{})
      to.first_sound = time;
    if (const auto number = audio.original(x.frame)) {
      to.sounds.push_back({captured(audio, *number), time});
      to.played.push_back(
          {captured(audio, *number), to.first_sound + to.sound_length});
    }
    to.sound_length += rtp::parse_opus(x.frame).value().packet_duration();
  }

  net::time_point now_ = at(net::duration{});
};

/// How much later each picture's sound is than the picture.
inline std::vector<net::duration>
sound_offsets(const std::vector<recorded_instant>& pictures,
              const std::vector<recorded_instant>& sounds) {
  std::vector<net::duration> out;
  for (const auto& x : pictures) {
    const auto i = std::ranges::lower_bound(sounds, x.captured, {},
                                            &recorded_instant::captured);
    if (i != sounds.end() && i->captured - x.captured <= 20ms)
      out.push_back(i->late() - x.late());
  }
  return out;
}

} // namespace troupe::test
