#pragma once

#include "net/engineio/engineio.hpp"
#include "net/io/http/connection_handle.hpp"
#include "net/io/http/http_core.hpp"
#include "net/io/http/http_exchange.hpp"
#include "net/io/http/websocket_plan.hpp"
#include "net/io/loop/asio_acceptor.hpp"

#include <atomic>
#include <unordered_map>

namespace troupe::net {

/// Runs one Engine.IO session on a loop of its own choice. Requests and
/// WebSockets may come from other loops and are posted to this one.
/// Thread-safe.
class engineio_session final
    : public closable,
      public std::enable_shared_from_this<engineio_session> {
public:
  engineio_session(std::shared_ptr<http_core> core, std::string sid,
                   const socket_address& remote,
                   std::shared_ptr<void> admission_slot);

  const std::string& sid() const {
    return sid_;
  }

  /// Starts the session with the GET that opens it.
  void start_polling(const exchange_ptr& exchange, std::string kind);

  /// Starts the session with a WebSocket. Returns the WebSocket's receiver.
  std::unique_ptr<connection_events>
  start_websocket(std::shared_ptr<connection> socket, std::string kind);

  void handle_poll(const exchange_ptr& exchange);

  void handle_post(const exchange_ptr& exchange);

  void handle_post_refused(engineio::close_reason reason);

  /// Takes a WebSocket to which the client may upgrade. Returns its receiver.
  std::unique_ptr<connection_events>
  handle_socket(std::shared_ptr<connection> socket);

  /// Marks a POST as in progress; false if another one is.
  bool enter_post() {
    return !post_busy_.exchange(true);
  }

  void leave_post() {
    post_busy_ = false;
  }

  void queue(std::vector<outgoing_message> messages);

  void await_drain();

  void request_close(uint16_t code, std::string reason);

  void shut_down(bool at_once) override;

private:
  class socket_events;

  using engine = engineio::session;

  template <class F>
  void post(F f);

  void start(engine x, http_request request, std::string kind);

  void end();

  void drain();

  void perform(engineio::message_received x);

  void perform(engineio::poll_answered x);

  void perform(engineio::frame_ready x);

  void perform(engineio::socket_finished x);

  void perform(engineio::session_closed x);

  void flush_frames();

  void notify_drained();

  void arm_timer();

  bool charge_message();

  void reply(const exchange_ptr& to, http_response response);

  // Answers a POST, so that the client may send the next one.
  void end_post(const exchange_ptr& to, http_response response);

  // Answers a POST once the rate limits cover its messages and enough of them
  // has been delivered.
  void end_post_later(const exchange_ptr& to, http_response response);

  void resume_posts();

  void close_now(uint16_t code);

  const std::shared_ptr<http_core> core_;
  const std::string sid_;
  std::shared_ptr<void> admission_slot_;
  const loop_executor loop_;
  std::atomic<bool> post_busy_{false};

  // The members below are accessed only on the loop.
  loop_timer timer_;
  std::optional<time_point> timer_deadline_;
  token_bucket bucket_;
  const std::shared_ptr<shared_bucket> address_bucket_;
  // Octets that the client posted and the upper layer has not taken yet. A
  // WebSocket counts its own.
  std::shared_ptr<undelivered_octets> undelivered_;
  // The receipt of the latest message from a WebSocket.
  delivery_receipt receipt_;
  // The POST whose answer waits until `undelivered_` permits it.
  std::optional<std::pair<exchange_ptr, http_response>> delayed_post_;
  bool drain_awaited_ = false;
  // When the rate limits cover the messages of a POST.
  time_point covered_at_{};
  reject_reason why_paced_{};
  std::optional<engine> engine_;
  std::unordered_map<engineio::socket_id, std::shared_ptr<connection>> sockets_;
  exchange_ptr poll_;
  std::unique_ptr<connection_events> events_;
  // Frames collected for one WebSocket.
  std::vector<outgoing_message> frames_;
  engineio::socket_id frames_for_ = 0;
  uint16_t close_code_ = 0;
  bool draining_ = false;
  bool ended_ = false;
};

} // namespace troupe::net
