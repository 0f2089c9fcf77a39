#define OPENSSL_SUPPRESS_DEPRECATED // RAND_METHOD

#include "tests/fuzz/support/fast_openssl.hpp"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <cstdint>
#include <cstring>
#include <utility>

// This file defines functions of OpenSSL. The dynamic linker prefers them to
// the library's own, which they call (`next`) where they have no kept result.

// Hits and misses say nothing about the code under test.
#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), \
                             apply_to = function)

namespace troupe::fuzz {

namespace {

// -- randomness ---------------------------------------------------------------

uint64_t random_states[2]; // of the two ends
size_t random_end;

// SplitMix64.
uint64_t next_random() {
  auto z = random_states[random_end] += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

int fill(unsigned char* out, int size) {
  uint64_t word = 0;
  for (int i = 0; i < size; ++i, word >>= 8) {
    if (i % 8 == 0)
      word = next_random();
    out[i] = static_cast<unsigned char>(word);
  }
  return 1;
}

int is_seeded() {
  return 1;
}

constexpr RAND_METHOD random_method{
    nullptr, fill, nullptr, nullptr, fill, is_seeded,
};

// -- kept objects -------------------------------------------------------------

// All tables have a fixed size: libFuzzer takes what a run allocates and leaves
// for a leak. Objects are kept only during warm_up().
bool warming_up = false;

constexpr size_t max_objects = 8;

template <class T>
struct object_table {
  T items[max_objects];
  size_t size;

  bool has_space() const {
    return warming_up && size < max_objects;
  }
};

struct kept_certificate {
  X509* parsed;
  unsigned char octets[2048];
  size_t size;
};

struct kept_kdf {
  EVP_KDF* fetched;
  char name[32];
};

object_table<kept_certificate> certificates;
object_table<kept_kdf> kdfs;
object_table<EVP_PKEY*> signing_keys; // and verifying ones
EVP_PKEY* exchange_keys[max_objects]; // X25519

/// The key's place in the table, or max_objects. The table owns a reference, so
/// no other key can have the same address.
size_t find_key(EVP_MD_CTX* context) {
  auto* of_key = EVP_MD_CTX_get_pkey_ctx(context);
  auto* key = of_key ? EVP_PKEY_CTX_get0_pkey(of_key) : nullptr;
  for (size_t i = 0; i < signing_keys.size; ++i)
    if (signing_keys.items[i] == key)
      return i;
  if (!key || !signing_keys.has_space() || EVP_PKEY_up_ref(key) != 1)
    return max_objects;
  signing_keys.items[signing_keys.size] = key;
  return signing_keys.size++;
}

// The references that runs hold to kept objects: a leak of one leaks no memory.
size_t references;

bool is_kept(const X509* certificate) {
  for (size_t i = 0; i < certificates.size; ++i)
    if (certificates.items[i].parsed == certificate)
      return true;
  return false;
}

bool is_kept(const EVP_PKEY* key) {
  for (size_t i = 0; i < max_objects; ++i)
    if (key && (exchange_keys[i] == key || signing_keys.items[i] == key))
      return true;
  return false;
}

size_t find_exchange_key(const EVP_PKEY* key) {
  size_t i = 0;
  while (i < max_objects && exchange_keys[i] != key)
    ++i;
  return i;
}

// -- kept results -------------------------------------------------------------

enum class operation : uint8_t { sign, verify, derive, expand };

/// The arguments of an operation, as octets.
struct argument_list {
  unsigned char octets[4096];
  size_t size;
  bool complete;

  void start(operation what, size_t key) {
    octets[0] = static_cast<unsigned char>(what);
    octets[1] = static_cast<unsigned char>(key);
    size = 2;
    complete = key < max_objects;
  }

  void add(const void* x, size_t n) {
    complete = complete && n <= sizeof octets - size - sizeof n;
    if (!complete)
      return;
    std::memcpy(octets + size, &n, sizeof n);
    if (n > 0) // an empty argument may be null
      std::memcpy(octets + size + sizeof n, x, n);
    size += sizeof n + n;
  }

  // FNV-1a, by words.
  uint64_t hash() const {
    uint64_t out = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i += 8) {
      uint64_t word = 0;
      std::memcpy(&word, octets + i, size - i < 8 ? size - i : 8);
      out = (out ^ word) * 0x100000001b3;
      out ^= out >> 29;
    }
    return out;
  }
};

struct kept_result {
  uint64_t hash;
  argument_list arguments;
  unsigned char result[128];
  size_t size;
};

constexpr size_t max_results = 1024;

kept_result results[max_results];
argument_list arguments;
size_t hits;

kept_result& place_of(uint64_t hash) {
  return results[hash % max_results];
}

/// The kept result of `arguments`, or null.
const kept_result* find_result(uint64_t hash) {
  const auto& x = place_of(hash);
  if (!arguments.complete || x.hash != hash || x.size == 0
      || x.arguments.size != arguments.size
      || std::memcmp(x.arguments.octets, arguments.octets, arguments.size) != 0)
    return nullptr;
  ++hits;
  return &x;
}

void keep_result(uint64_t hash, const unsigned char* result, size_t size) {
  auto& x = place_of(hash);
  if (!arguments.complete || size > sizeof x.result)
    return;
  x.hash = hash;
  x.arguments.size = arguments.size;
  std::memcpy(x.arguments.octets, arguments.octets, arguments.size);
  std::memcpy(x.result, result, size);
  x.size = size;
}

template <class F>
F* next(F*, const char* name) {
  auto* x = reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
  TROUPE_ASSERT(x != nullptr);
  return x;
}

} // namespace

void restart_randomness() {
  random_states[0] = 0x2545f4914f6cdd1d;
  random_states[1] = 0x9fb21c651e98df25;
  random_end = 0;
}

void use_randomness_of(size_t end) {
  random_end = end;
}

void use_fast_openssl() {
  use_openssl_memory();
  TROUPE_ASSERT(RAND_set_rand_method(&random_method) == 1);
  for (auto& key : exchange_keys) {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519");
    TROUPE_ASSERT(key != nullptr);
  }
}

void warm_up(void (*handshake)()) {
  warming_up = true;
  // The first handshake may make certificates, which takes random octets too,
  // the second fills the tables, and the third finds all in them.
  for (int i = 0; i < 3; ++i) {
    restart_randomness();
    hits = 0;
    handshake();
  }
  warming_up = false;
  // Each end signs, verifies and derives a secret once, and expands it five
  // times: master secret, keys, two Finished messages, SRTP keys.
  TROUPE_ASSERT(hits >= 16 && certificates.size > 0 && kdfs.size > 0);
}

size_t openssl_references() {
  return references;
}

} // namespace troupe::fuzz

