#include "actors/cluster/basp_link.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/scribe_impl.hpp>
#include <caf/send.hpp>

#include <mutex>
#include <set>
#include <string>

namespace troupe::actors {

namespace basp = caf::io::basp;

namespace {

// The port under which CAF files the gateway; nothing listens there.
constexpr uint16_t gateway_port = 1;

caf::actor broker_of(caf::actor_system& system) {
  return system.middleman().named_broker<caf::io::basp_broker>(
      caf::atom("BASP"));
}

} // namespace

// The processes that have a link, shared by the links of one node.
struct basp_links::claims {
  std::mutex mutex;
  std::set<caf::node_id> taken;

  bool take(const caf::node_id& x) {
    std::lock_guard guard{mutex};
    return taken.insert(x).second;
  }

  void give_back(const caf::node_id& x) {
    std::lock_guard guard{mutex};
    taken.erase(x);
  }
};

// CAF's reader of a connection, which looks at each frame first. CAF passes it
// a header and a payload in turn.
class basp_links::link_scribe : public caf::io::network::scribe_impl {
public:
  link_scribe(caf::io::network::default_multiplexer& backend, int descriptor,
              std::shared_ptr<claims> taken, basp_link_events events)
      : scribe_impl(backend, descriptor)
      , claims_(std::move(taken))
      , events_(std::move(events)) {}

  ~link_scribe() override {
    if (process_)
      claims_->give_back(process_);
  }

  bool consume(caf::execution_unit* ctx, const void* data,
               size_t size) override {
    if (may_pass(ctx, static_cast<const char*>(data), size))
      return scribe_impl::consume(ctx, data, size);
    // Tells the broker that the connection is gone.
    io_failure(ctx, caf::io::network::operation::read);
    return false;
  }

private:
  bool may_pass(caf::execution_unit* ctx, const char* data, size_t size) {
    if (!payload_follows_)
      return may_pass_header(ctx, data, size);
    payload_follows_ = false;
    switch (header_.operation) {
      case basp::message_type::direct_message:
        // The payload begins with a list of actors that are to get the answer.
        // It is empty among us, and must not name actors of other nodes.
        return size > 0 && data[0] == 0;
      case basp::message_type::heartbeat:
      case basp::message_type::routed_message:
        return false;
      default:
        return may_speak_for_sender(ctx, data, size);
    }
  }

  bool may_pass_header(caf::execution_unit* ctx, const char* data,
                       size_t size) {
    caf::binary_deserializer source{ctx, data, size};
    if (source(header_))
      return false;
    payload_follows_ = header_.payload_len > 0;
    // All that CAF would read from a payload is read from one.
    return payload_follows_
           || header_.operation == basp::message_type::heartbeat;
  }

  // The payload begins with the process that sends it.
  bool may_speak_for_sender(caf::execution_unit* ctx, const char* data,
                            size_t size) {
    caf::node_id sender;
    caf::binary_deserializer source{ctx, data, size};
    if (source(sender) || !sender)
      return false;
    if (process_)
      return sender == process_;
    if (!claims_->take(sender))
      return false;
    process_ = sender;
    events_.named(process_);
    return true;
  }

  std::shared_ptr<claims> claims_;
  basp_link_events events_;
  caf::node_id process_;
  basp::header header_{};
  bool payload_follows_ = false;
};

basp_links::basp_links(caf::actor_system& system)
    : system_(system)
    , claims_(std::make_shared<claims>()) {
  // Nobody else may speak for this process.
  claims_->take(system.node());
}

basp_links::~basp_links() = default;

void basp_links::dial(int descriptor, std::chrono::milliseconds timeout,
                      basp_link_events events) {
  auto connected = events.connected;
  auto& backend = dynamic_cast<caf::io::network::default_multiplexer&>(
      system_.middleman().backend());
  caf::io::scribe_ptr scribe = caf::make_counted<link_scribe>(
      backend, descriptor, claims_, std::move(events));
  auto wanted = system_.message_types<gateway_v1_actor>();
  system_.spawn<caf::hidden>([broker = broker_of(system_), scribe, timeout,
                              connected,
                              wanted](caf::event_based_actor* self) mutable {
    self->request(broker, timeout, caf::connect_atom_v, std::move(scribe),
                  gateway_port)
        .then(
            [self, connected, wanted](const caf::node_id&,
                                      const caf::strong_actor_ptr& who,
                                      const std::set<std::string>& offered) {
              if (!who || !self->system().assignable(offered, wanted))
                connected(std::nullopt);
              else
                connected(caf::actor_cast<gateway_v1_actor>(who));
            },
            [connected](const caf::error&) { connected(std::nullopt); });
  });
}

void basp_links::accept(int descriptor, const gateway_v1_actor& gateway,
                        basp_link_events events) {
  auto& backend = dynamic_cast<caf::io::network::default_multiplexer&>(
      system_.middleman().backend());
  caf::io::scribe_ptr scribe = caf::make_counted<link_scribe>(
      backend, descriptor, claims_, std::move(events));
  caf::anon_send(broker_of(system_), caf::publish_atom_v, std::move(scribe),
                 gateway_port, caf::actor_cast<caf::strong_actor_ptr>(gateway),
                 system_.message_types<gateway_v1_actor>());
}

} // namespace troupe::actors
