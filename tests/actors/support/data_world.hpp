#pragma once

#include "actor_world.hpp"
#include "fake_sctp.hpp"

namespace troupe::test {

/// A world with a fake sctp actor.
struct data_world : actor_world {
  explicit data_world(actors::config x = {}) : actor_world(std::move(x)) {
    auto all = *services;
    sctp = spawn_fake_sctp(*system, log);
    all.sctp = sctp;
    services = std::make_shared<const actors::media_services>(std::move(all));
    run();
    baseline = live();
  }

  ~data_world() {
    caf::anon_send_exit(sctp, caf::exit_reason::user_shutdown);
    *log = {};
    run();
  }

  std::shared_ptr<sctp_log> log = std::make_shared<sctp_log>();
  actors::sctp_actor sctp;
};

} // namespace troupe::test
