#include "net/cluster/basp_gate.hpp"

#include "net/base/rng.hpp"
#include "tests/net/cluster/basp_frames.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

using namespace troupe::net;
namespace basp = troupe::test::basp;
using troupe::test::from_hex;

namespace {

using frame_octets = std::vector<uint8_t>;

// The offsets of a header's fields.
constexpr size_t flags_at = 3;
constexpr size_t size_at = 4;
constexpr size_t data_at = 8;
constexpr size_t source_at = 16;
constexpr size_t dest_at = 24;

frame_octets join(std::initializer_list<std::string_view> frames) {
  frame_octets out;
  for (auto x : frames) {
    const auto octets = from_hex(x);
    out.insert(out.end(), octets.begin(), octets.end());
  }
  return out;
}

// A frame with one octet changed.
frame_octets change(std::string_view frame, size_t offset, uint8_t value) {
  auto out = from_hex(frame);
  out.at(offset) = value;
  return out;
}

frame_octets with_payload(std::string_view frame, byte_span payload) {
  auto out = from_hex(frame);
  out.resize(basp_gate::header_size);
  out.insert(out.end(), payload.begin(), payload.end());
  store_u32(out.data() + size_at, static_cast<uint32_t>(payload.size()));
  return out;
}

// A message from A with these types, without their values.
frame_octets typed_message(std::string_view types) {
  frame_octets payload = {0, 0, 0};
  auto size = types.size();
  for (; size > 0x7f; size >>= 7)
    payload.push_back(static_cast<uint8_t>(size | 0x80));
  payload.push_back(static_cast<uint8_t>(size));
  payload.insert(payload.end(), types.begin(), types.end());
  return with_payload(basp::message, payload);
}

struct gate_outcome {
  frame_octets out;
  std::optional<basp_fault> fault;
  uint64_t passed = 0;
  uint64_t dropped = 0;
  size_t held = 0;

  bool operator==(const gate_outcome&) const = default;
};

// Passes pieces whose sizes `next_size` returns.
template <class Sizes>
gate_outcome run_pieces(byte_span in, Sizes next_size) {
  basp_gate gate;
  gate_outcome result;
  while (!in.empty()) {
    const auto n = std::min<size_t>(next_size(), in.size());
    result.fault = gate.handle_input(in.first(n), result.out);
    in = in.subspan(n);
    CHECK(gate.held() <= basp_gate::header_size + basp_gate::max_payload);
  }
  result.passed = gate.passed();
  result.dropped = gate.dropped();
  result.held = gate.held();
  return result;
}

gate_outcome run_gate(byte_span in) {
  return run_pieces(in, [&] { return in.size(); });
}

// Passes A's handshake and then this frame. Returns the second's fault.
std::optional<basp_fault> judge(const frame_octets& frame) {
  auto in = from_hex(basp::client_handshake);
  in.insert(in.end(), frame.begin(), frame.end());
  const auto result = run_gate(in);
  CHECK(result.passed == (result.fault ? 1 : 2) - result.dropped);
  return result.fault;
}

} // namespace

TEST_CASE("what CAF sends on a link passes unchanged") {
  SUBCASE("from the node that connects") {
    const auto in = join({basp::client_handshake, basp::client_selects,
                          basp::monitor, basp::message, basp::heartbeat});
    const auto result = run_gate(in);
    CHECK(result == gate_outcome{in, std::nullopt, 5, 0, 0});
  }
  SUBCASE("from the node that publishes") {
    const auto in = join({basp::server_handshake, basp::heartbeat,
                          basp::error_answer, basp::down});
    CHECK(run_gate(in) == gate_outcome{in, std::nullopt, 4, 0, 0});
  }
}

TEST_CASE("the gate knows the node id after its handshake") {
  basp_gate gate;
  frame_octets out;
  CHECK(gate.node().empty());
  gate.handle_input(from_hex(basp::server_handshake), out);
  CHECK(std::ranges::equal(gate.node(), from_hex(basp::node_b)));
}

