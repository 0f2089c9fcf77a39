#include "actors/webhooks/webhook_spool.hpp"

#include "net/auth/webhook_signer.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <sstream>

namespace troupe::actors {

namespace {

// A record is "+", the id and the sizes of room and body in one line, then
// these two, and an end of line; or "-" and the id in one line.
std::string encode(const webhook_message& x) {
  return "+ " + x.id + " " + std::to_string(x.room.size()) + " "
         + std::to_string(x.body.size()) + "\n" + x.room + x.body + "\n";
}

std::optional<size_t> to_size(const std::string& text) {
  size_t out = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, out);
  if (failure != std::errc{} || rest != end)
    return std::nullopt;
  return out;
}

} // namespace

net::result<webhook_spool>
webhook_spool::open(const std::filesystem::path& file) {
  webhook_spool out{file};
  out.read();
  errno = 0;
  if (!out.rewrite())
    return std::error_code{errno != 0 ? errno : EIO, std::generic_category()};
  return out;
}

std::vector<webhook_message> webhook_spool::events() const {
  std::vector<webhook_message> out;
  for (const auto& [number, x] : events_)
    out.push_back(x);
  return out;
}

bool webhook_spool::add(const webhook_message& x) {
  events_.emplace(++last_, x);
  numbers_.insert_or_assign(x.id, last_);
  const auto record = encode(x);
  live_ += record.size();
  return append(record);
}

bool webhook_spool::remove(const std::string& id) {
  const auto entry = numbers_.extract(id);
  if (!entry)
    return true;
  const auto i = events_.find(entry.mapped());
  live_ -= encode(i->second).size();
  events_.erase(i);
  if (size_ > std::max(compact_above, 2 * live_))
    return rewrite();
  return append("- " + id + "\n");
}

void webhook_spool::read() {
  std::ifstream in{file_, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  size_t at = 0;
  while (take_record(text, at)) {
  }
}

bool webhook_spool::take_record(const std::string& text, size_t& at) {
  const auto end = text.find('\n', at);
  if (end == std::string::npos)
    return false;
  std::istringstream line{text.substr(at, end - at)};
  std::string sign;
  std::string id;
  std::string room_size;
  std::string body_size;
  line >> sign >> id >> room_size >> body_size;
  at = end + 1;
  if (sign == "-") {
    if (auto entry = numbers_.extract(id))
      events_.erase(entry.mapped());
    return true;
  }
  const auto room = to_size(room_size);
  const auto body = to_size(body_size);
  const auto left = text.size() - at;
  if (sign != "+" || id.empty() || !room || !body || *room > left
      || *body >= left - *room || text[at + *room + *body] != '\n')
    return false;
  events_.emplace(++last_, webhook_message{id, text.substr(at, *room),
                                           text.substr(at + *room, *body),
                                           webhook_priority::lasting});
  numbers_.insert_or_assign(id, last_);
  at += *room + *body + 1;
  return true;
}

bool webhook_spool::rewrite() {
  auto fresh = file_;
  fresh += ".new";
  out_ = std::ofstream{fresh, std::ios::binary | std::ios::trunc};
  size_ = 0;
  for (const auto& [number, x] : events_)
    if (!append(encode(x)))
      return false;
  live_ = size_;
  if (!out_.is_open())
    return false;
  std::error_code failure;
  std::filesystem::rename(fresh, file_, failure);
  return !failure;
}

bool webhook_spool::append(const std::string& record) {
  size_ += record.size();
  out_.write(record.data(), static_cast<std::streamsize>(record.size()));
  out_.flush();
  return out_.good();
}

std::string spool_name(const std::string& url) {
  return "webhooks-" + net::short_digest(url) + ".spool";
}

} // namespace troupe::actors
