#include "bench/load/signaling/websocket_frames.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe::load;

namespace {

std::string server_frame_of(std::string_view payload) {
  // As a client's, without the mask: RFC 6455, section 5.1.
  auto out = client_frame(frame_kind::text, payload);
  auto mask = out.size() - payload.size() - 4;
  out.erase(mask, 4);
  out[1] = static_cast<char>(out[1] & 0x7F);
  return out;
}

} // namespace

TEST_CASE("frames are cut out of a stream wherever its reads end") {
  std::vector<std::string> texts{"",
                                 "hello",
                                 std::string(125, 'a'),
                                 std::string(126, 'b'),
                                 std::string(65'535, 'c'),
                                 std::string(65'536, 'd'),
                                 "end"};
  std::string stream;
  for (const auto& x : texts)
    stream += server_frame_of(x);
  for (size_t step : {1, 2, 3, 7, 1'000, 65'540, 1'000'000}) {
    CAPTURE(step);
    frame_reader reader;
    std::vector<std::string> heard;
    for (size_t at = 0; at < stream.size(); at += step) {
      auto piece = stream.substr(at, step);
      reader.feed(piece);
      while (auto x = reader.next()) {
        CHECK(x->kind == frame_kind::text);
        heard.emplace_back(x->payload);
      }
    }
    CHECK(heard == texts);
  }
}

TEST_CASE("a client's frame is masked by zero") {
  // RFC 6455, section 5.7, with another mask.
  CHECK(client_frame(frame_kind::text, "Hello")
        == std::string("\x81\x85\0\0\0\0Hello", 11));
  CHECK(client_frame(frame_kind::pong, "").size() == 6);
}