TEST_CASE("routed messages and the question for a spawn server are dropped") {
  auto routed = from_hex(basp::message);
  routed[0] = 3;
  auto in = join({basp::client_handshake, basp::spawn_server_wanted});
  in.insert(in.end(), routed.begin(), routed.end());
  const auto last = from_hex(basp::message);
  in.insert(in.end(), last.begin(), last.end());
  const auto result = run_gate(in);
  CHECK(result.out == join({basp::client_handshake, basp::message}));
  CHECK(result.dropped == 2);
  CHECK(result.passed == 2);
  CHECK_FALSE(result.fault);
}

TEST_CASE("reports of another node are dropped") {
  for (auto frame : {basp::monitor, basp::down}) {
    const auto other = frame == basp::monitor ? basp::server_handshake
                                              : basp::client_handshake;
    const auto result = run_gate(join({other, frame}));
    CHECK(result.out == from_hex(other));
    CHECK(result.dropped == 1);
    CHECK_FALSE(result.fault);
  }
}

TEST_CASE("pieces of any size give the same output") {
  auto bad = from_hex(basp::exit_message);
  const auto good =
      join({basp::client_handshake, basp::client_selects,
            basp::spawn_server_wanted, basp::monitor, basp::message,
            basp::heartbeat, basp::error_answer, basp::message});
  auto stream = good;
  for (bool with_fault : {false, true}) {
    if (with_fault)
      stream.insert(stream.end(), bad.begin(), bad.end());
    stream.insert(stream.end(), good.begin(), good.end());
    const auto whole = run_gate(stream);
    CHECK(whole.fault.has_value() == with_fault);
    CHECK(run_pieces(stream, [] { return 1; }) == whole);
    for (uint64_t seed = 1; seed <= 200; ++seed) {
      CAPTURE(seed);
      auto random = make_seeded_rng(seed);
      const auto bound = 1 + random->below(200);
      CHECK(run_pieces(stream, [&] { return 1 + random->below(bound); })
            == whole);
    }
  }
}

TEST_CASE("a payload of more than the limit is refused by its header") {
  for (auto size : {uint32_t{basp_gate::max_payload}, UINT32_MAX}) {
    auto header = from_hex(basp::message);
    header.resize(basp_gate::header_size);
    store_u32(header.data() + size_at, size);
    basp_gate gate;
    frame_octets out;
    CHECK_FALSE(gate.handle_input(from_hex(basp::client_handshake), out));
    const auto fault = gate.handle_input(header, out);
    if (size == UINT32_MAX) {
      CHECK(fault == basp_fault::payload_too_long);
      CHECK(gate.held() == 0);
    } else {
      CHECK_FALSE(fault);
      CHECK(gate.held() == basp_gate::header_size);
    }
  }
  auto above = from_hex(basp::message);
  store_u32(above.data() + size_at, basp_gate::max_payload + 1);
  CHECK(judge(above) == basp_fault::payload_too_long);
}

