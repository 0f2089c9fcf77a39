#include "actors/base/log.hpp"

#include "actors/base/log_limit.hpp"
#include "actors/base/log_value.hpp"
#include "protocol/json/json_writer.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <span>
#include <vector>

namespace troupe::actors::log {

namespace {

// Set once by open(), before any thread writes.
std::shared_ptr<spdlog::logger> sink = spdlog::default_logger();
bool as_json = false;

line_limit event_limit{20, 1'000};
line_limit refusal_limit{0.5, 20};

spdlog::level::level_enum to_spdlog(level at) {
  switch (at) {
    case level::debug:
      return spdlog::level::debug;
    case level::info:
      return spdlog::level::info;
    case level::warn:
      return spdlog::level::warn;
    case level::error:
      break;
  }
  return spdlog::level::err;
}

bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isgraph(c) && c != '"' && c != '=' && c != '\\';
  });
}

std::string line_of(std::string_view name, std::span<const field> rest) {
  std::string out{name};
  for (const auto& x : rest) {
    out.append(" ").append(x.key).append("=");
    const auto value = clip(x.value);
    out +=
        is_plain(value) ? value : escape_controls(protocol::quote_json(value));
  }
  return out;
}

// The part of the JSON object that follows time and level.
std::string json_of(std::string_view name, std::span<const field> rest) {
  protocol::json_writer out;
  out.begin_object().add("event", name);
  for (const auto& x : rest)
    out.add(x.key, clip(x.value));
  const auto whole = out.end_object().str();
  return escape_controls(whole.substr(1, whole.size() - 2));
}

void write(level at, std::string_view name, std::span<const field> rest) {
  sink->log(to_spdlog(at), "{}",
            as_json ? json_of(name, rest) : line_of(name, rest));
}

void write_limited(line_limit& limit, level at, std::string_view name,
                   std::span<const field> rest) {
  if (!enabled(at))
    return;
  if (at == level::debug)
    return write(at, name, rest);
  auto withheld = limit.admit(name, std::chrono::steady_clock::now());
  if (!withheld)
    return;
  if (*withheld == 0)
    return write(at, name, rest);
  std::vector<field> all{rest.begin(), rest.end()};
  all.push_back({"withheld", std::to_string(*withheld)});
  write(at, name, all);
}

} // namespace

void open(const config::log_keys& settings) {
  as_json = settings.format == "json";
  event_limit.reset();
  refusal_limit.reset();
  sink = std::make_shared<spdlog::logger>(
      "troupe", std::make_shared<spdlog::sinks::stdout_sink_mt>());
  sink->set_level(spdlog::level::from_str(
      settings.level == "error" ? "err" : settings.level));
  sink->flush_on(spdlog::level::trace);
  sink->set_pattern(as_json
                        ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                        : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                    spdlog::pattern_time_type::utc);
}

bool enabled(level at) {
  return sink->should_log(to_spdlog(at));
}

void event(level at, std::string_view name, std::initializer_list<field> rest) {
  write_limited(event_limit, at, name, rest);
}

void event_with(level at, std::string_view name,
                const std::vector<field>& fields) {
  write_limited(event_limit, at, name, fields);
}

void refusal(level at, std::string_view name,
             std::initializer_list<field> rest) {
  write_limited(refusal_limit, at, name, rest);
}

} // namespace troupe::actors::log
