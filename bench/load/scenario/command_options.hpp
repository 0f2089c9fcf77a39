#pragma once

#include "bench/load/scenario/run_options.hpp"

#include <CLI/CLI.hpp>

#include <string>

/// The flags of a scenario's run.
namespace troupe::load {

/// Options of a run given as text, converted to their types after parsing.
struct run_texts {
  std::string video;
  std::string dialect;
  std::string profile;
  std::string arrivals;
  double uplink_mbit = 0;
  uint32_t delay_ms = 0;
  bool no_floor = false;
};

/// Adds a flag for a number that must not be 0.
template <class Number>
void add_count(CLI::App& app, const char* name, Number& to, const char* help) {
  app.add_option(name, to, help)
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

/// Adds the flags of the server of a run.
void add_server(CLI::App& app, server_options& x);

/// Adds the flags that say how a run is measured.
void add_method(CLI::App& app, run_options& x, run_texts& texts);

/// Adds the flags for the members and streams of `x.scenario`.
void add_numbers(CLI::App& app, run_options& x, run_texts& texts);

void add_video(CLI::App& app, run_texts& texts);

void add_rooms(CLI::App& app, run_options& x);

} // namespace troupe::load
