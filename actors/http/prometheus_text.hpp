#pragma once

#include "actors/stats/histogram.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::actors {

/// Writes metrics in Prometheus' text format, version 0.0.4: for each metric
/// its help and type, then its samples.
class prometheus_text {
public:
  using label = std::pair<std::string_view, std::string_view>;

  /// Begins a metric that only grows; its name ends in "_total".
  void counter(std::string_view name, std::string_view help) {
    begin(name, help, "counter");
  }

  /// Begins a metric that rises and falls.
  void gauge(std::string_view name, std::string_view help) {
    begin(name, help, "gauge");
  }

  /// Adds a sample to the metric begun last. Label values must come from a set
  /// that is known beforehand.
  void sample(double value, std::initializer_list<label> labels = {});

  /// The same for an integer, exactly.
  void sample(uint64_t value, std::initializer_list<label> labels = {});

  /// A whole counter or gauge without labels.
  void counter(std::string_view name, std::string_view help, uint64_t value) {
    counter(name, help);
    sample(value);
  }

  void gauge(std::string_view name, std::string_view help, uint64_t value) {
    gauge(name, help);
    sample(value);
  }

  /// A whole histogram, in seconds.
  void histogram(std::string_view name, std::string_view help,
                 const histogram_reading& x);

  const std::string& text() const {
    return out_;
  }

private:
  void begin(std::string_view name, std::string_view help,
             std::string_view type);

  void line(std::string_view suffix, std::string_view value,
            std::initializer_list<label> labels);

  std::string out_;
  std::string name_;
};

} // namespace troupe::actors
