#include "actors/cluster/cluster_caf.hpp"

#include "actors/cluster/cluster_messages.hpp"
#include "net/base/rng.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/detail/get_process_id.hpp>
#include <caf/io/middleman.hpp>

#include <algorithm>

namespace caf::detail {

// Replaces CAF's function of this name: the symbol of an executable goes before
// that of a shared library. CAF calls it for each actor system's node id.
unsigned get_process_id() {
  // CAF takes 0 for an invalid id.
  return std::max(troupe::net::make_secure_rng()->u32(), uint32_t{1});
}

} // namespace caf::detail

namespace troupe::actors {

void load_cluster_modules(caf::actor_system_config& settings) {
  settings.load<caf::io::middleman>();
  settings.set("middleman.enable-automatic-connections", false);
  settings.set("middleman.heartbeat-interval",
               caf::timespan{std::chrono::seconds{0}});
  settings.add_message_type<link_hello>("troupe::link_hello")
      .add_message_type<seen>("troupe::seen")
      .add_message_type<rooms_changed>("troupe::rooms_changed")
      .add_message_type<rooms_snapshot>("troupe::rooms_snapshot")
      .add_message_type<goodbye>("troupe::goodbye")
      .add_message_type<room_snapshot>("troupe::room_snapshot")
      .add_message_type<room_delta>("troupe::room_delta")
      .add_message_type<part_wanted>("troupe::part_wanted")
      .add_message_type<part_closed>("troupe::part_closed")
      .add_message_type<voices_heard>("troupe::voices_heard")
      .add_message_type<member_command>("troupe::member_command")
      .add_message_type<open_trunk>("troupe::open_trunk")
      .add_message_type<want_stream>("troupe::want_stream")
      .add_message_type<stream_refused>("troupe::stream_refused")
      .add_message_type<want_data>("troupe::want_data")
      .add_message_type<data_relay>("troupe::data_relay")
      .add_message_type<data_credit>("troupe::data_credit")
      .add_message_type<data_relay_over>("troupe::data_relay_over")
      .add_message_type<server_said>("troupe::server_said")
      .add_message_type<chat_told>("troupe::chat_told")
      .add_message_type<chat_wanted>("troupe::chat_wanted")
      .add_message_type<admin_ask>("troupe::admin_ask")
      .add_message_type<admin_answer>("troupe::admin_answer");
}

} // namespace troupe::actors
