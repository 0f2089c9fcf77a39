#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <system_error>

namespace troupe::protocol {

/// Why a client's data was refused.
struct refusal {
  /// For programs: a decode_errc or an ortc_errc.
  std::error_code code;
  /// For the developer of the client: names the member, never our internals.
  std::string what;
};

/// Either a value or a refusal. The one way in which decoding and capability
/// negotiation fail.
template <class T>
using checked = boost::system::result<T, refusal>;

/// Lets checked<T>::value() throw; for tests and start-up code only.
[[noreturn]] inline void
throw_exception_from_error(const refusal& error,
                           const boost::source_location&) {
  throw std::system_error(error.code, error.what);
}

} // namespace troupe::protocol
