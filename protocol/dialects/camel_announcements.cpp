#include "protocol/dialects/camel_announcements.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

// Time for a client with a new transport to consume what it has kept aside.
constexpr auto patience = std::chrono::seconds{2};

} // namespace

void camel_announcements::enter(std::vector<producer_info> producers) {
  *this = camel_announcements{};
  untold_ = std::move(producers);
}

void camel_announcements::handle_added(const producer_info& producer) {
  forget(producer.id);
  if (!has_transport_)
    told_early_.push_back(producer);
}

void camel_announcements::handle_closed(const producer_id& producer) {
  forget(producer);
}

void camel_announcements::handle_consumed(const producer_id& producer) {
  forget(producer);
}

std::vector<producer_info>
camel_announcements::handle_transport(net::time_point now) {
  if (std::exchange(has_transport_, true))
    return {};
  if (!told_early_.empty())
    deadline_ = now + patience;
  return std::exchange(untold_, {});
}

std::vector<producer_info> camel_announcements::take_untold() {
  told_early_.insert(told_early_.end(), untold_.begin(), untold_.end());
  return std::exchange(untold_, {});
}

std::vector<producer_info>
camel_announcements::handle_timeout(net::time_point now) {
  if (!deadline_ || now < *deadline_)
    return {};
  deadline_.reset();
  return std::exchange(told_early_, {});
}

void camel_announcements::forget(const producer_id& producer) {
  const auto is_it = [&](const producer_info& x) {
    return x.id == producer;
  };
  std::erase_if(untold_, is_it);
  std::erase_if(told_early_, is_it);
  if (told_early_.empty())
    deadline_.reset();
}

} // namespace troupe::protocol
