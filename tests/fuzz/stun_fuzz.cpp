#include "net/ice/ice_lite_agent.hpp"
#include "net/ice/stun_message.hpp"

#include <cstdlib>

using namespace troupe::net;

// Parses and verifies any octets as a STUN message, and passes them to an
// agent, which must never accept them nor send a response larger than its
// request.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const byte_span input{data, size};
  if (auto fragment = stun_username_fragment(input))
    if (fragment->empty())
      std::abort();
  if (auto message = stun_message::parse(input))
    message->verify_integrity("password");
  static const auto random = make_seeded_rng(1);
  static ice_lite_agent agent{std::chrono::seconds{30}, *random};
  if (!agent.handle_request(input, {}, time_point{}))
    std::abort();
  while (auto out = agent.poll_datagram())
    if (out->data.size() > size)
      std::abort();
  return 0;
}
