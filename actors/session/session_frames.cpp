#include "actors/session/session_frames.hpp"

namespace troupe::actors {

void session_frames::queue(frame_received x) {
  if (!session_.closing && !inbox_.push(std::move(x)))
    session_.close(net::close_code::policy_violation, "too many requests");
}

void session_frames::handle_drained() {
  sender_.handle_drained();
}

void session_frames::pass() {
  auto& dialect = *session_.dialect;
  sender_.run(dialect, *session_.settings.connection,
              [this] { return work(); });
  while (auto why = dialect.poll_refusal())
    session_.count().note_refusal(*why);
  if (auto x = dialect.poll_close())
    session_.close(x->code, std::move(x->reason));
}

bool session_frames::work() {
  if (requests_.busy() || session_.closing)
    return false;
  auto next = session_.dialect->poll_request();
  if (!next)
    return handle_next();
  requests_.serve(std::move(*next));
  return true;
}

bool session_frames::handle_next() {
  auto next = inbox_.pop();
  if (next)
    session_.dialect->handle_frame({std::move(next->payload), next->binary},
                                   session_.now());
  return next.has_value();
}

} // namespace troupe::actors
