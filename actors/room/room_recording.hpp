#pragma once

#include "actors/media/producer_facts.hpp"
#include "actors/room/recording_messages.hpp"

#include <caf/expected.hpp>
#include <caf/result.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::actors {

struct room_state;

/// The part of the room's actor that records it: who may start that, who is
/// told, and who is recorded.
///
/// One node of a cluster records the room, with the members of all nodes. Their
/// entries in the replica say so to the other nodes, and say there who has
/// accepted. A member whose node is too old to tell it is not recorded.
///
/// Invariant: a member is recorded only while `info()` is what it was told.
class room_recording {
public:
  explicit room_recording(room_state& room) : room_(room) {}

  /// The recording that goes on, on this node or another.
  std::optional<protocol::recording_info> info() const {
    return own_ ? own() : elsewhere_;
  }

  // -- requests ---------------------------------------------------------------

  caf::result<protocol::reply::recording>
  handle(const protocol::verb::start_recording& x);
  caf::result<protocol::reply::ok>
  handle(const protocol::verb::stop_recording& x);
  caf::result<protocol::reply::recording>
  handle(const protocol::verb::get_recording& x);
  caf::result<protocol::reply::recordings>
  handle(const protocol::verb::list_recordings& x);
  caf::result<protocol::reply::ok>
  handle(const protocol::verb::consent_to_recording& x);

  caf::result<protocol::reply::recording> handle(const start_room_recording& x);
  caf::result<done> handle(const stop_room_recording& x);

  void handle(recordings_listed& x);
  void handle(const ask_for_consent& x);

  // -- what the recording says ------------------------------------------------

  void handle(const recording_ended& x);
  void handle(const recording_degraded& x);

  /// An actor has ended. Returns whether it was a recording.
  bool handle_down(const caf::actor_addr& source);

  // -- what happens in the room -----------------------------------------------

  /// A member of any node is listed.
  void note_shown(const peer_id& who);

  /// A member of this node is back.
  void note_returned(const peer_id& who);

  void note_renamed(const peer_id& who);

  /// A member of any node is listed no more.
  void note_left(const peer_id& who);

  /// Another user has the id of a member of this node.
  void note_other_user(const peer_id& who);

  void note_published(const producer_facts& x);

  /// The relay of a producer has ended, but not the producer.
  void note_relay_ended(const producer_id& which);

  void note_event(const protocol::any_event& x);

  /// No member of this node is left.
  void note_empty();

  /// The room ends. Returns false if its actor has to wait for its recordings,
  /// and to end with the last of them.
  bool end(recording_end why);

  // -- other nodes ------------------------------------------------------------

  /// The recording that this node makes, which the others are to know of.
  std::optional<protocol::recording_info> own() const {
    return own_ ? std::optional{own_->info} : std::nullopt;
  }

  /// The recording that a member of this node has accepted; empty if none.
  recording_id accepted_by(const peer_id& who) const {
    return info() && accepted_.contains(who) ? info()->id : recording_id{};
  }

  /// What other nodes say of recordings may have changed.
  void note_replica();

  /// A member of another node has accepted, or does not any more.
  void note_consent_elsewhere(const peer_id& who);

  /// Another node says that its recording has ended.
  void end_elsewhere(const recording_id& which, const std::string& why);

  /// A member of another node, who may, ends the recording of this one.
  void stop(const peer_id& by, const recording_id& which);

private:
  struct running {
    recording_handle actor;
    protocol::recording_info info;
    bool ending = false;
  };

  // The sender, if it is shown.
  const peer_id* sender() const;

  bool may_record(const peer_id& who) const;

  // Told what a start has led to.
  using start_listener =
      std::function<void(caf::expected<protocol::reply::recording>)>;

  struct start_request {
    peer_id by; // empty: the operator, or `record.auto`
    std::string title;
    std::string cause; // for the log
    start_listener then;
  };

  caf::result<protocol::reply::recording> start(const peer_id& by,
                                                std::string title);

  // Begins a recording if the disk has room for it. That is asked first,
  // without waiting.
  void start(start_request x);

  // Why no recording can begin.
  std::optional<protocol::error> refusal() const;

  void begin_if_free(const start_request& x, uint64_t octets);

  void begin(const peer_id& by, std::string title, std::string_view cause);

  // Ends the recording of this node.
  void finish(recording_end why);

  bool accepts(const peer_id& who) const;

  // Records all that a member sends, or one producer, if it may be recorded.
  void record_all_of(const peer_id& who);
  void record(const producer_facts& x);

  // Notifies this node's members of a recording that begins.
  void tell_started();
  void tell_stopped(const recording_id& which, const std::string& why,
                    std::chrono::milliseconds duration);

  void tell_other_nodes();

  void report_end(const running& of, const recording_ended& x);

  void quit_if_done();

  room_state& room_;
  std::optional<running> own_;
  bool starting_ = false; // the disk is asked
  // Those that members of this node see no more.
  std::vector<running> finishing_;
  std::optional<protocol::recording_info> elsewhere_;
  recording_id over_; // elsewhere, and said to be over
  // Members of this node, while info() asks.
  std::set<peer_id> accepted_;
  std::set<peer_id> asked_;
  std::map<uint64_t, caf::typed_response_promise<protocol::reply::recordings>>
      lists_;
  uint64_t last_list_ = 0;
  bool ended_ = false;
};

} // namespace troupe::actors
