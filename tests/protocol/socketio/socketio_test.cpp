#include "protocol/socketio/socketio.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::protocol;

namespace {

struct good_packet {
  const char* text;
  socketio_type type;
  const char* nsp;
  std::optional<int64_t> id;
  size_t attachments;
  const char* data;
};

struct bad_packet {
  std::string text;
  socketio_errc why;
};

} // namespace

TEST_CASE("well-formed packets are decoded and encode to themselves") {
  const good_packet cases[] = {
      {"0", socketio_type::connect, "/", {}, 0, ""},
      {R"(0{"token":"a"})",
       socketio_type::connect,
       "/",
       {},
       0,
       R"({"token":"a"})"},
      {R"(0/admin,{"token":"a"})",
       socketio_type::connect,
       "/admin",
       {},
       0,
       R"({"token":"a"})"},
      {"1", socketio_type::disconnect, "/", {}, 0, ""},
      {"1/admin,", socketio_type::disconnect, "/admin", {}, 0, ""},
      {R"(2["a"])", socketio_type::event, "/", {}, 0, R"(["a"])"},
      {R"(212["a",1])", socketio_type::event, "/", 12, 0, R"(["a",1])"},
      {R"(2/admin,0["a,b"])", socketio_type::event, "/admin", 0, 0,
       R"(["a,b"])"},
      {R"(29223372036854775807["a"])", socketio_type::event, "/", INT64_MAX, 0,
       R"(["a"])"},
      {"3456[]", socketio_type::ack, "/", 456, 0, "[]"},
      {R"(4{"message":"no"})",
       socketio_type::connect_error,
       "/",
       {},
       0,
       R"({"message":"no"})"},
      {R"(4"no")", socketio_type::connect_error, "/", {}, 0, R"("no")"},
      {R"(50-["a"])", socketio_type::binary_event, "/", {}, 0, R"(["a"])"},
      {R"(52-/x,7["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])",
       socketio_type::binary_event, "/x", 7, 2,
       R"(["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])"},
      {R"(61-3[{"deep":[{"_placeholder":true,"num":0}]}])",
       socketio_type::binary_ack, "/", 3, 1,
       R"([{"deep":[{"_placeholder":true,"num":0}]}])"},
  };
  for (const auto& x : cases) {
    CAPTURE(x.text);
    const auto packet = decode_socketio_packet(x.text);
    REQUIRE(packet.has_value());
    CHECK_EQ(packet->type, x.type);
    CHECK_EQ(packet->nsp, x.nsp);
    CHECK(packet->id == x.id);
    CHECK_EQ(packet->attachments, x.attachments);
    const auto json = packet->data.IsNull() ? "" : write_json(packet->data);
    CHECK_EQ(json, x.data);
    CHECK_EQ(encode_socketio_packet(packet->type, packet->nsp, packet->id, json,
                                    packet->attachments),
             x.text);
  }
}

TEST_CASE("a namespace may lack its comma or carry a query") {
  CHECK_EQ(decode_socketio_packet("0/admin")->nsp, "/admin");
  CHECK_EQ(decode_socketio_packet("0/admin?token=1,{}")->nsp, "/admin");
}

