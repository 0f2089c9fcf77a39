#pragma once

#include "protocol/dialect.hpp"
#include "protocol/dialects/socketio_vocabulary.hpp"

/// What dialect.cpp registers: one function per file of this folder. Adding a
/// dialect means a file, a line here, a line there, and its transcript.
namespace troupe::protocol {

/// A: plain WebSocket, in ws.cpp.
dialect_entry ws_entry();

/// E: mediasoup-demo's own, in protoo.cpp.
dialect_entry protoo_entry();

/// What all dialects over Socket.IO have in common, in socketio_dialect.cpp.
dialect_entry socketio_entry();

/// B: Socket.IO with acknowledgements, in events.cpp.
socketio_vocabulary_entry events_entry();

} // namespace troupe::protocol
