#pragma once

#include "actors/base/log.hpp"

namespace troupe::test {

/// Turns the log off, since doctest reports failures by itself.
inline void quiet_log() {
  [[maybe_unused]] static bool once = [] {
    actors::config::log_keys settings;
    settings.level = "off";
    actors::log::open(settings);
    return true;
  }();
}

} // namespace troupe::test
