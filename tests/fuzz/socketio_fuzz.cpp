// Feeds any bytes as the frames of one connection. The first octet of each line
// selects binary or text, and the time that passes before the frame.
#include "net/base/assert.hpp"
#include "net/base/rng.hpp"
#include "protocol/dialects/common/socketio_session.hpp"

#include <cstdint>
#include <string_view>

using namespace troupe;

namespace {

// A decoded packet must encode to text that decodes to the same packet.
void check_round_trip(std::string_view text) {
  auto packet = protocol::decode_socketio_packet(text);
  if (!packet)
    return;
  const auto json =
      packet->data.IsNull() ? "" : protocol::write_json(packet->data);
  const auto again =
      protocol::decode_socketio_packet(protocol::encode_socketio_packet(
          packet->type, packet->nsp, packet->id, json, packet->attachments));
  TROUPE_ASSERT(again.has_value());
  TROUPE_ASSERT(again->type == packet->type && again->nsp == packet->nsp);
  TROUPE_ASSERT(again->id == packet->id);
  TROUPE_ASSERT(again->attachments == packet->attachments);
}

// Answers every event with the same event, like an echo server.
void drain(protocol::socketio_session& session) {
  while (auto input = session.poll_input())
    if (auto event = std::get_if<protocol::socketio_event>(&*input)) {
      const auto data = protocol::write_json(event->data);
      if (event->id)
        session.acknowledge(event->nsp, *event->id, data, event->attachments);
      else
        session.emit(event->nsp, data, event->attachments);
    }
  while (session.poll_frame()) {
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto random = net::make_seeded_rng(1);
  std::string_view rest = net::as_text({data, size});
  net::time_point now;
  protocol::socketio_config config;
  config.namespaces.insert("/custom");
  protocol::socketio_session session{config, *random, now};
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty())
      continue;
    const auto control = static_cast<uint8_t>(line[0]);
    const auto payload = line.substr(1);
    check_round_trip(payload);
    now += std::chrono::seconds{control >> 4};
    session.handle_timeout(now);
    session.handle_frame({std::string{payload}, (control & 1) != 0}, now);
    drain(session);
  }
  return 0;
}
