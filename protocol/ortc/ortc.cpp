#include "protocol/ortc/ortc.hpp"

#include "net/base/enum_category.hpp"

namespace troupe::protocol {

namespace {

std::string_view text_of(ortc_errc value) {
  switch (value) {
    case ortc_errc::unsupported_codec:
      return "codec not supported";
    case ortc_errc::duplicate_payload_type:
      return "payload type used twice";
    case ortc_errc::reserved_payload_type:
      return "payload type reserved";
    case ortc_errc::no_payload_type_left:
      return "no dynamic payload type left";
    case ortc_errc::missing_media_codec:
      return "RTX codec without media codec";
    case ortc_errc::unsupported_rtx:
      return "RTX not supported for this codec";
    case ortc_errc::no_common_codec:
      return "no codec in common";
    case ortc_errc::kind_mismatch:
      return "the codecs do not match the producer's kind";
    case ortc_errc::unidentified_encoding:
      return "encoding without SSRC and RID";
    case ortc_errc::unsupported_simulcast:
      return "codec without simulcast";
  }
  return "unknown negotiation error";
}

} // namespace

const std::error_category& ortc_category() {
  static const net::enum_category<ortc_errc> instance{"ortc", text_of};
  return instance;
}

std::error_code make_error_code(ortc_errc value) {
  return {static_cast<int>(value), ortc_category()};
}

std::string_view to_string(producer_type type) {
  switch (type) {
    case producer_type::simple:
      return "simple";
    case producer_type::simulcast:
      return "simulcast";
    case producer_type::svc:
      break;
  }
  return "svc";
}

} // namespace troupe::protocol
