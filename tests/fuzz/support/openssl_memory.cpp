#include "tests/fuzz/support/openssl_memory.hpp"

#include "net/base/assert.hpp"

#include <openssl/crypto.h>
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace troupe::fuzz {

namespace {

// Headers lie in poisoned memory, and the allocator's own branches say nothing
// about the code under test.
#pragma clang attribute push( \
    __attribute__((no_sanitize("address", "undefined", "coverage"))), \
    apply_to = function)

struct block {
  block* next; // while it is free
  uint32_t size;
  uint32_t size_class;
};

constexpr size_t header_octets = 16;
static_assert(sizeof(block) == header_octets);

constexpr size_t redzone_octets = 16;
constexpr uint32_t smallest_class = 6; // a block of 2^6 octets
constexpr uint32_t classes = 17;       // larger blocks come from malloc()
constexpr uint32_t delay = 64;         // free blocks before one is used again
constexpr size_t arena_octets = size_t{1} << 30; // of address space

/// The free blocks of one size, the oldest first.
struct free_list {
  block* first;
  block* last;
  uint32_t size;
};

uint8_t* arena;
size_t arena_used;
free_list free_lists[classes];
size_t in_use;

uint32_t class_of(size_t size) {
  const auto total = size + header_octets + redzone_octets;
  uint32_t x = smallest_class;
  while ((size_t{1} << x) < total)
    ++x;
  return x;
}

bool is_ours(const void* x) {
  const auto* at = static_cast<const uint8_t*>(x);
  return at >= arena && at < arena + arena_octets;
}

block* header_of(void* x) {
  return reinterpret_cast<block*>(static_cast<uint8_t*>(x) - header_octets);
}

uint8_t* octets_of(block* x) {
  return reinterpret_cast<uint8_t*>(x) + header_octets;
}

block* take_block(uint32_t size_class) {
  auto& list = free_lists[size_class];
  if (list.size > delay) {
    auto* x = list.first;
    list.first = x->next;
    --list.size;
    return x;
  }
  const auto total = size_t{1} << size_class;
  TROUPE_ASSERT(arena_used + total <= arena_octets);
  auto* x = reinterpret_cast<block*>(arena + arena_used);
  arena_used += total;
  __asan_poison_memory_region(x, total);
  return x;
}

void* allocate(size_t size, const char*, int) {
  if (size == 0)
    return nullptr;
  ++in_use;
  const auto size_class = class_of(size);
  if (size_class >= classes)
    return std::malloc(size);
  auto* x = take_block(size_class);
  x->size = static_cast<uint32_t>(size);
  x->size_class = size_class;
  __asan_unpoison_memory_region(octets_of(x), size);
  return octets_of(x);
}

void deallocate(void* old, const char*, int) {
  if (!old)
    return;
  --in_use;
  if (!is_ours(old)) {
    std::free(old);
    return;
  }
  // The octets of a block in use are not poisoned: a second free is an error.
  TROUPE_ASSERT(!__asan_address_is_poisoned(old));
  auto* x = header_of(old);
  __asan_poison_memory_region(old, x->size);
  auto& list = free_lists[x->size_class];
  x->next = nullptr;
  if (list.size++ == 0)
    list.first = x;
  else
    list.last->next = x;
  list.last = x;
}

void* reallocate(void* old, size_t size, const char* file, int line) {
  if (!old)
    return allocate(size, file, line);
  if (size == 0) {
    deallocate(old, file, line);
    return nullptr;
  }
  if (!is_ours(old) && class_of(size) >= classes)
    return std::realloc(old, size);
  auto* x = allocate(size, file, line);
  // A block of malloc() shrinks to one of ours, so `size` is the smaller.
  const size_t had = is_ours(old) ? header_of(old)->size : size;
  std::memcpy(x, old, had < size ? had : size);
  deallocate(old, file, line);
  return x;
}

#pragma clang attribute pop

} // namespace

void use_openssl_memory() {
  auto* memory = mmap(nullptr, arena_octets, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  TROUPE_ASSERT(memory != MAP_FAILED);
  arena = static_cast<uint8_t*>(memory);
  TROUPE_ASSERT(CRYPTO_set_mem_functions(allocate, reallocate, deallocate)
                == 1);
}

size_t openssl_blocks() {
  return in_use;
}

} // namespace troupe::fuzz
