#pragma once

#include "rtp/recording/container_writer.hpp"
#include "rtp/recording/file_window.hpp"
#include "rtp/recording/matroska_repair.hpp"

#include <algorithm>
#include <utility>

namespace troupe::test {

/// A file in memory: what the owner of a writer or a repair does with a disk.
class recorded_file final : public rtp::random_access_reader {
public:
  recorded_file() = default;

  explicit recorded_file(std::vector<uint8_t> x) : octets(std::move(x)) {}

  uint64_t size() const override {
    return octets.size();
  }

  bool read(uint64_t offset, net::mutable_byte_span out) override {
    if (fails || offset + out.size() > octets.size())
      return false;
    std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(offset),
                out.size(), out.begin());
    return true;
  }

  void carry_out(const rtp::file_write& x) {
    auto offset = static_cast<size_t>(x.offset.value_or(octets.size()));
    octets.resize(std::max(octets.size(), offset + x.octets.size()));
    std::copy(x.octets.begin(), x.octets.end(),
              octets.begin() + static_cast<std::ptrdiff_t>(offset));
  }

  /// Carries out all writes of a writer; returns how many.
  size_t take(rtp::container_writer& from) {
    size_t n = 0;
    while (auto x = from.poll_write()) {
      carry_out(*x);
      ++n;
    }
    return n;
  }

  void carry_out(const rtp::repair_plan& x) {
    octets.resize(static_cast<size_t>(x.size));
    for (const auto& write : x.writes)
      carry_out(write);
  }

  /// Finds out how to repair the file.
  net::result<rtp::repair_plan> plan() {
    rtp::matroska_repair repair{*this};
    while (repair.step())
      continue;
    return repair.plan();
  }

  std::vector<uint8_t> octets;
  bool fails = false; // to read
};

} // namespace troupe::test
