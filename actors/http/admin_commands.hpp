#pragma once

#include "actors/http/admin_context.hpp"

namespace troupe::actors {

/// The moderation command that a request stands for.
administer_room to_command(const admin_call& x);

/// What the room is told to send.
send_to_room to_room_message(const admin_message& x);

/// INTERNAL to admin tasks: the requests that change something or send a
/// message.
class admin_commands {
public:
  explicit admin_commands(admin_context& task) : task_(task) {}

  /// Moderates the room, and responds once that is done.
  void moderate();

  /// Sends the message to the room, and responds with its data producer.
  void send_message();

  /// Starts a recording of the room, and responds with it.
  void start_recording();

  /// Ends a recording of this node, and responds before its files are whole.
  void stop_recording();

private:
  admin_context& task_;
};

} // namespace troupe::actors
