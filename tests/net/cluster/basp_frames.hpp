#pragma once

#include "tests/support/rtp_packets.hpp"

#include <string>
#include <string_view>

/// Frames of BASP as CAF 0.17.6 (Debian's libcaf-dev 0.17.6-2.1) writes them:
/// captured between two actor systems A and B of one process, over a pair of
/// sockets, whose brokers had got `connect_atom` and `publish_atom`.
namespace troupe::test::basp {

/// The node ids of A and B.
constexpr std::string_view node_a =
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114400";
constexpr std::string_view node_b =
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114401";

/// B publishes actor 6, a typed actor.
constexpr std::string_view server_handshake =
    "00000000 00000089 0000000000000003 0000000000000000 0000000000000000"
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114401"
    "010f67656e657269632d6361662d6170700000000000000006"
    "02246361663a3a7265706c6965735f746f3c68656c6c6f5f6d3e3a3a776974683c766f69"
    "643e296361663a3a7265706c6965735f746f3c77656c636f6d655f6d3e3a3a776974683c"
    "68656c6c6f5f6d3e";

/// A's first handshake, and the one by which it selects the connection.
constexpr std::string_view client_handshake =
    "01000000 00000020 0000000000000000 0000000000000000 0000000000000000"
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114400";
constexpr std::string_view client_selects =
    "01000002 00000020 0000000000000000 0000000000000000 0000000000000000"
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114400";

/// A asks the actor named "SpawnServ" for its handle.
constexpr std::string_view spawn_server_wanted =
    "02000001 0000002d 1000000000000000 0000000000000008 03ddd66f3376adfb"
    "00000014403c3e2b4061746f6d2b4061746f6d2b40737472"
    "00000000003f8fb800000000003ecab904696e666f";

/// A has a proxy of actor 6 now.
constexpr std::string_view monitor =
    "04000000 00000040 0000000000000000 0000000000000000 0000000000000006"
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114400"
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114401";

/// A sends a struct "hello_m" with the text "node-1" and the number 7.
constexpr std::string_view message =
    "02000000 0000001e 1000000000000000 0000000000000007 0000000000000006"
    "0000000b403c3e2b68656c6c6f5f6d066e6f64652d310000000000000007";

/// A sends a text, a number, an atom and another message.
constexpr std::string_view nested_message =
    "02000000 00000043 1000000000000000 0000000000000007 0000000000000006"
    "0000001c403c3e2b407374722b406933322b4061746f6d2b406d657373616765"
    "07756e6b6e6f776e0000000500000000003ecab9000008403c3e2b4069333200000001";

/// A sends the handle of an actor.
constexpr std::string_view handle_message =
    "02000000 00000036 1000000000000000 0000000000000007 0000000000000006"
    "0000000a403c3e2b406163746f720000000000000006"
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114400";

/// B answers a request with the error `unexpected_message`.
constexpr std::string_view error_answer =
    "02000000 0000001d 9000000000000003 0000000000000006 0000000000000007"
    "0000000a403c3e2b406572726f7201000000fe3ee39ab2000003403c3e";

/// A ends actor 6.
constexpr std::string_view exit_message =
    "02000000 00000044 1000000000000000 0000000000000007 0000000000000006"
    "00000009403c3e2b40657869740000000000000007"
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114400"
    "05000000000fabdbb9000003403c3e";

/// B's actor 6 has ended.
constexpr std::string_view down =
    "05000000 0000004f 0000000000000000 0000000000000006 0000000000000000"
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114401"
    "00003e9aab9bac79000032f7bffadf3ac9f1142f6446ca706c9bb0f69b114400"
    "05000000000fabdbb9000003403c3e";

constexpr std::string_view heartbeat =
    "06000000 00000000 0000000000000000 0000000000000000 0000000000000000";

} // namespace troupe::test::basp
