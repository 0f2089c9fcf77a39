#pragma once

#include "live_client.hpp"

#include <algorithm>
#include <map>

/// A client of a whole node that speaks any dialect, over a real WebSocket.
namespace troupe::test {

/// How a dialect frames a request, its response and its refusal.
enum class framing : uint8_t { plain, socketio, protoo };

/// The outcome of a request.
struct answered {
  json data;
  /// The error text; empty if the request was granted.
  std::string failure;
  /// The error code if the dialect sends one, else empty.
  std::string code;

  bool refused() const {
    return !failure.empty();
  }
};

class any_client {
public:
  any_client(uint16_t port, framing words, const std::string& room,
             const std::string& user)
      : words_(words)
      , socket_(port, target(words, room, user),
                words == framing::protoo ? "Sec-WebSocket-Protocol: protoo\r\n"
                                         : "") {
    REQUIRE(socket_.reply().status == 101);
    if (words_ == framing::socketio) {
      REQUIRE(socket_.text().starts_with("0{"));
      REQUIRE(socket_.send_text("40"));
      REQUIRE(socket_.text().starts_with("40{"));
    }
  }

  /// Sends a request and reads until its response comes. `arguments` follows
  /// the name: one JSON value, for Socket.IO any number of them.
  answered request(const std::string& name, const std::string& arguments) {
    auto out = ask(name, arguments);
    REQUIRE_MESSAGE(out, "no answer to " << name);
    return std::move(*out);
  }

  /// The same, but returns nothing if the server closes instead of responding.
  std::optional<answered> ask(const std::string& name,
                              const std::string& arguments) {
    auto id = std::to_string(++last_id_);
    // The server may close before it has read all of an oversized request.
    if (!socket_.send_text(say(id, name, arguments)))
      return std::nullopt;
    while (!answers_.contains(id))
      if (!read())
        return std::nullopt;
    return take(std::move(answers_.extract(id).mapped()));
  }

  /// Waits for a request from the server, as protoo has them, and accepts it.
  json accept_request(const std::string& method) {
    auto wanted = [&](const json& x) {
      return text_at(x, "/method") == method;
    };
    auto i = demands_.begin();
    while ((i = std::ranges::find_if(demands_, wanted)) == demands_.end())
      REQUIRE_MESSAGE(read(), "no " << method);
    auto out = std::move(*i);
    demands_.erase(i);
    socket_.send_text(R"({"response":true,"ok":true,"data":{},"id":)"
                      + std::to_string(number_at(out, "/id")) + "}");
    return out;
  }

private:
  static std::string target(framing words, const std::string& room,
                            const std::string& user) {
    switch (words) {
      case framing::plain:
        return "/socket?auth=" + user + "&channelId=" + room;
      case framing::socketio:
        return "/socket.io/?EIO=4&transport=websocket&roomId=" + room;
      default:
        return "/?roomId=" + room + "&peerId=" + user;
    }
  }

  std::string say(const std::string& id, const std::string& name,
                  const std::string& arguments) const {
    switch (words_) {
      case framing::plain:
        return R"({"id":)" + id + R"(,"type":")" + name + R"(","data":)"
               + arguments + "}";
      case framing::socketio:
        return "42" + id + "[\"" + name + "\"," + arguments + "]";
      default:
        return R"({"request":true,"id":)" + id + R"(,"method":")" + name
               + R"(","data":)" + arguments + "}";
    }
  }

  // Reads one frame. Returns false if none comes.
  bool read() {
    auto frame = socket_.read();
    if (!frame || frame->opcode == 8)
      return false;
    if (frame->opcode == 9)
      socket_.send(10, frame->data);
    if (frame->opcode != 1)
      return true;
    if (words_ == framing::socketio)
      sort_packet(frame->data);
    else
      sort_message(frame->data);
    return true;
  }

  void sort_packet(const std::string& text) {
    if (text == "2")
      socket_.send_text("3");
    if (!text.starts_with("43"))
      return;
    auto data = text.find('[');
    REQUIRE(data != std::string::npos);
    answers_.insert_or_assign(text.substr(2, data - 2),
                              parse_json(text.substr(data)));
  }

  void sort_message(const std::string& text) {
    auto x = parse_json(text);
    if (words_ == framing::protoo && x.HasMember("request"))
      demands_.push_back(std::move(x));
    else if (x.HasMember("id"))
      answers_.insert_or_assign(std::to_string(number_at(x, "/id")),
                                std::move(x));
  }

  // Reads a response according to its dialect's shape.
  answered take(json x) const {
    answered out;
    switch (words_) {
      case framing::plain:
        if (text_at(x, "/type") == "error") {
          out.failure = text_at(x, "/data/message");
          out.code = text_at(x, "/data/code");
          CHECK_FALSE(out.failure.empty());
        }
        break;
      case framing::socketio:
        REQUIRE(x.IsArray());
        REQUIRE(x.Size() == 1);
        out.failure = text_at(x, "/0/error");
        out.code = text_at(x, "/0/code");
        break;
      default:
        REQUIRE(x.HasMember("response"));
        if (!x.HasMember("ok")) {
          CHECK(number_at(x, "/errorCode") >= 400);
          out.failure = text_at(x, "/errorReason");
          CHECK_FALSE(out.failure.empty());
        }
    }
    out.data = std::move(x);
    return out;
  }

  framing words_;
  net::testing::ws_client socket_;
  std::map<std::string, json> answers_;
  std::deque<json> demands_;
  int last_id_ = 0;
};

} // namespace troupe::test
