#include "protocol/dialects/protoo/protoo_handshake.hpp"

#include "protocol/dialects/common/connections.hpp"
#include "protocol/dialects/common/rejoin_secret.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::protocol {

namespace {

bool offers_subprotocol(std::string_view offers) {
  while (!offers.empty()) {
    auto one = offers.substr(0, offers.find(','));
    offers.remove_prefix(std::min(offers.size(), one.size() + 1));
    while (one.starts_with(' '))
      one.remove_prefix(1);
    while (one.ends_with(' '))
      one.remove_suffix(1);
    if (one == protoo_subprotocol)
      return true;
  }
  return false;
}

} // namespace

bool is_protoo(const handshake& in) {
  return offers_subprotocol(in.subprotocol)
         || (!query_value(in, "roomId").empty()
             && !query_value(in, "peerId").empty());
}

std::optional<handshake_refusal> refuse_protoo(const handshake& in) {
  if (!offers_subprotocol(in.subprotocol))
    return handshake_refusal{403, "subprotocol: must be protoo"};
  for (const auto* id : {"roomId", "peerId"})
    if (auto refused = refuse_missing(in, id))
      return refused;
  return refuse_long(in, {"roomId", "peerId", rejoin_secret_name});
}

bool is_current_generation(const handshake& in) {
  return in.query.contains("usePipeTransports");
}

size_t consumer_replicas(const handshake& in) {
  const auto text = query_value(in, "consumerReplicas");
  size_t wanted = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), wanted);
  if (error == std::errc::result_out_of_range)
    return max_consumer_replicas;
  if (error != std::errc{} || end != text.data() + text.size())
    return 0;
  return std::min(wanted, max_consumer_replicas);
}

} // namespace troupe::protocol