TEST_CASE("a message of the largest size passes") {
  auto in = from_hex(basp::client_handshake);
  auto payload = from_hex(basp::message);
  payload.erase(payload.begin(),
                payload.begin() + ptrdiff_t{basp_gate::header_size});
  payload.resize(basp_gate::max_payload);
  const auto frame = with_payload(basp::message, payload);
  in.insert(in.end(), frame.begin(), frame.end());
  const auto result = run_pieces(in, [] { return 65'536; });
  CHECK(result == gate_outcome{in, std::nullopt, 2, 0, 0});
}

TEST_CASE("nothing passes after a fault") {
  basp_gate gate;
  frame_octets out;
  CHECK_FALSE(gate.handle_input(from_hex(basp::client_handshake), out));
  const auto size = out.size();
  CHECK(gate.handle_input(from_hex(basp::exit_message), out)
        == basp_fault::not_for_gateway);
  CHECK(gate.handle_input(from_hex(basp::message), out)
        == basp_fault::not_for_gateway);
  CHECK(gate.handle_input({}, out) == basp_fault::not_for_gateway);
  CHECK(out.size() == size);
  CHECK(gate.held() == 0);
  CHECK(gate.passed() == 1);
}

TEST_CASE("a link begins with a handshake") {
  for (auto frame : {basp::message, basp::heartbeat, basp::monitor, basp::down,
                     basp::spawn_server_wanted})
    CHECK(run_gate(from_hex(frame)).fault == basp_fault::malformed);
}

TEST_CASE("all handshakes of a link name the same node") {
  CHECK_FALSE(judge(from_hex(basp::client_selects)));
  CHECK(judge(from_hex(basp::server_handshake)) == basp_fault::malformed);
  auto other = from_hex(basp::client_selects);
  ++other.back();
  CHECK(judge(other) == basp_fault::malformed);
}

TEST_CASE("a link has few handshakes") {
  basp_gate gate;
  frame_octets out;
  for (size_t i = 0; i < basp_gate::max_handshakes; ++i)
    CHECK_FALSE(gate.handle_input(from_hex(basp::client_handshake), out));
  CHECK(gate.handle_input(from_hex(basp::client_handshake), out)
        == basp_fault::malformed);
}

TEST_CASE("malformed headers are refused") {
  const std::pair<const char*, frame_octets> cases[] = {
      {"operation", change(basp::heartbeat, 0, 7)},
      {"padding", change(basp::heartbeat, 1, 1)},
      {"flag of a heartbeat", change(basp::heartbeat, flags_at, 1)},
      {"payload of a heartbeat", change(basp::heartbeat, size_at + 3, 1)},
      {"data of a heartbeat", change(basp::heartbeat, data_at, 1)},
      {"sender of a heartbeat", change(basp::heartbeat, source_at, 1)},
      {"receiver of a heartbeat", change(basp::heartbeat, dest_at, 1)},
      {"unknown flag", change(basp::message, flags_at, 4)},
      {"no receiver", change(basp::message, dest_at + 7, 0)},
      {"short message", with_payload(basp::message, frame_octets(6))},
      {"routed to nobody", from_hex("03000000 00000001")},
      {"flag of a monitor message", change(basp::monitor, flags_at, 1)},
      {"sender of a monitor message", change(basp::monitor, source_at, 1)},
      {"payload of a monitor message",
       with_payload(basp::monitor, frame_octets(63))},
      {"no sender of a down message", change(basp::down, source_at + 7, 0)},
      {"receiver of a down message", change(basp::down, dest_at, 1)},
      {"payload of a down message", with_payload(basp::down, frame_octets(64))},
      {"actor in a handshake", change(basp::client_handshake, dest_at, 1)},
      {"flag of a handshake", change(basp::client_handshake, flags_at, 1)},
      {"payload of a handshake",
       with_payload(basp::client_handshake, frame_octets(31))},
  };
  for (const auto& x : cases) {
    CAPTURE(x.first);
    const auto& frame = x.second;
    auto padded = frame;
    padded.resize(std::max<size_t>(frame.size(), basp_gate::header_size));
    CHECK(judge(padded) == basp_fault::malformed);
  }
}

TEST_CASE("a payload has the size that its operation needs") {
  for (auto frame : {basp::monitor, basp::client_handshake}) {
    auto longer = from_hex(frame);
    longer.push_back(0);
    ++longer[size_at + 3];
    CHECK(judge(longer) == basp_fault::malformed);
  }
}

TEST_CASE("another version of BASP is refused") {
  CHECK(run_gate(change(basp::server_handshake, data_at + 7, 4)).fault
        == basp_fault::malformed);
}

TEST_CASE("a node id is of CAF's usual kind") {
  constexpr size_t node_at = basp_gate::header_size;
  CHECK(run_gate(change(basp::client_handshake, node_at + 7, 0)).fault
        == basp_fault::malformed);
  CHECK(judge(change(basp::monitor, node_at, 1)) == basp_fault::malformed);
  CHECK(judge(change(basp::monitor, node_at + basp_node_size, 1))
        == basp_fault::malformed);
}

TEST_CASE("messages with handles and those that CAF acts on are refused") {
  for (auto frame :
       {basp::handle_message, basp::exit_message, basp::nested_message})
    CHECK(judge(from_hex(frame)) == basp_fault::not_for_gateway);
  for (auto types : {"@<>+@atom+@strong_actor_ptr", "@<>+hello_m+@actor",
                     "@<>+@down", "@<>+@addr", "@<>+@error+@str"})
    CHECK(judge(typed_message(types)) == basp_fault::not_for_gateway);
}

TEST_CASE("plain values and the program's own types pass") {
  for (auto types : {"@<>", "@<>+hello_m", "@<>+@u64+@str", "@<>+bool",
                     "@<>+a_name_of_more_than_one_hundred_and_twenty_seven_"
                     "octets_so_that_its_size_takes_two_octets_on_the_wire_"
                     "and_still_is_read_as_one_name"})
    CHECK_FALSE(judge(typed_message(types)));
}

TEST_CASE("malformed names of types are refused") {
  auto nonzero = from_hex(basp::message);
  nonzero[basp_gate::header_size + 2] = 1;
  CHECK(judge(nonzero) == basp_fault::malformed);
  for (auto types : {"@<+", "<>+hello_m", "@<>hello_m"})
    CHECK(judge(typed_message(types)) == basp_fault::malformed);
  const auto beyond_end = change(basp::message, basp_gate::header_size + 3, 99);
  CHECK(judge(beyond_end) == basp_fault::malformed);
  CHECK(judge(typed_message("@<>+" + std::string(5000, 'x')))
        == basp_fault::malformed);
  // Sizes of more than two octets, of which the second one is 3.
  const frame_octets endless = {0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1};
  CHECK(judge(with_payload(basp::message, endless)) == basp_fault::malformed);
  const frame_octets padded = {0, 0, 0, 0x83, 0x80, 0, '@', '<', '>'};
  CHECK(judge(with_payload(basp::message, padded)) == basp_fault::malformed);
}

TEST_CASE("a message is for one receiver, by its number") {
  CHECK(judge(change(basp::message, basp_gate::header_size, 1))
        == basp_fault::not_for_gateway);
  CHECK(judge(change(basp::message, flags_at, basp_named_receiver))
        == basp_fault::not_for_gateway);
}

TEST_CASE("an error's context is judged like a message") {
  auto answer = from_hex(basp::error_answer);
  answer.erase(answer.begin(),
               answer.begin() + ptrdiff_t{basp_gate::header_size});
  const auto context = answer.size() - 6;
  auto with_context = [&](std::string_view types) {
    auto out = answer;
    out.resize(context + 2);
    out.push_back(static_cast<uint8_t>(types.size()));
    out.insert(out.end(), types.begin(), types.end());
    return judge(with_payload(basp::message, out));
  };
  CHECK_FALSE(with_context("@<>"));
  CHECK_FALSE(with_context("@<>+@str"));
  CHECK(with_context("@<>+@actor") == basp_fault::not_for_gateway);
  CHECK(with_context("@<>+@error") == basp_fault::not_for_gateway);
  CHECK(with_context("@") == basp_fault::malformed);

  auto down = join({basp::server_handshake, basp::down});
  down.back() = '+'; // the context's types
  CHECK(run_gate(down).fault == basp_fault::malformed);
}

TEST_CASE("the senders of a link are bounded") {
  basp_gate gate;
  frame_octets out;
  auto send = [&](uint64_t sender) {
    auto frame = from_hex(basp::error_answer);
    store_u64(frame.data() + source_at, sender);
    out.clear();
    return gate.handle_input(frame, out);
  };
  CHECK_FALSE(gate.handle_input(from_hex(basp::server_handshake), out));
  for (int repetition = 0; repetition < 2; ++repetition)
    for (uint64_t sender = 0; sender <= basp_gate::max_senders; ++sender)
      REQUIRE_FALSE(send(sender));
  // Actor 6 has ended, so there is room for another.
  CHECK_FALSE(gate.handle_input(from_hex(basp::down), out));
  CHECK_FALSE(send(5000));
  CHECK(send(5001) == basp_fault::too_many_senders);
}

TEST_CASE("each fault has a name") {
  for (size_t i = 0; i < basp_fault_count; ++i)
    CHECK(to_string(static_cast<basp_fault>(i)) != "unknown");
}
