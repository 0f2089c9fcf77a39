#pragma once

#include "bench/load/media/media_loop.hpp"
#include "bench/load/scenario/directory.hpp"
#include "bench/load/scenario/plan.hpp"
#include "bench/load/signaling/signaling_client.hpp"
#include "bench/load/signaling/whep_session.hpp"

#include <deque>
#include <functional>
#include <vector>

namespace troupe::load {

/// The environment of a client; all of it outlives the client.
struct client_environment {
  boost::asio::io_context& loop;
  media_loop& media;
  directory& names;
  const scenario_plan& plan;
};

struct client_config {
  member_index self = 0;
  signaling_config signaling;
  /// The impairment of both transports, in each direction.
  impairment_config impairment;
  /// Produces, but sends only after `set_sending`.
  bool begins_muted = false;
};

/// When a client reached each step, on the monotonic clock.
struct join_times {
  net::time_point begun{};
  /// Connected and in the room, with the server's list of producers.
  std::optional<net::time_point> welcomed;
  /// Transports and producers created, and a consumer for each existing
  /// producer of the plan.
  std::optional<net::time_point> ready;
  /// The kernel's receive time of the first RTP packet.
  std::optional<net::time_point> first_media;
  /// The time from request to answer, summed over all requests until `ready`.
  net::duration waited{};
};

/// The progress of a client.
enum class client_state : uint8_t {
  waiting,
  joining,
  ready,
  /// A busy server refused it. It may try again as another client.
  refused,
  failed,
  gone
};

/// One member of a room with the parts of a real client: signaling, a transport
/// to send, a transport to receive, sources and sinks. It joins, publishes the
/// streams of its plan, and consumes those of its plan once they are announced.
/// A viewer by WHEP does what a player does instead: it has one transport, and
/// receives the streams that the server has answered its offer with.
class load_client : public std::enable_shared_from_this<load_client> {
public:
  load_client(const client_environment& environment, client_config cfg);

  ~load_client();

  /// Begins to join. Never throws: see `state` and `problem`. `since` is the
  /// member's first attempt, if the server has refused it
  /// `consecutive_refusals` times.
  void start(std::optional<net::time_point> since = {},
             uint32_t consecutive_refusals = 0);

  /// Leaves: closes the transports and the connection.
  void leave();

  /// Stops or resumes sending without signaling, as if the network failed.
  void set_sending(bool on);

  /// Sets whether its audio level indicates speech.
  void set_speaking(bool on);

  /// Pauses or resumes its consumer of a member's stream, if it has one.
  void set_paused(member_index from, protocol::media_kind kind, bool paused);

  /// Asks for a simulcast layer of a member's video.
  void set_layer(member_index from, int spatial);

  /// When to try again after the `times`-th refusal in a row: after 1 to 2 s,
  /// then twice as long each time, up to 16 s. The fraction depends on the
  /// member, so that they do not all retry at once.
  net::time_point next_retry(uint32_t times) const;

  /// When a refused client may try again.
  net::time_point retry_at() const {
    return retry_at_;
  }

  /// The number of refusals in a row.
  uint32_t consecutive_refusals() const {
    return consecutive_refusals_;
  }

  /// Looks again for producers that were unknown when they were announced, and
  /// requests again consumers that a busy server refused.
  void retry();

  /// Consumers that the server refused because it was busy.
  uint64_t refusals() const {
    return refusals_;
  }

  client_state state() const {
    return state_;
  }

  /// The first error: the reason for the end of a client that has failed, else
  /// a request that was refused.
  const std::string& problem() const {
    return problem_;
  }

  join_times times() const;

  /// Whether all transports of the plan are connected.
  bool connected() const;

  /// Whether it has left, and if it was a viewer, whether the server has
  /// confirmed the end of its session.
  bool has_left() const {
    return state_ == client_state::gone && (!plan_.views || viewing_.ended());
  }

  size_t consumers() const {
    return consumers_.size();
  }

  /// Consumers that should receive now: not paused, and their producer sends.
  size_t wanted() const;

  /// Calls `visit` with the member whose stream each consumer receives, and its
  /// figures.
  void for_each_consumer(
      const std::function<void(member_index from, const consumer_report&)>&
          visit) const;

  /// The number of the wanted ones that have received a packet since `since`.
  size_t flowing(net::time_point since = {}) const;

  boost::asio::io_context& loop() {
    return environment_.loop;
  }

  signaling_client& signaling() {
    return signaling_;
  }

  /// The ids of its producers, in the order of its plan.
  const std::vector<std::string>& producers() const {
    return producers_;
  }

private:
  using task = boost::asio::awaitable<void>;

  struct consumer {
    std::string id;
    std::string producer;
    member_index from = 0;
    protocol::media_kind kind = protocol::media_kind::audio;
    rtp::ssrc ssrc{};
    bool paused = false;
  };

  task run();
  task join();
  task view();
  task open_sending();
  task open_receiving();
  task publish(const publish_plan& x);
  task consume_announced();
  task consume(producer_notice x, const consume_plan& plan);
  task apply(method what, std::string payload);
  media_transport* open(const transport_offer& offer,
                        std::string fragment = {});
  void spawn(task x);
  void handle_push(const received_push& x);
  void forget(const std::string& producer_or_consumer);
  void note(const std::string& problem);
  void fail(const signaling_error& problem);

  client_environment environment_;
  client_config config_;
  const member_plan& plan_;
  signaling_client signaling_;
  whep_session viewing_; // of a viewer
  client_state state_ = client_state::waiting;
  std::string problem_;
  join_times times_;

  media_transport* sending_ = nullptr;
  media_transport* receiving_ = nullptr;
  std::string sending_id_;
  std::string receiving_id_;
  std::vector<std::string> producers_;
  std::vector<media_source*> sources_;
  std::vector<consumer> consumers_;
  std::deque<producer_notice> announced_;
  std::vector<producer_notice> unknown_;
  std::vector<producer_notice> refused_;
  net::time_point retry_at_{};
  uint32_t consecutive_refusals_ = 0;
  uint64_t refusals_ = 0;
  bool consuming_ = false;
};

} // namespace troupe::load
