#pragma once

#include "protocol/dialect.hpp"

#include <cstddef>

/// What a client of dialect E says by how it connects.
namespace troupe::protocol {

inline constexpr std::string_view protoo_subprotocol = "protoo";

/// Further consumers of each producer that one client may have.
inline constexpr size_t max_consumer_replicas = 15;

/// By its subprotocol; who forgot that is told so by its query.
bool is_protoo(const handshake& in);

std::optional<handshake_refusal> refuse_protoo(const handshake& in);

/// Piped routers came with the current generation, and its app always says
/// whether it wants them. Others show by what they say.
bool says_current(const handshake& in);

/// How many further consumers of each producer the client wants, as the demo's
/// app does to try what load it can bear: `consumerReplicas`.
size_t consumer_replicas(const handshake& in);

} // namespace troupe::protocol
