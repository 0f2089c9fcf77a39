#pragma once

#include "net/io/disk/disk_thread.hpp"
#include "net/io/http/http_types.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace troupe::net {

/// What is told of a file that a client may have.
struct file_description {
  uint64_t size = 0;
  std::string content_type;
  /// A strong entity tag with its quotes: it differs whenever an octet does.
  std::string tag;
  /// If set, browsers save the file by this name instead of showing it.
  std::string save_as;
};

/// Decides how to answer a GET or HEAD for a file (RFC 9110, section 13.2.2):
///
/// - 304 if If-None-Match names its tag;
/// - 206 with the part that Range asks for (`read_range`), unless If-Range
/// names
///   another tag or a date: no Last-Modified is sent, so no date is that of
///   this file;
/// - 416 with its size if there is no such part;
/// - else 200.
///
/// Sets `streamed.first` and `streamed.size` to what is to be sent. The answer
/// to HEAD is that to GET without Range.
http_response describe_file(const http_request& request,
                            const file_description& file);

/// A file to send.
struct sent_file {
  std::string path;
  /// By this its type is found (`content_type`).
  std::string name;
  /// A strong entity tag with its quotes; empty for one of the file's size and
  /// time of change.
  std::string tag = {};
  /// Whether browsers save the file instead of showing it.
  bool save = false;
};

/// Answers a GET or HEAD with a file, of which a piece at a time is read by
/// `disk`: no other thread waits for the disk, and a slow client costs one
/// piece of memory. What is sent is the file that was opened, in the size that
/// it had then, also if another takes its place. If it cannot be opened,
/// `respond` gets `missing` instead. `disk` must outlive the server.
void respond_with_file(const std::shared_ptr<disk_thread>& disk,
                       const http_request& request, sent_file file,
                       http_response missing, http_responder respond);

} // namespace troupe::net
