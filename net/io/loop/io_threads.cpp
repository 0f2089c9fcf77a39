#include "net/io/loop/io_threads.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace troupe::net {

namespace asio = boost::asio;

namespace {

struct worker {
  // Run by one thread only, so Asio need not lock.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{
      context.get_executor()};
  std::thread thread;
};

// Runs the loop until it is stopped.
void run_loop(asio::io_context& loop,
              const io_threads::failure_handler& on_failure) {
  if (!on_failure) {
    loop.run();
    return;
  }
  for (;;) {
    try {
      loop.run();
      return;
    } catch (const std::exception& e) {
      on_failure(e.what());
    } catch (...) {
      on_failure("exception of an unknown type");
    }
  }
}

// A task that runs at an interval.
struct repetition : std::enable_shared_from_this<repetition> {
  repetition(asio::io_context& loop, duration x, std::function<bool()> f)
      : timer(loop)
      , interval(x)
      , task(std::move(f)) {}

  void wait() {
    timer.expires_after(interval);
    timer.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec && self->task())
        self->wait();
    });
  }

  asio::steady_timer timer;
  duration interval;
  std::function<bool()> task;
};

} // namespace

struct io_threads::impl {
  std::vector<std::unique_ptr<worker>> workers;
  std::atomic<size_t> next{0};
  std::atomic<bool> stopped{false};
};

io_threads::io_threads(size_t count, failure_handler on_failure)
    : impl_(std::make_unique<impl>()) {
  for (size_t i = 0; i < std::max<size_t>(count, 1); ++i) {
    auto& x = *impl_->workers.emplace_back(std::make_unique<worker>());
    x.thread = std::thread{[&x, on_failure] {
      run_loop(x.context, on_failure);
    }};
    pthread_setname_np(x.thread.native_handle(),
                       ("io-" + std::to_string(i)).c_str());
  }
}

io_threads::~io_threads() {
  stop();
}

size_t io_threads::size() const {
  return impl_->workers.size();
}

asio::io_context& io_threads::context(size_t index) {
  return impl_->workers[index % size()]->context;
}

asio::io_context& io_threads::next_context() {
  return context(impl_->next.fetch_add(1, std::memory_order_relaxed));
}

void io_threads::post(size_t index, std::function<void()> task) {
  if (!impl_->stopped.load(std::memory_order_acquire))
    asio::post(context(index), std::move(task));
}

void io_threads::run_every(size_t index, duration interval,
                           std::function<bool()> task) {
  auto x =
      std::make_shared<repetition>(context(index), interval, std::move(task));
  post(index, [x] { x->wait(); });
}

void io_threads::stop() {
  if (impl_->stopped.exchange(true))
    return;
  for (auto& x : impl_->workers)
    x->context.stop();
  for (auto& x : impl_->workers)
    x->thread.join();
}

} // namespace troupe::net
