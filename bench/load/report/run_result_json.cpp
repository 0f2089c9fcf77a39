#include "bench/load/report/report_writer.hpp"
#include "bench/load/report/run_result.hpp"

#include <rapidjson/document.h>

#include <limits>

namespace troupe::load {

namespace {

using json = rapidjson::Value;

bool read(const json& from, std::string& to) {
  if (from.IsString())
    to.assign(from.GetString(), from.GetStringLength());
  return from.IsString();
}

bool read(const json& from, double& to) {
  if (from.IsNumber())
    to = from.GetDouble();
  return from.IsNumber() || from.IsNull();
}

template <std::unsigned_integral Number>
bool read(const json& from, Number& to) {
  if (!from.IsUint64() || from.GetUint64() > std::numeric_limits<Number>::max())
    return false;
  to = static_cast<Number>(from.GetUint64());
  return true;
}

// Iterative, so that nesting cannot exhaust the stack.
bool parse(std::string_view text, rapidjson::Document& to) {
  to.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  return !to.HasParseError();
}

template <class T>
bool read(const json& from, std::vector<T>& to);

template <class T>
bool read(const json& from, std::map<std::string, T>& to);

template <class Struct>
requires std::is_class_v<Struct>
bool read(const json& from, Struct& to);

template <class T>
bool read(const json& from, std::optional<T>& to) {
  return read(from, to.emplace());
}

template <class T>
bool read(const json& from, std::vector<T>& to) {
  if (!from.IsArray())
    return false;
  for (auto& x : from.GetArray()) {
    if (!read(x, to.emplace_back()))
      return false;
  }
  return true;
}

template <class T>
bool read(const json& from, std::map<std::string, T>& to) {
  if (!from.IsObject())
    return false;
  for (auto& [name, x] : from.GetObject()) {
    if (!read(x, to[name.GetString()]))
      return false;
  }
  return true;
}

template <class Struct>
requires std::is_class_v<Struct>
bool read(const json& from, Struct& to) {
  if (!from.IsObject())
    return false;
  bool ok = true;
  each_member(to, [&](const char* name, auto& member) {
    auto found = from.FindMember(name);
    if (ok && found != from.MemberEnd())
      ok = read(found->value, member);
  });
  return ok;
}

} // namespace

void write_run(report_writer& out, const run_result& run) {
  out.members(run);
  out.member("packetsPerSecondIn", packets_per_second(run, run.in));
  out.member("packetsPerSecondOut", packets_per_second(run, run.out));
  out.member("gigabitsPerSecondIn", gigabits_per_second(run, run.in));
  out.member("gigabitsPerSecondOut", gigabits_per_second(run, run.out));
  out.member("cpuNsPerPacket", cpu_ns_per_packet(run));
  out.member("floorNsPerPacket", floor_ns_per_packet(run));
  out.member("floorRatio", floor_ratio(run));
  out.member("fanoutFloorRatio", fanout_floor_ratio(run));
  out.member("batchedFloorNsPerPacket", batched_floor_ns_per_packet(run));
  out.member("batchedFloorRatio", batched_floor_ratio(run));
}

std::string to_json(const floor_report& report) {
  report_writer out;
  out.value(report);
  return out.str();
}

std::string to_json(const run_result& run) {
  report_writer out;
  out.open();
  write_run(out, run);
  out.close();
  return out.str();
}

std::optional<run_result> from_json(std::string_view text) {
  rapidjson::Document document;
  run_result out;
  if (!parse(text, document) || !read(document, out))
    return std::nullopt;
  return out;
}

std::optional<std::vector<run_result>> runs_from_json(std::string_view text) {
  rapidjson::Document document;
  if (!parse(text, document))
    return std::nullopt;
  const json* from = &document;
  if (document.IsObject() && document.HasMember("runs"))
    from = &document["runs"];
  std::vector<run_result> out;
  auto ok =
      from->IsArray() ? read(*from, out) : read(*from, out.emplace_back());
  if (!ok)
    return std::nullopt;
  return out;
}

} // namespace troupe::load
