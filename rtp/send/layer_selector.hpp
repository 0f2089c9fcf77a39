#pragma once

#include "rtp/packet/media_packet.hpp"

#include <optional>
#include <utility>

namespace troupe::rtp {

/// Chooses which of a producer's packets a consumer is sent: those of one
/// encoding, beginning with a key frame, and of that encoding the wanted
/// layers. Another encoding takes over at its own key frame; until then the
/// present one continues. Layers change between pictures only:
///
/// - down at once, except for spatial layers that build on each other at key
///   frames alone, whose lower ones were not sent: at a key frame;
/// - up at a key frame, or where the codec says that what is needed was sent
///   (docs/adr/0013 has the rules of each codec).
///
/// Invariant: a forwarded frame refers only to frames that were forwarded or
/// were lost on their way to this server. All packets of a frame are decided
/// alike, in whatever order they arrive.
class layer_selector {
public:
  enum class decision : uint8_t {
    forward,
    /// Forward; an encoding or a new start begins with this packet.
    begin,
    /// An encoding or a new start could begin with this packet, but later
    /// packets have already passed: it must begin by replay.
    begin_late,
    /// Belongs to another encoding.
    other_layer,
    /// Belongs to the encoding that is being sent, but to another layer.
    not_needed,
    /// Belongs to a picture from before the last change: allows() decides, by
    /// the layers in force at that time.
    earlier,
    /// Belongs to the wanted encoding, but no key frame came yet.
    awaiting_keyframe,
  };

  /// With `immediate`, the stream can begin with any packet, as audio does.
  /// With `only`, no other encoding is ever sent or wanted: of targets, only
  /// the temporal layer counts.
  layer_selector(bool immediate, const producer_layout& layout,
                 std::optional<uint8_t> only = {});

  decision decide(const media_packet& x);

  /// Whether a packet is sent while these layers are in force.
  static bool allows(const media_packet& x, layers in_force) {
    return !x.filler && x.needed_for.contains(in_force);
  }

  /// The layers that apply to a late packet: those in force, if they were when
  /// its picture came, or else those remembered with its number.
  layers layers_for(const media_packet& x, layers remembered) const {
    auto is_earlier = x.sequence < since_ && x.timestamp != since_picture_;
    return started_ && x.encoding == encoding_ && !is_earlier ? in_force_
                                                              : remembered;
  }

  /// Whether an encoding that is not being sent may begin with this packet.
  bool may_take_over(const media_packet& x) const {
    return !(started_ && x.encoding == encoding_) && can_begin(x);
  }

  /// Whether the encoding that is being sent may begin once more with this
  /// packet.
  bool may_begin_again(const media_packet& x) const {
    return started_ && x.encoding == encoding_ && can_begin(x);
  }

  /// Sets the wanted layers.
  void set_target(layers x);

  /// Sets the spatial layers that arrive from the producer, a bit for each.
  void set_alive(uint8_t spatial_layers);

  /// Begins again, with a key frame, after a pause.
  void restart() {
    started_ = false;
  }

  /// Begins the wanted encoding with this packet, whatever it is.
  void begin(const media_packet& first);

  /// The encoding whose key frame is needed, or nothing.
  std::optional<uint8_t> keyframe_needed() const;

  /// The encodings with packets that may be more than `other_layer`, a bit for
  /// each.
  uint32_t concerning() const {
    if (only_ != any_encoding)
      return uint32_t{1} << only_;
    return keyframe_needed() || immediate_ ? ~uint32_t{0}
                                           : uint32_t{1} << encoding_;
  }

  /// The wanted encoding, or the nearest that arrives.
  uint8_t wanted_encoding() const {
    return layout_.kind == layering::simulcast ? wanted_.spatial : uint8_t{0};
  }

  /// The encoding being sent, if all that decides about its next packets is
  /// whether the layers in force need them: until the target changes, or a
  /// packet has a dependency descriptor. Nothing while more decides.
  std::optional<uint8_t> steady_encoding() const {
    return started_ && in_force_ == goal() && !keyframe_needed()
               ? std::optional{encoding_}
               : std::nullopt;
  }

  /// The highest sequence of the encoding that is being sent.
  int64_t newest() const {
    return newest_;
  }

  /// Notes a packet of the steady encoding, newer than all before, that was
  /// forwarded without decide().
  void note_forwarded(int64_t sequence, int64_t timestamp) {
    newest_ = sequence;
    picture_ = timestamp;
  }

  /// The layers that are being forwarded, or nothing.
  std::optional<layers> current() const;

  /// The layers in force within the current encoding.
  layers in_force() const {
    return in_force_;
  }

  /// Whether the layers in force changed since the last call.
  bool poll_changed() {
    return std::exchange(changed_, false);
  }

private:
  static constexpr uint8_t any_encoding = 0xFF;

  // The wanted layers within the current encoding.
  layers goal() const;
  void update_wanted();
  bool can_begin(const media_packet& x) const;
  void enter_picture(const media_packet& x);
  layers next_layers(const media_packet& x) const;
  void put_in_force(layers next, const media_packet& from);
  void raise_temporal(const media_packet& x);
  void note_frame(const media_packet& x);
  bool references_sent(const media_packet& x) const;

  bool immediate_;
  producer_layout layout_;
  layers target_;
  layers wanted_; // the target, or the nearest that arrive
  uint8_t alive_ = 0xFF;
  uint8_t only_; // or any_encoding

  bool started_ = false;
  bool changed_ = false;
  uint8_t encoding_ = 0; // the current one
  layers in_force_;
  int64_t newest_ = 0;        // highest sequence
  int64_t picture_ = 0;       // its timestamp
  int64_t since_ = 0;         // the first sequence that in_force_ applies to
  int64_t since_picture_ = 0; // its timestamp

  // Frames with a dependency descriptor that were sent: bit i stands for the
  // frame i before the newest.
  uint64_t frames_sent_ = 0;
  uint16_t newest_frame_ = 0;
};

} // namespace troupe::rtp
