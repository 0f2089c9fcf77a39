#pragma once

#include "live_client.hpp"
#include "net/sctp/sctp_stack.hpp"

#include <string>
#include <vector>

namespace troupe::test {

/// A client's SCTP on one of its transports, which a browser has built in.
class live_data {
public:
  explicit live_data(live_transport& on) : on_(on), id_(stack_.open()) {}

  live_data(const live_data&) = delete;

  /// Reads what has arrived and sends what is due.
  void pump() {
    auto now = live_transport::now();
    if (on_.connected() && !begun_) {
      begun_ = true;
      stack_.connect(id_, now);
    }
    if (auto due = stack_.poll_timeout(); due && *due <= now)
      stack_.handle_timeout(now);
    while (auto x = on_.engine.poll_data())
      stack_.handle_record(id_, *x, now);
    while (auto x = stack_.poll_message())
      messages.push_back(std::move(*x));
    while (auto x = stack_.poll_event())
      events.push_back(std::move(*x));
    flush();
  }

  bool connected() const {
    return stack_.state(id_) == net::sctp_state::connected;
  }

  bool send(net::sctp_stream_id stream, net::sctp_ppid ppid,
            const std::string& text,
            const net::sctp_reliability& reliability = {}) {
    auto content =
        std::make_shared<const std::vector<uint8_t>>(text.begin(), text.end());
    auto result = stack_.send(id_, stream, ppid, content, reliability,
                              live_transport::now());
    flush();
    return result == net::sctp_send_result::sent;
  }

  void close_stream(net::sctp_stream_id stream) {
    stack_.reset_stream(id_, stream, live_transport::now());
    flush();
  }

  std::vector<net::sctp_message> messages;
  std::vector<net::sctp_event> events;

private:
  void flush() {
    while (auto x = stack_.poll_packet())
      on_.engine.send_data(x->octets);
    on_.pump();
  }

  live_transport& on_;
  net::sctp_stack stack_;
  net::sctp_association_id id_;
  bool begun_ = false;
};

inline std::string text_of(const net::sctp_message& x) {
  return {x.octets->begin(), x.octets->end()};
}

} // namespace troupe::test
