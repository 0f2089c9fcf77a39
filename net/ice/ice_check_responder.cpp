#include "net/ice/ice_check_responder.hpp"

#include <utility>

namespace troupe::net {

ice_check_responder::ice_check_responder(
    ice_credentials credentials, const transport_tuple& selected,
    time_point now, std::shared_ptr<client_liveness> liveness)
    : tuple_(selected)
    , last_(now.time_since_epoch().count())
    , liveness_(std::move(liveness))
    , key_(credentials.password)
    , credentials_(std::move(credentials)) {}

std::optional<size_t> ice_check_responder::answer(byte_span datagram,
                                                  const transport_tuple& from,
                                                  time_point now,
                                                  mutable_byte_span out) {
  if (from != tuple_ || revoked())
    return std::nullopt;
  const auto request = stun_message::parse(datagram);
  if (!request || !changes_nothing(*request)
      || !request->verify_integrity(key_))
    return std::nullopt;
  stun_writer writer{out.first(max_size), stun_class::success,
                     request->transaction_id()};
  writer.xor_mapped_address(from.remote);
  writer.integrity(key_);
  writer.fingerprint();
  const auto message = writer.finish();
  // Never answer with a message larger than its request (docs/threats.md).
  if (!message || message->size() > request->size())
    return std::nullopt;
  last_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  if (liveness_)
    liveness_->note(now);
  return message->size();
}

// A nomination value may exceed all earlier ones and so change the selected
// tuple: the agent must handle it.
bool ice_check_responder::changes_nothing(const stun_message& x) const {
  const auto& fragment = credentials_.username_fragment;
  const auto name = x.username();
  return x.type() == stun_class::request && x.method() == stun_method_binding
         && name.size() > fragment.size() && name.starts_with(fragment)
         && name[fragment.size()] == ':' && x.has_fingerprint() && x.priority()
         && x.unknown_attributes().empty() && !x.controlled()
         && !x.nomination();
}

} // namespace troupe::net
