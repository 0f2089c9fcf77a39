#include "net/io/http/file_response.hpp"

#include "net/base/ascii.hpp"
#include "net/base/byte_range.hpp"
#include "net/io/http/entity_tag.hpp"
#include "net/io/http/static_files.hpp"

namespace troupe::net {

namespace {

// The name in quotes; what could end them, or is no ASCII, becomes '_'.
std::string to_disposition(std::string_view name) {
  std::string out = "attachment; filename=\"";
  for (const auto c : name)
    out += is_alphanumeric(c) || c == '.' || c == '-' ? c : '_';
  return out + "\"";
}

// An open file, which is read by a disk's thread.
class file_source final : public content_source,
                          public std::enable_shared_from_this<file_source> {
public:
  file_source(std::weak_ptr<disk_thread> disk, std::unique_ptr<open_file> file)
      : disk_(std::move(disk))
      , file_(std::move(file)) {}

  void read(uint64_t position, size_t size, receiver then) override {
    const auto disk = disk_.lock();
    if (!disk)
      return then(std::make_error_code(std::errc::operation_canceled));
    disk->run([self = shared_from_this(), position, size,
               then = std::move(then)](net::disk&) {
      then(self->file_->read(position, size));
    });
  }

private:
  // Not shared: a thread cannot end itself.
  const std::weak_ptr<disk_thread> disk_;
  // Used by the thread only.
  const std::unique_ptr<open_file> file_;
};

} // namespace

http_response describe_file(const http_request& request,
                            const file_description& file) {
  using kind = range_request::kind;
  const auto size = std::to_string(file.size);
  http_response out;
  out.headers = {{"ETag", file.tag},
                 {"Accept-Ranges", "bytes"},
                 {"Cache-Control", "private, no-cache"}};
  if (names_tag(request.header("If-None-Match"), file.tag)) {
    out.status = 304;
    return out;
  }
  range_request range;
  if (request.method == "GET"
      && (!request.has_header("If-Range")
          || request.header("If-Range") == file.tag))
    range = read_range(request.header("Range"), file.size);
  if (range.what == kind::unsatisfiable) {
    out.status = 416;
    out.headers.emplace_back("Content-Range", "bytes */" + size);
    return out;
  }
  out.headers.emplace_back("Content-Type", file.content_type);
  if (!file.save_as.empty())
    out.headers.emplace_back("Content-Disposition",
                             to_disposition(file.save_as));
  out.streamed.size = file.size;
  if (range.what == kind::part) {
    const auto& [first, n] = range.part;
    out.status = 206;
    out.streamed.first = first;
    out.streamed.size = n;
    out.headers.emplace_back("Content-Range",
                             "bytes " + std::to_string(first) + "-"
                                 + std::to_string(first + n - 1) + "/" + size);
  }
  return out;
}

void respond_with_file(const std::shared_ptr<disk_thread>& disk,
                       const http_request& request, sent_file file,
                       http_response missing, http_responder respond) {
  auto task = [disk = std::weak_ptr{disk}, request, file = std::move(file),
               missing = std::move(missing),
               respond = std::move(respond)](net::disk& where) mutable {
    auto opened = where.open_to_read(file.path);
    const auto facts = opened ? (*opened)->facts() : opened.error();
    if (!facts)
      return respond(std::move(missing));
    auto tag = file.tag.empty() ? make_entity_tag(facts->changed, facts->size)
                                : std::move(file.tag);
    auto out = describe_file(
        request, {facts->size, std::string{content_type(file.name)},
                  std::move(tag), file.save ? file.name : std::string{}});
    if (out.status == 200 || out.status == 206)
      out.streamed.source =
          std::make_shared<file_source>(disk, std::move(*opened));
    respond(std::move(out));
  };
  disk->run(std::move(task));
}

} // namespace troupe::net
