#pragma once

#include "actors/webhooks/webhook_queue.hpp"
#include "net/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace troupe::actors {

/// A file of the lasting events that one receiver has not got yet, which is
/// there again after a crash of the process. It is not forced to the disk, so
/// the last events may be gone after a crash of the host.
///
/// Each record is added at the end and handed to the system at once. A record
/// that a crash has cut short is left out by the next start.
class webhook_spool {
public:
  /// The size in octets above which done records are removed from the file,
  /// once they are half of it.
  static constexpr uint64_t compact_above = 1 << 20;

  /// Reads the file, if there is one, and leaves in it what has to be sent.
  /// Errors: the system's.
  static net::result<webhook_spool> open(const std::filesystem::path& file);

  /// The events of earlier runs, in order.
  std::vector<webhook_message> events() const;

  /// Adds an event. False if it cannot be written.
  bool add(const webhook_message& x);

  /// The event needs to be sent no more. False if that cannot be written.
  bool remove(const std::string& id);

private:
  explicit webhook_spool(std::filesystem::path file) : file_(std::move(file)) {}

  void read();

  // Takes the record that begins at `at`, and moves `at` behind it. False if
  // there is none, or it is not whole.
  bool take_record(const std::string& text, size_t& at);

  bool rewrite();

  bool append(const std::string& record);

  std::filesystem::path file_;
  std::ofstream out_;
  uint64_t size_ = 0; // of the file
  uint64_t live_ = 0; // of the events in it
  uint64_t last_ = 0;
  std::map<uint64_t, webhook_message> events_;
  std::map<std::string, uint64_t> numbers_; // by id
};

/// The name of the file in the spool's directory for the receiver at `url`.
std::string spool_name(const std::string& url);

} // namespace troupe::actors
