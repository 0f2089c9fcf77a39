#include "actors/log.hpp"

namespace {

// The tests of actors say what is wrong by themselves.
const bool quiet = [] {
  troupe::actors::config::log_keys settings;
  settings.level = "off";
  troupe::actors::log::open(settings);
  return true;
}();

} // namespace
