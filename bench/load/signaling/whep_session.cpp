#include "bench/load/signaling/whep_session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace troupe::load {

namespace {

// Of a refusal's body.
constexpr size_t shown_octets = 200;

// Has copies of all, since it outlives the session's object.
boost::asio::awaitable<void> delete_session(boost::asio::io_context& loop,
                                            text_socket::address session,
                                            std::chrono::milliseconds timeout,
                                            std::shared_ptr<bool> ended) {
  http_request request;
  request.method = "DELETE";
  try {
    auto answer = co_await ask_http(loop, std::move(session),
                                    std::move(request), timeout);
    *ended = answer.status == 200;
  } catch (const signaling_error&) {
    // The run reports that the end was not confirmed.
  }
}

} // namespace

whep_session::whep_session(boost::asio::io_context& loop, signaling_config cfg)
    : loop_(loop)
    , config_(std::move(cfg)) {}

text_socket::address whep_session::at(std::string path) const {
  return {config_.server.host, config_.server.port, std::move(path),
          config_.from};
}

boost::asio::awaitable<view_answer> whep_session::begin(std::string offer) {
  http_request request;
  request.method = "POST";
  request.body = std::move(offer);
  request.content_type = "application/sdp";
  auto endpoint = at("/whep/" + config_.target.room);
  auto begun = std::chrono::steady_clock::now();
  auto answer = co_await ask_http(loop_, std::move(endpoint),
                                  std::move(request), config_.timeout);
  waited_ += std::chrono::steady_clock::now() - begun;
  if (answer.status != 201)
    throw signaling_error{"POST of WHEP: status "
                              + std::to_string(answer.status) + " "
                              + answer.body.substr(0, shown_octets),
                          answer.status == 503 ? "overloaded" : ""};
  session_ = answer.location;
  if (ends_)
    end();
  co_return read_view_answer(answer.body);
}

void whep_session::end() {
  ends_ = true;
  if (auto path = std::exchange(session_, {}); !path.empty())
    boost::asio::co_spawn(
        loop_,
        delete_session(loop_, at(std::move(path)), config_.timeout, ended_),
        boost::asio::detached);
}

} // namespace troupe::load
