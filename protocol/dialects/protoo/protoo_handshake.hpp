#pragma once

#include "protocol/dialects/common/dialect.hpp"

#include <cstddef>

/// Reads what a client of dialect E states in its handshake.
namespace troupe::protocol {

inline constexpr std::string_view protoo_subprotocol = "protoo";

/// The maximum of further consumers of each producer for one client.
inline constexpr size_t max_consumer_replicas = 15;

/// By its subprotocol, or by its query to report a missing subprotocol.
bool is_protoo(const handshake& in);

std::optional<handshake_refusal> refuse_protoo(const handshake& in);

/// Whether the query has usePipeTransports, which the current app always sends.
/// Other clients show their generation by their messages.
bool is_current_generation(const handshake& in);

/// The number of further consumers of each producer that the client requests by
/// `consumerReplicas`, as the demo's app does for load tests.
size_t consumer_replicas(const handshake& in);

} // namespace troupe::protocol