TEST_CASE("malformed packets are refused, each for its reason") {
  const auto placeholder = [](const char* num) {
    return std::string{R"({"_placeholder":true,"num":)"} + num + "}";
  };
  const bad_packet cases[] = {
      {"", socketio_errc::unknown_type},
      {"7", socketio_errc::unknown_type},
      {"abc", socketio_errc::unknown_type},
      {"-1", socketio_errc::unknown_type},
      {"0[]", socketio_errc::bad_payload},
      {"0\"x\"", socketio_errc::bad_payload},
      {"0null", socketio_errc::bad_payload},
      {"1{}", socketio_errc::bad_payload},
      {"2", socketio_errc::bad_payload},
      {"2{}", socketio_errc::bad_payload},
      {"2\"message\"", socketio_errc::bad_payload},
      {R"(2abc["message"])", socketio_errc::bad_payload},
      {R"(2["message")", socketio_errc::bad_payload},
      {R"(2["message"]x)", socketio_errc::bad_payload},
      {"2[{\"a\":1,\"a\":2}]", socketio_errc::bad_payload},
      {"2[\"\xff\"]", socketio_errc::bad_payload},
      {"2[]", socketio_errc::bad_event_name},
      {"2[1]", socketio_errc::bad_event_name},
      {"2[null]", socketio_errc::bad_event_name},
      {R"(2["connect"])", socketio_errc::bad_event_name},
      {R"(2["connect_error"])", socketio_errc::bad_event_name},
      {R"(2["disconnect"])", socketio_errc::bad_event_name},
      {R"(2["disconnecting"])", socketio_errc::bad_event_name},
      {R"(2["newListener"])", socketio_errc::bad_event_name},
      {R"(2["removeListener"])", socketio_errc::bad_event_name},
      {R"(51-["\u0063onnect",{"_placeholder":true,"num":0}])",
       socketio_errc::bad_event_name},
      {R"(29223372036854775808["a"])", socketio_errc::bad_id},
      {R"(299999999999999999999999999["a"])", socketio_errc::bad_id},
      {"3[]", socketio_errc::bad_id},
      {"31{}", socketio_errc::bad_payload},
      {"5", socketio_errc::bad_attachments},
      {R"(5["a"])", socketio_errc::bad_attachments},
      {R"(5-["a"])", socketio_errc::bad_attachments},
      {R"(51["a"])", socketio_errc::bad_attachments},
      {R"(5-1-["a"])", socketio_errc::bad_attachments},
      {R"(51.5-["a"])", socketio_errc::bad_attachments},
      {R"(511-["a"])", socketio_errc::bad_attachments},
      {R"(599999999999999999999999-["a"])", socketio_errc::bad_attachments},
      {R"(51-["a"])", socketio_errc::bad_placeholder},
      {R"(51-["a",)" + placeholder("1") + "]", socketio_errc::bad_placeholder},
      {R"(51-["a",)" + placeholder("-1") + "]", socketio_errc::bad_placeholder},
      {R"(51-["a",)" + placeholder("0.5") + "]",
       socketio_errc::bad_placeholder},
      {R"(51-["a",)" + placeholder("\"splice\"") + "]",
       socketio_errc::bad_placeholder},
      {R"(52-["a",)" + placeholder("0") + "," + placeholder("0") + "]",
       socketio_errc::bad_placeholder},
      {R"(52-["a",)" + placeholder("0") + "]", socketio_errc::bad_placeholder},
      {R"(51-["a",)" + placeholder("0") + "," + placeholder("0") + "]",
       socketio_errc::bad_placeholder},
      {R"(50-["a",)" + placeholder("0") + "]", socketio_errc::bad_placeholder},
      {"2[\"a\"," + std::string(40, '[') + std::string(40, ']') + "]",
       socketio_errc::bad_payload},
      {"2" + std::string(400'000, '['), socketio_errc::too_large},
      {"2[\"" + std::string(300'000, 'a') + "\"]", socketio_errc::too_large},
  };
  for (const auto& x : cases) {
    CAPTURE(x.text.substr(0, 80));
    const auto packet = decode_socketio_packet(x.text);
    REQUIRE_FALSE(packet.has_value());
    CHECK_EQ(packet.error(), make_error_code(x.why));
    CHECK_FALSE(packet.error().message().empty());
  }
}

TEST_CASE("text that only looks like a placeholder is data") {
  CHECK(decode_socketio_packet(R"(2["a",{"_placeholder":true,"num":5}])")
            .has_value());
  CHECK(decode_socketio_packet(R"(50-["a",{"_placeholder":false,"num":5}])")
            .has_value());
}
