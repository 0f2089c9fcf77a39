#include "bench/load/report/plot.hpp"

#include "bench/load/report/text_table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace troupe::load {

namespace {

// Sizes in the SVG's user units.
constexpr double chart_width = 640, chart_height = 300;
constexpr double left = 84, right = 150, top = 40, bottom = 52;
constexpr double plot_width = chart_width - left - right;
constexpr double plot_height = chart_height - top - bottom;
constexpr double legend_x = left + plot_width + 16, legend_step = 20;

// Colours that are distinct for people with any colour vision (Okabe and Ito),
// on light and dark backgrounds; each has its own marker too.
constexpr size_t styles = 6;
constexpr std::string_view style_sheet = R"(<style>
svg { font: 12px system-ui, sans-serif; }
.ground { fill: #ffffff; }
text { fill: #1f2328; }
.title { font-size: 14px; font-weight: 600; }
.grid { stroke: #d0d7de; }
.axis { stroke: #57606a; }
.line { fill: none; stroke-width: 2; }
.s0 { stroke: #0072b2; } .m0 { fill: #0072b2; }
.s1 { stroke: #d55e00; } .m1 { fill: #d55e00; }
.s2 { stroke: #007e5c; } .m2 { fill: #007e5c; }
.s3 { stroke: #a8518a; } .m3 { fill: #a8518a; }
.s4 { stroke: #946800; } .m4 { fill: #946800; }
.s5 { stroke: #57606a; } .m5 { fill: #57606a; }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117; }
text { fill: #e6edf3; }
.grid { stroke: #30363d; }
.axis { stroke: #8b949e; }
.s0 { stroke: #56b4e9; } .m0 { fill: #56b4e9; }
.s1 { stroke: #ff9447; } .m1 { fill: #ff9447; }
.s2 { stroke: #2fc79b; } .m2 { fill: #2fc79b; }
.s3 { stroke: #e39ac8; } .m3 { fill: #e39ac8; }
.s4 { stroke: #f0c94c; } .m4 { fill: #f0c94c; }
.s5 { stroke: #b1bac4; } .m5 { fill: #b1bac4; }
}
</style>
)";

std::string at(double x) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", x);
  return text;
}

std::string attribute(const char* name, double x) {
  return std::string{" "} + name + "=\"" + at(x) + "\"";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (auto c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string label(double x, double y, const char* anchor,
                  const std::string& text, const std::string& more = "") {
  return "<text" + attribute("x", x) + attribute("y", y) + " text-anchor=\""
         + anchor + "\"" + more + ">" + escaped(text) + "</text>\n";
}

std::string rule(const char* kind, double x1, double y1, double x2, double y2) {
  return std::string{"<line class=\""} + kind + "\"" + attribute("x1", x1)
         + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2)
         + "/>\n";
}

// Formats with as many decimals as the step between two ticks needs.
std::string tick_text(double value, double step) {
  int digits = 0;
  for (; step < 0.999 && digits < 6; step *= 10)
    ++digits;
  return in_thousands(value, digits);
}

// Maps values to positions in the chart.
struct frame {
  std::vector<double> x_ticks;
  std::vector<double> y_ticks;

  double x(double value) const {
    return left + value / x_ticks.back() * plot_width;
  }

  double y(double value) const {
    return top + plot_height - value / y_ticks.back() * plot_height;
  }
};

frame frame_of(const chart& drawn) {
  double x = 0, y = 0;
  for (auto& line : drawn.series) {
    for (auto& point : line.points) {
      x = std::max(x, point.x);
      y = std::max(y, point.y);
    }
  }
  return {axis_ticks(x), axis_ticks(y)};
}

std::string axes(const chart& drawn, const frame& in) {
  std::string out;
  auto base = top + plot_height;
  for (auto tick : in.y_ticks) {
    out += rule(tick == 0 ? "axis" : "grid", left, in.y(tick),
                left + plot_width, in.y(tick));
    out +=
        label(left - 8, in.y(tick) + 4, "end", tick_text(tick, in.y_ticks[1]));
  }
  for (auto tick : in.x_ticks) {
    out += rule("axis", in.x(tick), base, in.x(tick), base + 5);
    out +=
        label(in.x(tick), base + 20, "middle", tick_text(tick, in.x_ticks[1]));
  }
  out += rule("axis", left, top, left, base);
  out += label(left, top - 18, "start", drawn.title, " class=\"title\"");
  out += label(left + plot_width / 2, base + 40, "middle", drawn.x_label);
  auto middle = top + plot_height / 2;
  return out
         + label(18, middle, "middle", drawn.y_label,
                 " transform=\"rotate(-90 18 " + at(middle) + ")\"");
}

// A circle, square, diamond, triangle, inverted triangle, or cross.
std::string marker(size_t style, double x, double y) {
  constexpr std::array shapes{
      "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z",
      "M-3.5,-3.5h7v7h-7z",
      "M0,-5l5,5l-5,5l-5,-5z",
      "M0,-5l4.6,8h-9.2z",
      "M0,5l4.6,-8h-9.2z",
      "M-1.5,-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z"};
  static_assert(shapes.size() == styles);
  return "<path class=\"m" + std::to_string(style) + "\" transform=\"translate("
         + at(x) + " " + at(y) + ")\" d=\"" + shapes[style] + "\"/>\n";
}

std::string line_of(const chart_series& series, size_t style, const frame& in) {
  std::string points, markers;
  for (auto& point : series.points) {
    auto x = in.x(point.x), y = in.y(point.y);
    points += (points.empty() ? "" : " ") + at(x) + "," + at(y);
    markers += marker(style, x, y);
  }
  return "<polyline class=\"line s" + std::to_string(style) + "\" points=\""
         + points + "\"/>\n" + markers;
}

std::string legend(const chart_series& series, size_t index, size_t style) {
  auto y = top + 8 + legend_step * static_cast<double>(index);
  auto kind = "line s" + std::to_string(style);
  return rule(kind.c_str(), legend_x, y, legend_x + 24, y)
         + marker(style, legend_x + 12, y)
         + label(legend_x + 32, y + 4, "start", series.label);
}

std::string group_of(const chart& drawn, double y) {
  auto out = "<g transform=\"translate(0 " + at(y) + ")\">\n";
  auto in = frame_of(drawn);
  out += axes(drawn, in);
  for (size_t i = 0; i < drawn.series.size(); ++i) {
    out += line_of(drawn.series[i], i % styles, in);
    if (!drawn.series[i].label.empty())
      out += legend(drawn.series[i], i, i % styles);
  }
  return out + "</g>\n";
}

} // namespace

std::string to_svg(std::span<const chart> charts) {
  auto height = chart_height * static_cast<double>(charts.size());
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\""
                    + attribute("width", chart_width)
                    + attribute("height", height) + " viewBox=\"0 0 "
                    + at(chart_width) + " " + at(height) + "\">\n";
  out += style_sheet;
  out += "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n";
  double y = 0;
  for (auto& drawn : charts) {
    out += group_of(drawn, y);
    y += chart_height;
  }
  return out + "</svg>\n";
}

} // namespace troupe::load
