#pragma once

#include "tests/net/io/support/client.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace troupe::net::testing {

/// The server's frames: "text hello", "binary …", "pong …", "close 1000", and
/// "end" if it closed the stream properly.
using transcript = std::vector<std::string>;

/// How a client's octets are split into writes.
enum class cut : uint8_t { whole, frames, octets };

/// A conversation: the frames that a client sends, and those it must receive.
/// If `expected` contains "close 1000", the client ends it with a close frame
/// of its own.
struct conversation {
  std::string name;
  std::vector<raw_frame> sent;
  transcript expected;
  cut how = cut::whole;
};

/// A close frame's payload.
inline std::string close_payload(int code, std::string_view reason = {}) {
  std::string out{static_cast<char>(code >> 8), static_cast<char>(code)};
  return out.append(reason);
}

/// Receives all frames until the server closes the stream.
inline transcript listen(ws_client& client) {
  transcript out;
  while (auto x = client.read()) {
    switch (x->opcode) {
      case 1:
        out.push_back("text " + x->data);
        break;
      case 2:
        out.push_back("binary " + x->data);
        break;
      case 8:
        out.push_back("close " + std::to_string(x->code()));
        break;
      case 10:
        out.push_back("pong " + x->data);
        break;
      default:
        out.push_back("opcode " + std::to_string(x->opcode));
    }
    // Answer a close frame of the server (section 5.5.1).
    if (x->opcode == 8)
      client.send(8, x->data.substr(0, 2));
  }
  if (client.stream().reads_end())
    out.emplace_back("end");
  return out;
}

/// Writes the frames, split by `how`. The server may close amid them.
inline void speak(ws_client& client, const std::vector<raw_frame>& frames,
                  cut how) {
  std::string all;
  for (const auto& x : frames) {
    if (how == cut::frames)
      client.stream().write(encode(x));
    else
      all += encode(x);
  }
  if (how == cut::whole)
    client.stream().write(all);
  else
    for (auto octet : all)
      client.stream().write({&octet, 1});
}

/// Runs the conversation and compares the frames.
inline void check(uint16_t port, const conversation& x,
                  std::string_view path = "/ws") {
  CAPTURE(x.name);
  ws_client client{port, path};
  REQUIRE(client.reply().status == 101);
  auto frames = x.sent;
  bool closes = !x.expected.empty() && x.expected.back() == "close 1000";
  if (closes && (frames.empty() || frames.back().opcode != 8))
    frames.push_back({8, close_payload(1000)});
  speak(client, frames, x.how);
  auto expected = x.expected;
  expected.emplace_back("end");
  auto heard = listen(client);
  REQUIRE(heard.size() == expected.size());
  for (size_t i = 0; i < heard.size(); ++i)
    CHECK_MESSAGE((heard[i] == expected[i]), "heard ", heard[i].substr(0, 100),
                  ", expected ", expected[i].substr(0, 100));
}

} // namespace troupe::net::testing
