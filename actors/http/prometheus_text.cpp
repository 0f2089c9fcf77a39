#include "actors/http/prometheus_text.hpp"

#include <charconv>

namespace troupe::actors {

namespace {

/// Appends a label's value: backslash, quotation mark and line feed are
/// escaped.
void append_escaped(std::string& out, std::string_view text) {
  for (auto c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"')
      out += '\\';
    out += c;
  }
}

template <class Number>
std::string to_text(Number x) {
  char buffer[32];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, x);
  return {buffer, end};
}

} // namespace

void prometheus_text::begin(std::string_view name, std::string_view help,
                            std::string_view type) {
  name_ = name;
  out_.append("# HELP ").append(name).append(" ").append(help);
  out_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void prometheus_text::sample(double value,
                             std::initializer_list<label> labels) {
  line({}, to_text(value), labels);
}

void prometheus_text::sample(uint64_t value,
                             std::initializer_list<label> labels) {
  line({}, to_text(value), labels);
}

void prometheus_text::histogram(std::string_view name, std::string_view help,
                                const histogram_reading& x) {
  begin(name, help, "histogram");
  uint64_t sum = 0;
  for (size_t i = 0; i < histogram_reading::bounds_ms.size(); ++i) {
    sum += x.counts[i];
    line("_bucket", to_text(sum),
         {{"le", to_text(histogram_reading::bounds_ms[i] / 1000.0)}});
  }
  sum += x.counts.back();
  line("_bucket", to_text(sum), {{"le", "+Inf"}});
  line("_sum", to_text(std::chrono::duration<double>(x.sum).count()), {});
  line("_count", to_text(sum), {});
}

void prometheus_text::line(std::string_view suffix, std::string_view value,
                           std::initializer_list<label> labels) {
  out_.append(name_).append(suffix);
  char separator = '{';
  for (const auto& [key, text] : labels) {
    out_ += separator;
    out_.append(key).append("=\"");
    append_escaped(out_, text);
    out_ += '"';
    separator = ',';
  }
  if (labels.size() > 0)
    out_ += '}';
  out_.append(" ").append(value).append("\n");
}

} // namespace troupe::actors
