#include "actors/base/caf_error.hpp"

#include <caf/atom.hpp>
#include <caf/message.hpp>

namespace troupe::actors {

namespace {

constexpr auto category = caf::atom("troupe");

} // namespace

caf::error to_caf(const protocol::error& x) {
  return caf::error{
      static_cast<uint8_t>(x.code), category,
      caf::make_message(x.message, static_cast<uint8_t>(x.reason))};
}

protocol::error from_caf(const caf::error& x) {
  if (x.category() != category)
    return protocol::make_error(protocol::error_code::internal);
  auto code = static_cast<protocol::error_code>(x.code());
  auto result = protocol::make_error(code);
  if (x.context().match_elements<std::string, uint8_t>()) {
    result.message = x.context().get_as<std::string>(0);
    result.reason =
        static_cast<protocol::error_reason>(x.context().get_as<uint8_t>(1));
  }
  return result;
}

} // namespace troupe::actors
