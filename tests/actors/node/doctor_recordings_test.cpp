#include "actors/node/doctor.hpp"

#include <doctest/doctest.h>

using namespace troupe::actors;

namespace {

/// A server that records, and a host on which it can.
struct recording_host {
  recording_host() {
    settings.record.directory = "/var/lib/troupe/recordings";
    facts.recordings = recording_disk_fact{true, true, uint64_t{100} << 30, {}};
  }

  std::vector<finding> findings() const {
    std::vector<finding> out;
    diagnose_recordings(settings, facts, out);
    return out;
  }

  /// Whether there is such a finding.
  bool finds(verdict how, std::string_view words) const {
    for (const auto& x : findings())
      if (x.how == how && x.topic == "recordings"
          && (x.what + x.remedy).find(words) != std::string::npos)
        return true;
    return false;
  }

  config settings;
  doctor_facts facts;
};

} // namespace

TEST_CASE("without recordings the doctor is silent about them") {
  recording_host x;
  x.facts.recordings.reset();
  CHECK(x.findings().empty());
}

TEST_CASE("a directory with room for recordings is good") {
  const recording_host x;
  CHECK(x.findings().size() == 1);
  CHECK(x.finds(verdict::ok, "102400 MB are free"));
}

TEST_CASE("a directory that cannot take recordings is found") {
  recording_host x;
  x.facts.recordings->free = x.settings.record.min_free + (1 << 20);
  CHECK(x.finds(verdict::warning, "1025 MB are free"));
  x.facts.recordings->free = x.settings.record.min_free - 1;
  CHECK(x.finds(verdict::wrong, "nothing can be recorded"));
  x.facts.recordings->writable = false;
  CHECK(x.finds(verdict::wrong, "cannot be written to"));
  x.facts.recordings->exists = false;
  CHECK(x.finds(verdict::wrong, "install -d"));
}

TEST_CASE("faults of the secret and of the clock of recordings are found") {
  recording_host x;
  x.facts.recordings->secret = {"record.secret-file: no such file", "/a", "/b"};
  x.facts.clock_synchronized = false;
  CHECK(x.finds(verdict::wrong, "no such file"));
  CHECK(x.finds(verdict::warning, "chmod o= /a"));
  CHECK(x.finds(verdict::wrong, "easy to guess"));
  CHECK(x.finds(verdict::warning, "clock"));
}
