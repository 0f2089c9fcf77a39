#include "bench/load/scenario/figures.hpp"

#include <cstdio>

namespace troupe::load {

namespace {

double milliseconds(net::duration x) {
  return std::chrono::duration<double, std::milli>(x).count();
}

std::string fixed(double x) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f", x);
  return out;
}

void add_quantiles(run_result& out, const std::string& name,
                   std::vector<double> values) {
  if (values.empty())
    return;
  auto x = quantiles_of(std::move(values));
  out.extra[name + "_p50"] = x.p50;
  out.extra[name + "_p99"] = x.p99;
}

} // namespace

time_quantiles quantiles_of(const latency_histogram& x) {
  return {x.count(), milliseconds(x.quantile(0.5)),
          milliseconds(x.quantile(0.99)), milliseconds(x.quantile(0.999)),
          milliseconds(x.max())};
}

delivery delivery_of(const stream_quality& x) {
  delivery out;
  out.expected = x.sequence.received + x.sequence.lost;
  out.received = x.sequence.received;
  out.lost = x.sequence.lost;
  out.duplicates = x.sequence.duplicates;
  out.reordered = x.sequence.reordered;
  out.latency = quantiles_of(x.latency);
  return out;
}

void set_media(run_result& out, const media_stats& x) {
  out.in = {x.rtp_out.packets, x.rtp_out.bytes};
  out.out = {x.rtp_in.packets, x.rtp_in.bytes};
  out.audio = delivery_of(x.audio);
  out.video = delivery_of(x.video);
  out.frame_latency = quantiles_of(x.video.frame_latency);
  out.keyframe_latency = quantiles_of(x.video.keyframe_latency);
  auto add = [&](const char* name, uint64_t value) {
    if (value)
      out.extra[name] = static_cast<double>(value);
  };
  add("keyframe_requests", x.keyframe_requests);
  add("keyframes_sent", x.keyframes_sent);
  add("packets_nacked", x.packets_nacked);
  add("packets_resent", x.packets_resent);
  add("packets_requested", x.packets_requested);
  add("packets_recovered",
      x.audio.sequence.recovered + x.video.sequence.recovered);
  add("stale_packets", x.audio.sequence.stale + x.video.sequence.stale);
  add("plis_sent", x.plis_sent);
  add("unknown_ssrc_packets", x.unknown_ssrc);
  add("packets_decrypted", x.audio.decrypted + x.video.decrypted);
  add("decrypt_failures",
      x.audio.decrypt_failures + x.video.decrypt_failures + x.rtcp_failures);
  add("impaired_in", x.impaired_in);
  add("impaired_out", x.impaired_out);
}

void judge_generator(run_result& out, const generator_health& x) {
  constexpr auto latest = std::chrono::milliseconds{5};
  auto late = x.lateness.quantile(0.99);
  out.extra["generator_lateness_ms_p99"] = milliseconds(late);
  out.extra["generator_frames_sent"] = static_cast<double>(x.frames_sent);
  auto& reasons = out.void_reasons;
  if (late > latest)
    reasons.push_back("the generator sent late: p99 "
                      + fixed(milliseconds(late)) + " ms");
  if (x.frames_skipped)
    reasons.push_back("the generator skipped "
                      + std::to_string(x.frames_skipped)
                      + " frames that were due");
  if (x.kernel_drops)
    reasons.push_back("the generator's sockets dropped "
                      + std::to_string(x.kernel_drops) + " packets");
  if (x.send_failures)
    reasons.push_back("the kernel rejected " + std::to_string(x.send_failures)
                      + " of the generator's packets");
}

void set_joins(run_result& out, std::span<const join_times> joins) {
  std::vector<double> media;
  std::vector<double> server;
  std::vector<double> welcomed;
  std::vector<double> ready;
  for (const auto& x : joins) {
    if (x.first_media)
      media.push_back(milliseconds(*x.first_media - x.begun));
    if (x.welcomed)
      welcomed.push_back(milliseconds(*x.welcomed - x.begun));
    if (!x.ready)
      continue;
    ready.push_back(milliseconds(*x.ready - x.begun));
    server.push_back(milliseconds(x.waited));
  }
  if (!media.empty())
    out.join = quantiles_of(std::move(media));
  if (!server.empty())
    out.join_server = quantiles_of(std::move(server));
  add_quantiles(out, "join_welcome_ms", std::move(welcomed));
  add_quantiles(out, "join_ready_ms", std::move(ready));
}

std::optional<double> cpu_ms_per_second(const run_result& run, size_t clients) {
  if (clients == 0 || run.seconds <= 0 || run.costs.cpu_ns == 0)
    return std::nullopt;
  return static_cast<double>(run.costs.cpu_ns) * 1e-6 / run.seconds
         / static_cast<double>(clients);
}

std::optional<double> octets_each(uint64_t before, uint64_t after,
                                  size_t count) {
  if (count == 0 || before == 0 || after <= before)
    return std::nullopt;
  return static_cast<double>(after - before) / static_cast<double>(count);
}

} // namespace troupe::load