using namespace troupe::fuzz;

#define TROUPE_NEXT(name) \
  static const auto original = \
      next(static_cast<decltype(name)*>(nullptr), #name)

extern "C" {

// The result depends on nothing but the key and the octets: also ECDSA's
// random number, or an input would run differently after other inputs.
int EVP_DigestSign(EVP_MD_CTX* context, unsigned char* signature, size_t* size,
                   const unsigned char* octets, size_t count) {
  TROUPE_NEXT(EVP_DigestSign);
  if (!signature)
    return original(context, signature, size, octets, count);
  const int digest = EVP_MD_get_type(EVP_MD_CTX_get0_md(context));
  arguments.start(operation::sign, find_key(context));
  arguments.add(&digest, sizeof digest);
  arguments.add(octets, count);
  const auto hash = arguments.hash();
  if (const auto* x = find_result(hash); x && x->size <= *size) {
    std::memcpy(signature, x->result, x->size);
    *size = x->size;
    return 1;
  }
  const auto state = std::exchange(random_states[random_end], hash);
  const int done = original(context, signature, size, octets, count);
  random_states[random_end] = state;
  if (done == 1)
    keep_result(hash, signature, *size);
  return done;
}

int EVP_DigestVerify(EVP_MD_CTX* context, const unsigned char* signature,
                     size_t size, const unsigned char* octets, size_t count) {
  TROUPE_NEXT(EVP_DigestVerify);
  const int digest = EVP_MD_get_type(EVP_MD_CTX_get0_md(context));
  arguments.start(operation::verify, find_key(context));
  arguments.add(&digest, sizeof digest);
  arguments.add(signature, size);
  arguments.add(octets, count);
  const auto hash = arguments.hash();
  if (find_result(hash))
    return 1;
  const int good = original(context, signature, size, octets, count);
  constexpr unsigned char yes = 1;
  if (good == 1)
    keep_result(hash, &yes, 1);
  return good;
}

int EVP_PKEY_keygen(EVP_PKEY_CTX* context, EVP_PKEY** key) {
  TROUPE_NEXT(EVP_PKEY_keygen);
  auto* kept = exchange_keys[max_objects - 1]; // null until all are made
  if (!kept || *key || EVP_PKEY_CTX_is_a(context, "X25519") != 1)
    return original(context, key);
  *key = exchange_keys[next_random() % max_objects];
  return EVP_PKEY_up_ref(*key);
}

int EVP_PKEY_derive(EVP_PKEY_CTX* context, unsigned char* secret,
                    size_t* size) {
  TROUPE_NEXT(EVP_PKEY_derive);
  auto* own = EVP_PKEY_CTX_get0_pkey(context);
  auto* peer = EVP_PKEY_CTX_get0_peerkey(context);
  unsigned char public_key[32];
  size_t public_size = sizeof public_key;
  if (!secret || !peer || find_exchange_key(own) == max_objects
      || EVP_PKEY_get_raw_public_key(peer, public_key, &public_size) != 1)
    return original(context, secret, size);
  arguments.start(operation::derive, find_exchange_key(own));
  arguments.add(public_key, public_size);
  const auto hash = arguments.hash();
  if (const auto* x = find_result(hash); x && x->size <= *size) {
    std::memcpy(secret, x->result, x->size);
    *size = x->size;
    return 1;
  }
  const int done = original(context, secret, size);
  if (done == 1)
    keep_result(hash, secret, *size);
  return done;
}

X509* d2i_X509(X509** out, const unsigned char** in, long size) {
  TROUPE_NEXT(d2i_X509);
  const auto* begin = *in;
  for (size_t i = 0; i < certificates.size; ++i) {
    auto& x = certificates.items[i];
    if (static_cast<long>(x.size) != size
        || std::memcmp(x.octets, begin, x.size) != 0)
      continue;
    X509_up_ref(x.parsed);
    if (out) {
      X509_free(*out);
      *out = x.parsed;
    }
    *in += size;
    return x.parsed;
  }
  auto* parsed = original(out, in, size);
  const auto read = static_cast<size_t>(*in - begin);
  auto& x = certificates.items[certificates.size % max_objects];
  if (parsed && certificates.has_space() && read <= sizeof x.octets
      && static_cast<long>(read) == size) {
    std::memcpy(x.octets, begin, read);
    x.size = read;
    x.parsed = parsed;
    X509_up_ref(parsed);
    ++certificates.size;
  }
  return parsed;
}

int X509_up_ref(X509* x) {
  TROUPE_NEXT(X509_up_ref);
  references += is_kept(x);
  return original(x);
}

void X509_free(X509* x) {
  TROUPE_NEXT(X509_free);
  references -= is_kept(x);
  original(x);
}

int EVP_PKEY_up_ref(EVP_PKEY* x) {
  TROUPE_NEXT(EVP_PKEY_up_ref);
  references += is_kept(x);
  return original(x);
}

void EVP_PKEY_free(EVP_PKEY* x) {
  TROUPE_NEXT(EVP_PKEY_free);
  references -= is_kept(x);
  original(x);
}

EVP_KDF* EVP_KDF_fetch(OSSL_LIB_CTX* library, const char* name,
                       const char* properties) {
  TROUPE_NEXT(EVP_KDF_fetch);
  if (library || properties)
    return original(library, name, properties);
  for (size_t i = 0; i < kdfs.size; ++i)
    if (auto& x = kdfs.items[i]; std::strcmp(x.name, name) == 0)
      return EVP_KDF_up_ref(x.fetched) == 1 ? x.fetched : nullptr;
  auto* fetched = original(library, name, properties);
  auto& x = kdfs.items[kdfs.size % max_objects];
  if (fetched && kdfs.has_space() && std::strlen(name) < sizeof x.name
      && EVP_KDF_up_ref(fetched) == 1) {
    std::strcpy(x.name, name);
    x.fetched = fetched;
    ++kdfs.size;
  }
  return fetched;
}

// All arguments are in `parameters`: OpenSSL sets none before.
int EVP_KDF_derive(EVP_KDF_CTX* context, unsigned char* out, size_t size,
                   const OSSL_PARAM* parameters) {
  TROUPE_NEXT(EVP_KDF_derive);
  size_t kdf = 0;
  while (kdf < kdfs.size && kdfs.items[kdf].fetched != EVP_KDF_CTX_kdf(context))
    ++kdf;
  if (kdf == kdfs.size || !parameters)
    return original(context, out, size, parameters);
  arguments.start(operation::expand, kdf);
  arguments.add(&size, sizeof size);
  for (const auto* x = parameters; x->key; ++x) {
    arguments.add(x->key, std::strlen(x->key));
    arguments.add(x->data, x->data_size);
  }
  const auto hash = arguments.hash();
  if (const auto* x = find_result(hash)) {
    std::memcpy(out, x->result, size);
    return 1;
  }
  const int done = original(context, out, size, parameters);
  if (done == 1)
    keep_result(hash, out, size);
  return done;
}

// The time of this process would change the certificate's signature.
ASN1_TIME* X509_gmtime_adj(ASN1_TIME* out, long seconds) {
  time_t start = 1'700'000'000;
  return X509_time_adj(out, seconds, &start);
}

} // extern "C"

#pragma clang attribute pop
