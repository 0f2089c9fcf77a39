#include "net/base/rng.hpp"

#include "net/base/assert.hpp"

#include <random>

namespace troupe::net {

namespace {

class secure_rng final : public rng {
public:
  void fill(mutable_byte_span out) override {
    // Use the kernel (getentropy), never the processor's own instruction. One
    // device per thread: libstdc++'s type has 5 KB, most of it for another
    // generator.
    static thread_local std::random_device device{"getentropy"};
    size_t i = 0;
    while (i < out.size()) {
      uint32_t word = device();
      for (int k = 0; k < 4 && i < out.size(); ++k, word >>= 8)
        out[i++] = static_cast<uint8_t>(word);
    }
  }
};

class seeded_rng final : public rng {
public:
  explicit seeded_rng(uint64_t seed) : engine_(seed) {}

  void fill(mutable_byte_span out) override {
    for (auto& x : out)
      x = static_cast<uint8_t>(engine_());
  }

private:
  std::mt19937_64 engine_;
};

} // namespace

uint32_t rng::u32() {
  uint8_t buf[4];
  fill(buf);
  return load_u32(buf);
}

uint64_t rng::u64() {
  uint8_t buf[8];
  fill(buf);
  return load_u64(buf);
}

uint32_t rng::below(uint32_t bound) {
  TROUPE_ASSERT(bound != 0);
  // Reject values of the incomplete last range, so that no result is favoured.
  const uint32_t limit = UINT32_MAX - UINT32_MAX % bound;
  for (;;)
    if (auto x = u32(); x < limit)
      return x % bound;
}

std::string rng::alphanumeric(size_t length) {
  static constexpr char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "abcdefghijklmnopqrstuvwxyz";
  std::string out;
  out.reserve(length);
  while (out.size() < length) {
    uint8_t buf[32];
    fill(buf);
    for (auto x : buf)
      // 248 is the largest multiple of 62 below 256.
      if (x < 248 && out.size() < length)
        out += alphabet[x % 62];
  }
  return out;
}

std::unique_ptr<rng> make_secure_rng() {
  return std::make_unique<secure_rng>();
}

std::unique_ptr<rng> make_seeded_rng(uint64_t seed) {
  return std::make_unique<seeded_rng>(seed);
}

} // namespace troupe::net
