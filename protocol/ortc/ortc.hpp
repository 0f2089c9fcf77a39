#pragma once

#include "net/base/rng.hpp"
#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

/// Capability negotiation: what a router can route, how it renumbers a
/// producer's stream, and what a consumer is sent. The rules are those of
/// mediasoup 3.27, on which its clients rely; a differential test compares the
/// two. All SSRCs made here lie between 10^8 and 10^9 and so are never 1234,
/// which the client's bandwidth probe uses.
namespace troupe::protocol {

/// Why negotiation failed.
enum class ortc_errc {
  /// The codec is not supported, or the router was not configured with it.
  unsupported_codec = 1,
  /// Two codecs of a router request the same payload type.
  duplicate_payload_type,
  /// A codec of a router requests 127, which the client's probe uses.
  reserved_payload_type,
  /// There are more codecs than dynamic payload types.
  no_payload_type_left,
  /// A retransmission codec belongs to no codec in the list.
  missing_media_codec,
  /// The router has no retransmission codec for this one.
  unsupported_rtx,
  /// The consumer supports none of the producer's codecs.
  no_common_codec,
  /// A producer has no codec, or one of the other kind.
  kind_mismatch,
  /// An encoding has neither SSRC nor RID, so its packets are not identifiable.
  unidentified_encoding,
  /// There are several encodings of a codec without simulcast.
  unsupported_simulcast,
};

/// The category of ortc_errc, named "ortc".
const std::error_category& ortc_category();

/// Makes ortc_errc a std::error_code.
std::error_code make_error_code(ortc_errc value);

/// The payload type of mediasoup-client's bandwidth probe. A router never
/// allocates it.
inline constexpr uint8_t probator_payload_type = 127;

/// The capabilities of a router that routes `media_codecs`. Each must be one of
/// supported_rtp_capabilities(), whose parameters it may override; each video
/// codec is followed by its retransmission codec. Payload types not given are
/// taken from 100 to 126, then from 96 to 99.
checked<rtp_capabilities> generate_router_rtp_capabilities(
    const std::vector<rtp_codec_capability>& media_codecs);

/// How encodings are sent.
enum class producer_type : uint8_t {
  /// One encoding of one layer.
  simple,
  /// Several encodings.
  simulcast,
  /// One encoding of several spatial or temporal layers.
  svc
};

/// "simple", "simulcast" or "svc".
std::string_view to_string(producer_type type);

/// Completes the parameters of a new producer: at least one encoding, and the
/// CNAME that all producers of its transport share. `transport_cname` is set to
/// the first CNAME, or a random one.
void complete_producer_parameters(rtp_parameters& params,
                                  std::string& transport_cname, net::rng& rng);

/// Checks what mediasoup's worker checks: that the codecs are of `kind`, that
/// packets of each encoding can be identified, that the codec supports the
/// encodings. `params` must have been completed.
checked<producer_type> check_producer(media_kind kind,
                                      const rtp_parameters& params);

/// Maps a producer's payload types and encodings to the router's. May set
/// H.264's profile-level-id in `params` to the negotiated level.
checked<rtp_mapping> get_producer_rtp_parameters_mapping(
    rtp_parameters& params, const rtp_capabilities& router_caps, net::rng& rng);

/// The parameters that the router offers for a producer: its codecs under the
/// router's payload types, feedback and header extensions. `mapping` must have
/// been made for `params`; codecs and encodings that it lacks are omitted.
rtp_parameters
get_consumable_rtp_parameters(media_kind kind, const rtp_parameters& params,
                              const rtp_capabilities& router_caps,
                              const rtp_mapping& mapping);

/// Whether a client with these capabilities can consume the producer.
bool can_consume(const rtp_parameters& consumable,
                 const rtp_capabilities& remote_caps);

/// The options of a consumer.
struct consumer_options {
  /// Keep all encodings instead of one that switches between them.
  bool pipe = false;
  /// Retransmissions, and plain NACK. Default for video, not for audio; see
  /// default_enable_rtx().
  bool enable_rtx = true;
  /// The SSRC of the stream; its retransmissions use the next one. Random if
  /// absent or if all encodings are kept.
  std::optional<uint32_t> ssrc = {};
};

/// Whether a consumer of this kind has retransmissions by default.
inline bool default_enable_rtx(media_kind kind) {
  return kind == media_kind::video;
}

/// The parameters of a stream that a client consumes. Header extensions match
/// by uri and id, never by kind, because mediasoup-client lists each only once.
/// The caller sets `mid`.
checked<rtp_parameters>
get_consumer_rtp_parameters(const rtp_parameters& consumable,
                            const rtp_capabilities& remote_caps,
                            const consumer_options& options, net::rng& rng);

/// The parameters of a producer's stream that is sent as `stream`, whose client
/// has negotiated several codecs: the one that is the producer's, with its
/// retransmissions, and all else of `stream`. The refusal is no_common_codec.
checked<rtp_parameters> fit_stream(const rtp_parameters& consumable,
                                   const rtp_parameters& stream);

/// The parameters for another router: all encodings under new SSRCs, without
/// bandwidth estimation.
rtp_parameters
get_pipe_consumer_rtp_parameters(const rtp_parameters& consumable,
                                 bool enable_rtx, net::rng& rng);

} // namespace troupe::protocol

template <>
struct std::is_error_code_enum<troupe::protocol::ortc_errc> : std::true_type {};
