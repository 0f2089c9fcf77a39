#pragma once

#include "actors/sctp/sctp_actor.hpp"
#include "net/webrtc_transport.hpp"

#include <memory>
#include <utility>

namespace troupe::actors {

/// A transport's connection to the sctp actor, which runs its association: the
/// part of the transport's actor that carries data channels. Without a target
/// it only discards received data, so that none piles up.
class transport_data {
public:
  /// Requests an association of that transport, whose packets go to `self`.
  /// `backlog` is shared by the client's transports; `owner` is for the log.
  template <class Self>
  void open(Self* self, const sctp_actor& target, transport_key key,
            const transport_id& id, std::shared_ptr<data_backlog> backlog,
            member_name owner = {}) {
    target_ = target;
    key_ = key;
    self->send(target_,
               open_association{key_, id,
                                caf::actor_cast<data_transport_actor>(self),
                                sctp_listener_actor{}, std::move(backlog),
                                std::move(owner)});
  }

  /// Requests the statistics of the association, and calls `next` with them:
  /// with null if there never was one.
  template <class Self, class F>
  void ask_stats(Self* self, std::chrono::milliseconds timeout, F next) {
    static const sctp_transport_stats over{net::sctp_state::closed, 0, 0};
    if (!target_)
      return next(key_ == transport_key{} ? nullptr : &over);
    self->request(target_, timeout, get_sctp_stats{key_})
        .then([next](const sctp_transport_stats& x) mutable { next(&x); },
              [next](const caf::error&) mutable { next(&over); });
  }

  /// Ends the association, together with the client's connection.
  void close() {
    if (auto target = std::exchange(target_, nullptr))
      caf::anon_send(target, close_association{key_});
  }

  /// Passes on what DTLS has received, as one message.
  template <class Self>
  void pass_on(Self* self, net::webrtc_transport& from) {
    std::shared_ptr<data_records> records;
    while (auto record = from.poll_data()) {
      if (!target_ || !gauge_->admit(waiting_octets(*record)))
        continue;
      if (!records)
        records = std::make_shared<data_records>();
      records->push_back(std::move(*record));
    }
    if (records)
      self->send(target_,
                 application_data_received{key_, std::move(records), gauge_});
  }

  /// Sends the association's packets to the client.
  static void send(const data_records& records, net::webrtc_transport& by) {
    for (const auto& x : records)
      by.send_data(x);
  }

private:
  sctp_actor target_;
  transport_key key_{};
  std::shared_ptr<in_flight_gauge> gauge_ =
      std::make_shared<in_flight_gauge>(max_waiting_data);
};

} // namespace troupe::actors
