#pragma once

#include <boost/system/result.hpp>

#include <system_error>

namespace troupe::net {

/// Either a value or a std::error_code that says why there is none. For
/// control code; the media path returns std::optional and counts drops.
template <class T>
using result = boost::system::result<T, std::error_code>;

} // namespace troupe::net
