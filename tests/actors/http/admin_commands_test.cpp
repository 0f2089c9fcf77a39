#include "actors/http/admin_commands.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using net::sctp_ppid;
namespace verb = troupe::protocol::verb;

namespace {

admin_call call(admin_action action) {
  admin_call out;
  out.action = action;
  out.peer = peer_id{"ann"};
  return out;
}

template <class Verb>
Verb command_of(const admin_call& x) {
  auto out = to_command(x);
  REQUIRE(std::holds_alternative<Verb>(out.what));
  return std::get<Verb>(std::move(out.what));
}

data_message message(std::string content, bool binary) {
  admin_message x;
  x.content = std::move(content);
  x.binary = binary;
  return to_room_message(x).message;
}

} // namespace

TEST_CASE("each request that moderates becomes the verb of a moderator") {
  CHECK(command_of<verb::kick>(call(admin_action::kick_peer)).peer.str()
        == "ann");
  auto lock = call(admin_action::lock_room);
  CHECK(command_of<verb::lock_room>(lock).locked);
  lock.locked = false;
  CHECK_FALSE(command_of<verb::lock_room>(lock).locked);
  auto mute = call(admin_action::mute_peer);
  CHECK_FALSE(command_of<verb::mute>(mute).kind);
  mute.kind = protocol::media_kind::video;
  CHECK(command_of<verb::mute>(mute).peer.str() == "ann");
  CHECK((command_of<verb::mute>(mute).kind == protocol::media_kind::video));
  command_of<verb::end_room>(call(admin_action::close_room));
}

TEST_CASE("a message to a room is marked as text or binary, empty or not") {
  CHECK((message("a", false).ppid == sctp_ppid::string));
  CHECK((message("", false).ppid == sctp_ppid::string_empty));
  CHECK((message("a", true).ppid == sctp_ppid::binary));
  CHECK((message("", true).ppid == sctp_ppid::binary_empty));
}

TEST_CASE("a message to a room keeps its label, content and subchannels") {
  admin_message x;
  x.label = "news";
  x.content = "ab";
  x.subchannels = {1, 2};
  x.required_subchannel = 3;
  const auto out = to_room_message(x);
  CHECK(out.label == "news");
  CHECK((*out.message.octets == std::vector<uint8_t>{'a', 'b'}));
  CHECK((out.message.subchannels == std::vector<subchannel>{1, 2}));
  CHECK((out.message.required_subchannel == subchannel{3}));
}
