#include "protocol/dialects/camel_announcements.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

// A frontend keeps its transport only after its callback has returned, by
// which time it has handled all that came in the same HTTP answer. The news
// must not be in there.
constexpr auto pause = std::chrono::milliseconds{50};

// Time for a client with a new transport to consume what it has kept aside.
constexpr auto patience = std::chrono::seconds{3};

} // namespace

void camel_announcements::enter(std::vector<producer_info> producers) {
  *this = camel_announcements{};
  untold_ = std::move(producers);
}

bool camel_announcements::handle_added(const producer_info& producer) {
  forget(producer.id);
  if (tell_at_)
    untold_.push_back(producer);
  else if (!has_transport_)
    told_early_.push_back(producer);
  return !tell_at_;
}

void camel_announcements::handle_closed(const producer_id& producer) {
  forget(producer);
}

void camel_announcements::handle_consumed(const producer_id& producer) {
  forget(producer);
}

void camel_announcements::handle_transport(net::time_point now) {
  if (std::exchange(has_transport_, true))
    return;
  tell_at_ = now + pause;
  if (!told_early_.empty())
    tell_again_at_ = now + patience;
}

std::vector<producer_info> camel_announcements::take_untold() {
  told_early_.insert(told_early_.end(), untold_.begin(), untold_.end());
  return std::exchange(untold_, {});
}

std::vector<producer_info>
camel_announcements::handle_timeout(net::time_point now) {
  std::vector<producer_info> due;
  if (tell_at_ && now >= *tell_at_) {
    tell_at_.reset();
    due = std::exchange(untold_, {});
  }
  if (tell_again_at_ && now >= *tell_again_at_) {
    tell_again_at_.reset();
    due.insert(due.end(), told_early_.begin(), told_early_.end());
    told_early_.clear();
  }
  return due;
}

std::optional<net::time_point> camel_announcements::poll_timeout() const {
  return tell_at_ ? tell_at_ : tell_again_at_;
}

void camel_announcements::forget(const producer_id& producer) {
  const auto is_it = [&](const producer_info& x) {
    return x.id == producer;
  };
  std::erase_if(untold_, is_it);
  std::erase_if(told_early_, is_it);
  if (told_early_.empty())
    tell_again_at_.reset();
}

} // namespace troupe::protocol
