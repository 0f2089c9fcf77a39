#pragma once

#include <boost/system/result.hpp>

#include <string>

namespace troupe::load {

/// An error message for the user at the terminal.
struct failure {
  std::string text;
};

/// Either a value or an error message. Test it with `if`, then use `*` and
/// `->`, or `error().text`.
template <class T>
using outcome = boost::system::result<T, failure>;

} // namespace troupe::load
