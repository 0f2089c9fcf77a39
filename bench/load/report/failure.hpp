#pragma once

#include <boost/system/result.hpp>

#include <string>

namespace troupe::load {

/// Why something the report side was asked for cannot be had, as a sentence
/// for the person at the terminal.
struct failure {
  std::string text;
};

/// Either a value or a sentence that says why there is none. Ask with `if`,
/// then use `*` and `->`, or `error().text`.
template <class T>
using outcome = boost::system::result<T, failure>;

} // namespace troupe::load
