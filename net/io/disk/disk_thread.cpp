#include "net/io/disk/disk_thread.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace troupe::net {

/// What the thread and its users share. The thread keeps it alive, so that it
/// may be left behind.
struct disk_thread::state {
  explicit state(std::shared_ptr<disk> x) : where(std::move(x)) {}

  void post(std::function<void(disk&)> task) {
    std::lock_guard guard{mutex};
    if (stopping)
      return;
    tasks.push_back(std::move(task));
    changed.notify_all();
  }

  // Runs until it is stopped and nothing is left to do.
  void work() {
    std::unique_lock lock{mutex};
    for (;;) {
      changed.wait(lock, [&] { return stopping || !tasks.empty(); });
      if (tasks.empty())
        break;
      auto task = std::move(tasks.front());
      tasks.pop_front();
      lock.unlock();
      task(*where);
      task = nullptr;
      lock.lock();
    }
    ended = true;
    changed.notify_all();
  }

  const std::shared_ptr<disk> where;
  std::atomic<uint64_t> waiting{0};
  std::atomic<uint64_t> written{0};
  std::atomic<uint64_t> failures{0};
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void(disk&)>> tasks;
  bool stopping = false;
  bool ended = false;
  std::thread thread;
};

// -- the thread ---------------------------------------------------------------

disk_thread::disk_thread(std::shared_ptr<disk> where)
    : state_(std::make_shared<state>(std::move(where))) {
  state_->thread = std::thread{[x = state_] {
    ::pthread_setname_np(::pthread_self(), "disk");
    x->work();
  }};
}

disk_thread::~disk_thread() {
  stop(std::chrono::milliseconds::max());
}

std::shared_ptr<disk_thread::writer>
disk_thread::create(const std::string& path, done failed) {
  std::shared_ptr<writer> out{new writer{state_, std::move(failed)}};
  state_->post([out, path](disk& where) { out->open(where, path); });
  return out;
}

void disk_thread::run(std::function<void(disk&)> task) {
  state_->post(std::move(task));
}

disk_thread::totals disk_thread::read_totals() const {
  return {state_->waiting.load(std::memory_order_relaxed),
          state_->written.load(std::memory_order_relaxed),
          state_->failures.load(std::memory_order_relaxed)};
}

bool disk_thread::stop(std::chrono::milliseconds patience) {
  std::unique_lock lock{state_->mutex};
  if (!state_->thread.joinable())
    return state_->ended;
  state_->stopping = true;
  state_->changed.notify_all();
  const auto ended = [&] {
    return state_->ended;
  };
  if (patience == std::chrono::milliseconds::max())
    state_->changed.wait(lock, ended);
  else
    state_->changed.wait_for(lock, patience, ended);
  std::deque<std::function<void(disk&)>> dropped;
  if (!state_->ended)
    dropped.swap(state_->tasks);
  const auto out = state_->ended;
  auto thread = std::move(state_->thread);
  lock.unlock();
  if (out)
    thread.join();
  else
    thread.detach();
  return out;
}

// -- a file -------------------------------------------------------------------

void disk_thread::writer::append(std::vector<uint8_t> piece) {
  const auto size = piece.size();
  post(size, [this, piece = std::move(piece)](open_file& file) {
    const auto why = file.write(end_, piece);
    if (!why)
      end_ += piece.size();
    return why;
  });
}

void disk_thread::writer::overwrite(uint64_t position,
                                    std::vector<uint8_t> piece) {
  const auto size = piece.size();
  post(size, [this, position, piece = std::move(piece)](open_file& file) {
    const auto why = file.write(position, piece);
    if (!why)
      end_ = std::max(end_, position + piece.size());
    return why;
  });
}

void disk_thread::writer::sync(done then) {
  if (auto thread = thread_.lock())
    thread->post([me = shared_from_this(), then = std::move(then)](disk&) {
      if (me->file_)
        if (auto why = me->file_->sync())
          me->fail(why);
      then(me->outcome_);
    });
}

void disk_thread::writer::post(
    size_t weight, std::function<std::error_code(open_file&)> what) {
  auto thread = thread_.lock();
  if (!thread)
    return;
  waiting_ += weight;
  thread->waiting += weight;
  // The thread's state outlives its tasks.
  thread->post([me = shared_from_this(), all = thread.get(), weight,
                what = std::move(what)](disk&) {
    if (me->file_) {
      if (auto why = what(*me->file_)) {
        me->fail(why);
      } else {
        me->outcome_.written += weight;
        all->written += weight;
      }
    }
    me->waiting_ -= weight;
    all->waiting -= weight;
  });
}

void disk_thread::writer::open(disk& where, const std::string& path) {
  if (auto opened = where.create(path))
    file_ = std::move(*opened);
  else
    fail(opened.error());
}

// A piece that was written in part is cut off again, so that the file ends with
// a whole one.
void disk_thread::writer::fail(std::error_code why) {
  outcome_.why = why;
  if (auto thread = thread_.lock())
    ++thread->failures;
  if (file_)
    file_->truncate(end_);
  file_ = nullptr;
  failed_(outcome_);
}

} // namespace troupe::net
