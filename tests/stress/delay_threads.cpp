// A library to preload into a program (LD_PRELOAD). It delays the program's
// threads at random before system calls, locks and condition variables, so that
// they interleave in orders that an idle machine never shows.
//   TROUPE_DELAY_PERCENT   calls of 100 that are delayed (default 5)
//   TROUPE_DELAY_MICROS    the longest delay, in microseconds (default 2,000)
// Delays are uniformly distributed up to the longest. Nothing else changes:
// each call then does what it does without this library.
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

uint64_t setting(const char* name, uint64_t fallback) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : fallback;
}

/// xorshift64*. Each thread has its own state and needs no lock.
uint64_t draw() {
  static std::atomic<uint64_t> threads{0};
  thread_local uint64_t state =
      0x9E3779B97F4A7C15u * (++threads + static_cast<uint64_t>(::getpid()));
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1Du;
}

void wait_perhaps() {
  static const uint64_t percent = setting("TROUPE_DELAY_PERCENT", 5);
  static const uint64_t longest = setting("TROUPE_DELAY_MICROS", 2'000);
  auto x = draw();
  if (x % 100 >= percent || longest == 0)
    return;
  timespec time{};
  auto micros = (x / 100) % longest;
  time.tv_sec = static_cast<time_t>(micros / 1'000'000);
  time.tv_nsec = static_cast<long>(micros % 1'000'000 * 1'000);
  ::nanosleep(&time, nullptr);
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

// Each function below may wait, and then calls the function that it wraps.
#define TROUPE_DELAYED(result, name, parameters, arguments) \
  extern "C" result name parameters { \
    static auto* const real = next<result parameters>(#name); \
    wait_perhaps(); \
    return real arguments; \
  }

TROUPE_DELAYED(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
TROUPE_DELAYED(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))
TROUPE_DELAYED(int, pthread_mutex_unlock, (pthread_mutex_t * m), (m))
TROUPE_DELAYED(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
TROUPE_DELAYED(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
TROUPE_DELAYED(int, pthread_cond_signal, (pthread_cond_t * c), (c))
TROUPE_DELAYED(int, pthread_cond_broadcast, (pthread_cond_t * c), (c))
TROUPE_DELAYED(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t* m),
               (c, m))
TROUPE_DELAYED(ssize_t, read, (int fd, void* to, size_t n), (fd, to, n))
TROUPE_DELAYED(ssize_t, write, (int fd, const void* from, size_t n),
               (fd, from, n))
TROUPE_DELAYED(ssize_t, recv, (int fd, void* to, size_t n, int flags),
               (fd, to, n, flags))
TROUPE_DELAYED(ssize_t, send, (int fd, const void* from, size_t n, int flags),
               (fd, from, n, flags))
TROUPE_DELAYED(ssize_t, recvmsg, (int fd, msghdr* x, int flags), (fd, x, flags))
TROUPE_DELAYED(ssize_t, sendmsg, (int fd, const msghdr* x, int flags),
               (fd, x, flags))
TROUPE_DELAYED(int, recvmmsg,
               (int fd, mmsghdr* x, unsigned n, int flags, timespec* until),
               (fd, x, n, flags, until))
TROUPE_DELAYED(int, sendmmsg, (int fd, mmsghdr* x, unsigned n, int flags),
               (fd, x, n, flags))
TROUPE_DELAYED(int, epoll_wait, (int fd, epoll_event* x, int n, int timeout),
               (fd, x, n, timeout))
