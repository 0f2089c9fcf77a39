#include "actors/recording/recording_repair.hpp"

#include "actors/recording/part_writer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

// Clusters that are read in a step, each of which lasts a second at most.
constexpr int clusters_a_step = 16;

// Whether nothing has that name, or something that is no regular file.
bool is_no_file(std::error_code why) {
  return why == std::errc::no_such_file_or_directory
         || why == std::errc::invalid_argument
         || why == std::errc::is_a_directory
         || why == std::errc::no_such_device_or_address
         || why == std::errc::too_many_symbolic_link_levels;
}

/// The octets of an open file.
class disk_reader final : public rtp::random_access_reader {
public:
  disk_reader(net::open_file& file, uint64_t size) : file_(file), size_(size) {}

  uint64_t size() const override {
    return size_;
  }

  bool read(uint64_t offset, net::mutable_byte_span out) override {
    const auto octets = file_.read(offset, out.size());
    if (!octets || octets->size() != out.size())
      return false;
    std::copy(octets->begin(), octets->end(), out.begin());
    return true;
  }

private:
  net::open_file& file_;
  const uint64_t size_;
};

} // namespace

/// A file that is being read.
struct recording_repair::file {
  file(std::unique_ptr<net::open_file> x, uint64_t size)
      : octets(std::move(x))
      , reader(*octets, size)
      , repair(reader) {}

  const std::unique_ptr<net::open_file> octets;
  disk_reader reader;
  rtp::matroska_repair repair;
};

recording_repair::recording_repair(manifest what, std::string folder)
    : what_(std::move(what))
    , folder_(std::move(folder)) {}

recording_repair::~recording_repair() = default;

bool recording_repair::step(net::disk& disk) {
  if (failed_ || next_ == what_.parts.size())
    return false;
  if (!file_) {
    open_next(disk);
    return true;
  }
  for (int i = 0; i < clusters_a_step; ++i)
    if (!file_->repair.step()) {
      finish_file();
      break;
    }
  return true;
}

void recording_repair::open_next(net::disk& disk) {
  auto opened = disk.open(folder_ + "/" + what_.parts[next_].file);
  const auto facts = opened ? (*opened)->facts() : opened.error();
  if (facts) {
    file_ = std::make_unique<file>(std::move(*opened), facts->size);
    return;
  }
  failed_ = !is_no_file(facts.error());
  ++next_;
}

void recording_repair::finish_file() {
  const auto done = std::exchange(file_, nullptr);
  auto& part = what_.parts[next_++];
  const auto plan = done->repair.plan();
  if (!plan) {
    failed_ = plan.error() == rtp::repair_errc::unreadable;
    return;
  }
  if (!plan->finished && plan->clusters == 0)
    return;
  part.size = plan->size;
  if (!plan->finished) {
    auto& octets = *done->octets;
    auto why = octets.truncate(plan->size);
    for (const auto& x : plan->writes) {
      if (why)
        break;
      const auto at = x.offset.value_or(part.size);
      why = octets.write(at, x.octets);
      if (!why)
        part.size = std::max(part.size, at + x.octets.size());
    }
    // What was written in part is cut off again.
    if (why)
      octets.truncate(part.size);
    else
      why = octets.sync();
    failed_ = bool{why};
  }
  part.duration = to_milliseconds(plan->length);
  kept_.push_back(std::move(part));
}

manifest recording_repair::result() && {
  auto out = std::move(what_);
  out.parts = std::move(kept_);
  for (const auto& x : out.parts)
    out.duration = std::max(out.duration, x.start_offset + x.duration);
  for (auto& x : out.members)
    if (!x.left)
      x.left = std::max(x.joined, out.duration);
  out.state =
      out.parts.empty() ? recording_state::failed : recording_state::recovered;
  out.reason = "internal";
  return out;
}

} // namespace troupe::actors
