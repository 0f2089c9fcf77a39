#pragma once

#include "protocol/dialects/common/dialect.hpp"
#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/dialects/common/socketio_vocabulary.hpp"

#include <vector>

/// The functions that dialect.cpp registers, one per dialect. A new dialect
/// needs a folder, a line here, a line there, and its transcript.
namespace troupe::protocol {

struct camel_method_table;

/// A: plain WebSocket, in ws.cpp.
dialect_entry ws_entry();

/// E: mediasoup-demo's own, in protoo.cpp.
dialect_entry protoo_entry();

/// The same demo's broadcasters, over HTTP, in broadcaster.cpp.
dialect_entry broadcaster_entry();

/// WHIP: publishing by one HTTP request (RFC 9725), in whip.cpp.
dialect_entry whip_entry();

/// WHEP: watching by one HTTP request, in whep.cpp.
dialect_entry whep_entry();

/// The dialect shared by all Socket.IO vocabularies, in socketio_dialect.cpp.
dialect_entry socketio_entry();

/// B: Socket.IO with acknowledgements, in events.cpp.
socketio_vocabulary_entry events_entry();

/// The vocabulary shared by C and D, in camel.cpp.
socketio_vocabulary_entry camel_entry();

/// The requests of A, and those of B's members, for tests that try them all;
/// those of C and D are in their method tables.
std::vector<named_decoder> ws_requests();
std::vector<named_decoder> events_requests();

/// C: Socket.IO without a join request, in flow.cpp.
camel_method_table flow_method_table();

/// D: Socket.IO with rooms that clients open and join, in rooms.cpp.
camel_method_table rooms_method_table();

} // namespace troupe::protocol
