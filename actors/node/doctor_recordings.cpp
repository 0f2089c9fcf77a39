#include "actors/node/doctor.hpp"

/// Checks where recordings go.
namespace troupe::actors {

namespace {

const std::string recording_topic = "recordings";

/// What four members with cameras need in an hour, about.
constexpr uint64_t an_hour = uint64_t{2} << 30;

std::string in_megabytes(uint64_t octets) {
  return std::to_string(octets >> 20) + " MB";
}

finding judge_directory(const config::record_keys& keys,
                        const recording_disk_fact& x) {
  if (!x.exists)
    return {verdict::wrong, recording_topic,
            keys.directory + " is no directory",
            "install -d -m 750 -o troupe -g troupe " + keys.directory};
  if (!x.writable)
    return {verdict::wrong, recording_topic,
            keys.directory + " cannot be written to",
            "make it a directory of the server's user, or correct "
            "record.directory"};
  const auto free = in_megabytes(x.free) + " are free";
  if (x.free < keys.min_free)
    return {verdict::wrong, recording_topic,
            free + ", less than record.min-free (" + in_megabytes(keys.min_free)
                + "): nothing can be recorded",
            "remove files there, or set record.keep-days"};
  if (x.free - keys.min_free < an_hour)
    return {verdict::warning, recording_topic,
            free + ", of which record.min-free (" + in_megabytes(keys.min_free)
                + ") stay unused",
            "give " + keys.directory + " more room"};
  return {verdict::ok, recording_topic, free, {}};
}

} // namespace

void diagnose_recordings(const config& settings, const doctor_facts& facts,
                         std::vector<finding>& out) {
  if (!facts.recordings)
    return;
  const auto& x = *facts.recordings;
  out.push_back(judge_directory(settings.record, x));
  if (!x.secret.failure.empty())
    out.push_back({verdict::wrong, recording_topic, x.secret.failure,
                   "openssl rand -base64 32 | install -m 640 -g troupe "
                   "/dev/stdin "
                       + settings.record.secret_file});
  if (!x.secret.placeholder.empty())
    out.push_back({verdict::wrong, recording_topic,
                   "the secret is easy to guess",
                   "openssl rand -base64 32 > " + x.secret.placeholder});
  if (!x.secret.exposed.empty())
    out.push_back({verdict::warning, recording_topic,
                   "all users of this host can read the secret",
                   "chmod o= " + x.secret.exposed});
  if (facts.clock_synchronized == false)
    out.push_back({verdict::warning, recording_topic,
                   "their times are wrong if this host's clock is, and links "
                   "to them may have ended",
                   "synchronise the clock, for example by chrony"});
}

} // namespace troupe::actors
