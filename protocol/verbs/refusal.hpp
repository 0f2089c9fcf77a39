#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <system_error>

namespace troupe::protocol {

/// Why a client's data was refused.
struct refusal {
  /// A decode_errc or an ortc_errc, for programs.
  std::error_code code;
  /// A text for the client's developer: names the member, never our internals.
  std::string what;
};

/// Either a value or a refusal. Decoding and capability negotiation report all
/// errors this way.
template <class T>
using checked = boost::system::result<T, refusal>;

/// Lets checked<T>::value() throw; for tests and start-up code only.
[[noreturn]] inline void
throw_exception_from_error(const refusal& error,
                           const boost::source_location&) {
  throw std::system_error(error.code, error.what);
}

} // namespace troupe::protocol
